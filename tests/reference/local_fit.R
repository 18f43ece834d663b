# Freeze lavaan's and MIIVsem's numbers for tests/test_local_fit.py and tests/test_local_fit_equations.py.
#
#   LAVAAN_LIBRARY=/path/to/lavaan-0.7 Rscript tests/reference/local_fit.R
#
# lavaan's `lavResiduals` (residuals of correlations, their tests, SRMR and unbiased SRMR) and
# `sem(estimator = "MIIV")`, MIIVsem's `miive` and AER's `ivreg` (instruments, two-stage least squares,
# tests of surplus instruments) are used through their documented results. Made with lavaan 0.7-2,
# MIIVsem 0.5.8 and AER 1.2-10.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))

PUPILS <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ANSWERS <- "A =~ q1 + q2 + q3 + q4\nB =~ q5 + q6 + q7 + q8"
DEMOCRACY <- paste("ind60 =~ x1 + x2 + x3", "dem60 =~ y1 + y2 + y3 + y4", "dem65 =~ y5 + y6 + y7 + y8",
                   "dem60 ~ ind60", "dem65 ~ ind60 + dem60", "y1 ~~ y5", "y2 ~~ y4 + y6", "y3 ~~ y7",
                   "y4 ~~ y8", "y6 ~~ y8", sep = "\n")
PLAIN <- sub("\ny1 ~~ y5.*", "", DEMOCRACY)
CAUSES <- paste0(PUPILS, "\nvisual ~ ageyr + sex\ntextual ~ visual + ageyr")

pupils <- read_data("HolzingerSwineford1939")
pupils$school <- ifelse(pupils$school == "Pasteur", "Pasteur", "Grant-White")
gaps <- read_data("hs_missing")
answers <- read_data("ordinal_five")
clustered <- read_data("hs_clustered")
democracy <- read_data("PoliticalDemocracy")

# ---------------------------------------------------------------- residuals

gradient <- function(fit) as.vector(lavInspect(fit, "gradient"))

# lavaan's optimiser stops early; Newton steps go on until the gradient is zero.
tight <- function(text, data, ...) {
  arguments <- list(model = text, data = data, ...)
  case <- list(`function` = "sem", name = "local_fit")
  fit <- suppressWarnings(converged_fit(case, arguments))
  for (what in c("hessian", "information.expected")) {
    if (stationarity(fit) < 1e-11) break
    fit <- suppressWarnings(polish(case, arguments, fit, newton_step(fit, what)))
  }
  cat(sprintf("gradient %.1e\n", stationarity(fit)))
  fit
}

matrix_of <- function(m) if (is.null(m)) NULL else list(names = I(rownames(m)), values = matrix_rows(m))
vector_of <- function(v) if (is.null(v)) NULL else list(names = I(names(v)), values = I(as.vector(unclass(v))))

residual_part <- function(found) {
  summary <- as.data.frame(unclass(found$summary))
  list(residual = matrix_of(found$cov), se = matrix_of(found$cov.se), z = matrix_of(found$cov.z),
       mean_z = vector_of(found$mean.z), mean_se = vector_of(found$mean.se), th_z = vector_of(found$th.z),
       statistics = I(rownames(summary)), summary = lapply(summary, I))
}

residual_case <- function(text, data, ...) {
  fit <- tight(text, data, ...)
  found <- lavResiduals(fit, se = TRUE, add_class = FALSE)
  if (lavInspect(fit, "ngroups") == 1) return(list(groups = list(residual_part(found))))
  pooled <- as.data.frame(unclass(lavResiduals(fit, combine = TRUE, add_class = FALSE)$summary))
  list(groups = unname(lapply(found, residual_part)), combined = lapply(pooled, I))
}

