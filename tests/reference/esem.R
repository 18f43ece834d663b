# Freeze lavaan's numbers for models with exploratory blocks, for tests/test_exploratory_blocks.py.
#
#   LAVAAN_LIBRARY=/folder/with/lavaan-0.7-2 Rscript tests/reference/esem.R
#   Rscript tests/reference/esem.R
#
# lavaan is used through `sem`, `parameterEstimates` and `fitMeasures`. The second call, without
# LAVAAN_LIBRARY, writes esem-0.6.json with lavaan 0.6-14, whose errors of oblique rotations are ours
# as far as it differentiates; those of 0.7-2 are not (see docs/agreement.md).

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))

pupils <- read_data("HolzingerSwineford1939")
holes <- read_data("hs_missing")
cut_into_four <- function(x) as.integer(cut(x, c(-Inf, quantile(x, c(.2, .5, .8)), Inf)))
graded <- as.data.frame(lapply(pupils[paste0("x", 1:9)], cut_into_four))

NINE <- "x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"
THREE <- paste('efa("b")*f1 + efa("b")*f2 + efa("b")*f3 =~', NINE)
TEXTS <- list(
  three = THREE,
  covariate = paste(THREE, "f1 + f2 + f3 ~ ageyr", sep = "\n"),
  outcome = 'efa("a")*f1 + efa("a")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6
    speed =~ x7 + x8 + x9
    speed ~ f1 + f2 + ageyr
    f1 + f2 ~ ageyr'
)

target <- matrix(0, 9, 3)
target[1:3, 1] <- target[4:6, 2] <- target[7:9, 3] <- NA

rotation_words <- function(words) {
  names(words) <- if (LAVAAN_7) gsub(".", "_", names(words), fixed = TRUE) else names(words)
  words
}

# Both the algorithm that converges and how tight it can be differ by version and criterion.
fitted_model <- function(text, data, rotation = "geomin", words = list(), pairs = FALSE, ..., errors = "delta") {
  set.seed(20240301)
  algorithm <- if (pairs || !LAVAAN_7) "pairwise" else "gpa"
  words <- rotation_words(modifyList(list(gpa.tol = 1e-7, tol = 1e-12, algorithm = algorithm, rstarts = if (pairs) 10L else 1L), words))
  for (tolerance in c(1e-13, 1e-12, 1e-11, 1e-10, 1e-9)) {
    control <- list(rel.tol = tolerance, iter.max = 20000, eval.max = 50000)
    fit <- tryCatch(suppressWarnings(sem(TEXTS[[text]], data, rotation = rotation, rotation.args = words,
                                         rotation.se = errors, control = control, ...)), error = function(e) NULL)
    if (!is.null(fit) && lavInspect(fit, "converged")) return(fit)
  }
  stop("did not converge")
}

# Errors by the delta method, where lavaan can differentiate; none where it stops.
case <- function(name, ...) {
  fit <- tryCatch(fitted_model(...), error = function(e) NULL)
  has_errors <- !is.null(fit)
  if (!has_errors) fit <- fitted_model(..., errors = "bordered")
  cat(name, has_errors, "\n")
  measures <- fitMeasures(fit)
  wanted <- intersect(c("chisq", "df", "chisq.scaled", "cfi", "rmsea", "srmr"), names(measures))
  table <- records(parameterEstimates(fit), c("lhs", "op", "rhs", "group", "est", if (has_errors) "se"))
  list(estimates = table[table$op %in% c("=~", "~", "~~"), ], measures = as.list(measures[wanted]))
}

cases <- list(
  geomin = function(n) case(n, "three", pupils, pairs = TRUE),
  geomin_mlr = function(n) case(n, "three", pupils, pairs = TRUE, estimator = "MLR"),
  oblimin = function(n) case(n, "three", pupils, "oblimin"),
  varimax = function(n) case(n, "three", pupils, "varimax", list(orthogonal = TRUE)),
  missing = function(n) case(n, "three", holes, "oblimin", missing = "fiml"),
  covariate = function(n) case(n, "covariate", pupils, "oblimin"),
  covariate_geomin = function(n) case(n, "covariate", pupils, pairs = TRUE),
  outcome = function(n) case(n, "outcome", pupils, "oblimin"),
  configural = function(n) case(n, "three", pupils, "oblimin", group = "school"),
  loadings = function(n) case(n, "three", pupils, "oblimin", group = "school", group.equal = "loadings"),
  intercepts = function(n) case(n, "three", pupils, "oblimin", group = "school", group.equal = c("loadings", "intercepts")),
  loadings_raw = function(n) case(n, "three", pupils, "oblimin", list(std.ov = FALSE), group = "school", group.equal = "loadings"),
  ordinal = function(n) case(n, "three", graded, "oblimin", ordered = TRUE),
  target = function(n) case(n, "three", pupils, if (LAVAAN_7) "target" else "pst",
                            if (LAVAAN_7) list(target = target) else list(target = ifelse(is.na(target), 1, 0), target.mask = ifelse(is.na(target), 0, 1)))
)

results <- list()
for (name in names(cases)) {
  results[[name]] <- tryCatch(cases[[name]](name), error = function(e) {
    cat("  !!", name, gsub("[[:space:]]+", " ", conditionMessage(e)), "\n")
    NULL
  })
}
file <- if (LAVAAN_7) "esem.json" else "esem-0.6.json"
writeLines(json(c(versions(), list(cases = results))), file.path(HERE, file))
