# Freeze lavaan's fits from moments with a given asymptotic covariance matrix, for tests/test_known_spread.py.
#
#   LAVAAN_LIBRARY=/path/to/lavaan-0.7 Rscript tests/reference/known_spread.R
#
# The matrix is that of a fit of rows (lavInspect "gamma"), times a factor where clusters or designs would
# make it larger: what comes out is no fit of rows. Made with lavaan 0.7-2.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "version.R"))
read_data <- function(name) read.csv(file.path(HERE, "data", paste0(name, ".csv")), check.names = FALSE)

items <- paste0("x", 1:6)
text <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
pupils <- read_data("HolzingerSwineford1939")[items]
answers <- read_data("ordinal_three")[items]

numbers <- function(fit) {
  table <- as.data.frame(parameterEstimates(fit))
  measures <- unclass(fitMeasures(fit))
  kept <- intersect(c("chisq", "df", "chisq.scaled", "cfi.scaled", "cfi.robust", "rmsea.scaled", "srmr"), names(measures))
  list(estimates = table[, c("lhs", "op", "rhs", "est", "se")], measures = as.list(measures[kept]))
}

matrix_of <- function(gamma) list(names = rownames(gamma), values = unclass(gamma)[, ])

continuous <- function(means, factor, ...) {
  rows <- cfa(text, pupils, estimator = "MLM", meanstructure = means, bad.marker.crit = 0)
  gamma <- lavInspect(rows, "gamma") * factor
  mean <- if (means) colMeans(pupils) else NULL
  fit <- cfa(text, sample.cov = cov(pupils), sample.mean = mean, sample.nobs = nrow(pupils), NACOV = gamma,
             bad.marker.crit = 0, ...)
  c(numbers(fit), list(matrix = matrix_of(gamma), covariance = cov(pupils), mean = mean))
}

ordinal <- function(factor, ...) {
  rows <- cfa(text, answers, ordered = items, bad.marker.crit = 0)
  gamma <- lavInspect(rows, "gamma") * factor
  rownames(gamma) <- colnames(gamma) <- rownames(lavInspect(rows, "gamma"))
  known <- lavInspect(rows, "sampstat")
  attr(known$th, "th.idx") <- lavInspect(rows, "th.idx")
  # lavaan takes WLS.V whatever the estimator, so that it is the estimator's own
  weight <- switch(list(...)$estimator, WLS = solve(gamma), WLSMV = diag(1 / diag(gamma)), diag(nrow(gamma)))
  fit <- cfa(text, sample.cov = known$cov, sample.th = known$th, sample.nobs = nrow(answers), NACOV = gamma,
             WLS.V = weight, ordered = items, bad.marker.crit = 0, ...)
  c(numbers(fit), list(matrix = matrix_of(gamma), covariance = unclass(known$cov)[, ], thresholds = as.list(known$th)))
}

weighted <- function(...) {
  gamma <- lavInspect(cfa(text, pupils, estimator = "MLM", meanstructure = FALSE, bad.marker.crit = 0), "gamma")
  fit <- cfa(text, sample.cov = cov(pupils), sample.nobs = nrow(pupils), NACOV = gamma, WLS.V = solve(gamma),
             estimator = "WLS", bad.marker.crit = 0, ...)
  c(numbers(fit), list(matrix = matrix_of(gamma), covariance = cov(pupils)))
}

try_or_null <- function(expression) tryCatch(suppressWarnings(expression), error = function(e) {message(e); NULL})
frozen <- list(
  MLM = try_or_null(continuous(FALSE, 1.5, estimator = "MLM")),
  MLM_means = try_or_null(continuous(TRUE, 1.5, estimator = "MLM")),
  MLMV = try_or_null(continuous(FALSE, 1.5, estimator = "MLMV")),
  ULSMV = try_or_null(continuous(FALSE, 1.5, estimator = "ULSMV")),
  WLS = try_or_null(weighted()),
  ordinal_WLSMV = try_or_null(ordinal(1.5, estimator = "WLSMV")),
  ordinal_WLS = try_or_null(ordinal(1.5, estimator = "WLS")),
  ordinal_ULSMV = try_or_null(ordinal(1.5, estimator = "ULSMV"))
)
frozen <- frozen[!vapply(frozen, is.null, logical(1))]
text <- toJSON(list(text = text, fits = frozen), digits = NA, dataframe = "columns", auto_unbox = TRUE, na = "null", null = "null")
writeLines(text, file.path(OUT, "known_spread.json"))