residual_cases <- list(
  ml = residual_case(PUPILS, pupils),
  ml_means = residual_case(PUPILS, pupils, meanstructure = TRUE),
  mlr = residual_case(PUPILS, pupils, estimator = "MLR"),
  mlm = residual_case(PUPILS, pupils, estimator = "MLM"),
  gls = residual_case(PUPILS, pupils, estimator = "GLS"),
  wls = residual_case(PUPILS, pupils, estimator = "WLS"),
  uls = residual_case(PUPILS, pupils, estimator = "ULS"),
  groups_ml = residual_case(PUPILS, pupils, group = "school", group.equal = c("loadings", "intercepts")),
  groups_mlr = residual_case(PUPILS, pupils, group = "school", group.equal = "loadings", estimator = "MLR"),
  fiml_ml = residual_case(PUPILS, gaps, missing = "fiml"),
  fiml_mlr = residual_case(PUPILS, gaps, missing = "fiml", estimator = "MLR"),
  wlsmv = residual_case(ANSWERS, answers, ordered = paste0("q", 1:8)),
  ulsmv = residual_case(ANSWERS, answers, ordered = paste0("q", 1:8), estimator = "ULSMV"),
  wlsmv_groups = residual_case(ANSWERS, answers, ordered = paste0("q", 1:8), group = "location",
                               group.equal = c("loadings", "thresholds")),
  cluster = residual_case(PUPILS, clustered, cluster = "classroom"),
  democracy = residual_case(DEMOCRACY, democracy),
  causes = residual_case(CAUSES, pupils),
  causes_mlr = residual_case(CAUSES, pupils, estimator = "MLR")
)

# ---------------------------------------------------------------- equations
#
# lavaan's Sargan statistic has the residual variance with n less parameters; AER's has n.

if (!requireNamespace("MIIVsem", quietly = TRUE)) stop("install MIIVsem first")
suppressMessages(library(AER))

by_lavaan <- function(text, data, ...) {
  fit <- suppressWarnings(sem(text, data, estimator = "MIIV", bad.marker.crit = 0, ...))
  lapply(lavInspect(fit, "eqs"), function(one) {
    iv <- if (is.null(one$miiv)) character(0) else one$miiv
    list(variable = one$lhs, outcome = one$lhs_new, predictors = I(one$rhs_new), instruments = I(sort(iv)),
         coefficients = I(tail(as.vector(one$coef), length(one$rhs_new))),
         sargan = one$sargan[["stat"]], df = one$sargan[["df"]], df_res = one$df_res, nobs = one$nobs,
         hansen = if (is.null(one$browne)) NULL else one$browne[["stat"]])
  })
}

by_miivsem <- function(text, data) {
  found <- suppressMessages(suppressWarnings(MIIVsem::miive(text, data)))
  lapply(found$eqn, function(one) {
    values <- as.vector(unclass(one$coefficients))
    list(outcome = one$DVobs, predictors = I(one$IVobs), instruments = I(sort(one$MIIVs)),
         coefficients = I(tail(values, length(one$IVobs))))
  })
}

by_aer <- function(data, outcome, predictors, instruments) {
  formula <- as.formula(paste(outcome, "~", paste(predictors, collapse = "+"), "|", paste(instruments, collapse = "+")))
  found <- summary(ivreg(formula, data = data), diagnostics = TRUE)
  slopes <- found$coefficients[-1, , drop = FALSE]
  weak <- found$diagnostics[grepl("Weak", rownames(found$diagnostics)), "statistic"]
  list(outcome = outcome, predictors = I(predictors), coefficients = I(slopes[, 1]), se = I(slopes[, 2]),
       df_res = nrow(data) - length(predictors) - 1, first_stage_f = I(as.vector(weak)),
       sargan = found$diagnostics["Sargan", "statistic"], p = found$diagnostics["Sargan", "p-value"])
}

items <- paste0("x", 1:9)
markers <- c(x2 = "x1", x3 = "x1", x5 = "x4", x6 = "x4", x8 = "x7", x9 = "x7")
equation_cases <- list(
  lavaan = list(pupils = by_lavaan(PUPILS, pupils), democracy = by_lavaan(DEMOCRACY, democracy),
                plain = by_lavaan(PLAIN, democracy),
                answers = by_lavaan(ANSWERS, answers, ordered = paste0("q", 1:8))),
  miivsem = list(pupils = by_miivsem(PUPILS, pupils), democracy = by_miivsem(DEMOCRACY, democracy),
                 plain = by_miivsem(PLAIN, democracy)),
  aer = list(pupils = lapply(names(markers), function(item)
               by_aer(pupils, item, markers[[item]], setdiff(items, c(item, markers[[item]])))),
             democracy = list(by_aer(democracy, "y5", c("x1", "y1"), c("x2", "x3", "y2", "y3", "y4")),
                              by_aer(democracy, "y1", "x1", c("x2", "x3"))))
)

versions_of <- function() {
  c(versions(), list(miivsem = as.character(packageVersion("MIIVsem")), aer = as.character(packageVersion("AER"))))
}

write(json(list(versions = versions_of(), residuals = residual_cases, equations = equation_cases)),
      file.path(OUT, "local_fit.json"))
