# Ladders of measurement invariance by lavaan, and by the texts of semTools' measEq.syntax where items are ordinal.
#
#     Rscript tests/reference/invariance.R
#
# Writes invariance.json beside itself: measures of every step, and lavaan's difference tests between steps.

HERE <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(HERE, "version.R"))
suppressMessages(library(semTools))
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
two <- "agree =~ A1 + A2 + A3 + A4 + A5\nconscientious =~ C1 + C2 + C3 + C4 + C5"
six <- "f1 =~ q1 + q2 + q3\nf2 =~ q6 + q7 + q8"
continuous <- list(
  configural = character(), metric = "loadings", scalar = "intercepts", strict = "residuals",
  variances = "lv.variances", covariances = "lv.covariances", means = "means"
)
ordinal <- list(
  configural = character(), thresholds = "thresholds", loadings = "loadings", intercepts = "intercepts",
  residuals = "residuals", variances = "lv.variances", covariances = "lv.covariances", means = "means"
)
binary <- list(configural = character(), intercepts = c("thresholds", "loadings", "intercepts"), residuals = "residuals")
binary_too <- list(
  configural = character(), thresholds = "thresholds", intercepts = c("loadings", "intercepts"), residuals = "residuals"
)
measures <- c("chisq", "df", "chisq.scaled", "cfi", "rmsea", "srmr", "mfi", "cfi.robust", "rmsea.robust", "npar")

cases <- list(
  hs_school = list(model = three, data = "HolzingerSwineford1939", group = "school", steps = continuous),
  hs_mlr = list(model = three, data = "HolzingerSwineford1939", group = "school", steps = continuous[1:4], estimator = "MLR"),
  bfi_education = list(model = two, data = "ordinal_six", group = "education", steps = continuous[1:4], estimator = "MLM"),
  bfi_missing = list(model = two, data = "bfi_missing", group = "gender", steps = continuous[1:4], estimator = "MLR", missing = "ml"),
  bfi_gender = list(model = two, data = "ordinal_six", group = "gender", steps = ordinal, parameterization = "theta"),
  bfi_gender_delta = list(model = two, data = "ordinal_six", group = "gender", steps = ordinal[1:4], parameterization = "delta"),
  five_location = list(model = six, data = "ordinal_five", group = "location", steps = ordinal[1:5], parameterization = "theta"),
  five_ulsmv = list(model = six, data = "ordinal_five", group = "location", steps = ordinal[1:4], parameterization = "delta", estimator = "ULSMV"),
  three_school = list(model = "textual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9", data = "ordinal_three", group = "school",
                      steps = ordinal[1:5], parameterization = "theta"),
  two_school = list(model = "visual =~ x1 + x2 + x3 + x4\ntextual =~ x5 + x6 + x7 + x8", data = "ordinal_two", group = "school", steps = binary, parameterization = "theta"),
  five_level = list(model = six, data = "ordinal_five", group = "level", steps = ordinal[1:5], parameterization = "theta"),
  mixed_location = list(model = "f1 =~ q1 + q2 + q3 + passed\nf2 =~ q6 + q7 + q8", data = "ordinal_five", group = "location", steps = binary_too, parameterization = "theta")
)

# lavaan at the tightest tolerance at which its optimiser still reports success.
tightly <- function(...) {
  for (tolerance in c(1e-13, 1e-12, 1e-11, 1e-10)) {
    control <- list(rel.tol = tolerance, iter.max = 20000, eval.max = 50000)
    fit <- suppressWarnings(do.call(cfa, c(list(..., control = control), EXTRA_OPTIONS)))
    if (lavInspect(fit, "converged")) return(fit)
  }
  do.call(cfa, c(list(...), EXTRA_OPTIONS))
}

fit_continuous <- function(case, data, equal) {
  sets <- if (length(equal)) equal else ""
  tightly(case$model, data, group = case$group, group.equal = sets, estimator = if (is.null(case$estimator)) "ML" else case$estimator,
      missing = if (is.null(case$missing)) "listwise" else case$missing)
}

fit_ordinal <- function(case, data, equal, items) {
  arguments <- list(configural.model = case$model, data = data, ordered = items, parameterization = case$parameterization,
                    ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = case$group, return.fit = FALSE)
  if (length(equal)) arguments$group.equal <- equal
  text <- as.character(suppressWarnings(do.call(measEq.syntax, arguments)))
  tightly(text, data, group = case$group, ordered = items, parameterization = case$parameterization,
      estimator = if (is.null(case$estimator)) "WLSMV" else case$estimator)
}

climb <- function(case) {
  data <- read.csv(file.path(HERE, "data", paste0(case$data, ".csv")))
  if (case$group == "education") data <- data[data$education %in% 3:5, ]
  is_ordinal <- !is.null(case$parameterization)
  items <- unique(lavNames(case$model, "ov"))
  if (!is.null(case$ordered)) items <- case$ordered
  equal <- character()
  fits <- list()
  for (step in names(case$steps)) {
    equal <- c(equal, case$steps[[step]])
    fits[[step]] <- if (is_ordinal) fit_ordinal(case, data, equal, items) else fit_continuous(case, data, equal)
  }
  values <- lapply(fits, function(fit) {
    if (!lavInspect(fit, "converged")) return(list(problem = "lavaan did not converge"))
    found <- fitMeasures(fit)
    as.list(found[intersect(measures, names(found))])
  })
  tests <- list()
  for (place in seq_along(fits)[-1]) {
    before <- fits[[place - 1]]
    if (!(lavInspect(before, "converged") && lavInspect(fits[[place]], "converged"))) next
    tests[[names(fits)[place]]] <- tryCatch({
      found <- suppressWarnings(as.data.frame(lavTestLRT(before, fits[[place]])))
      list(chisq_diff = found[2, "Chisq diff"], df_diff = found[2, "Df diff"], p_diff = found[2, "Pr(>Chisq)"])
    }, error = function(e) list())
  }
  keep <- c("model", "data", "group", "estimator", "missing", "parameterization", "ordered")
  c(case[intersect(keep, names(case))], list(groups = sapply(lavInspect(fits[[1]], "group.label"), identity, USE.NAMES = FALSE),
    steps = values, tests = tests))
}

found <- lapply(cases, climb)
versions <- list(
  R = paste(R.version$major, R.version$minor, sep = "."),
  lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools"))
)
write(toJSON(list(versions = versions, cases = found), auto_unbox = TRUE, digits = 12, pretty = TRUE),
      file.path(OUT, "invariance.json"))
