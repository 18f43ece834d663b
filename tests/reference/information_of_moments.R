# What h1.information, gamma.unbiased and gamma.n.minus.one of lavaan 0.7-2 do to standard errors and scaled tests.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/information_of_moments.R
#
# Writes information_of_moments.json beside itself. Gauss-Newton goes closer to the minimum than the default. Data: Holzinger & Swineford (1939), and the same with gaps at rows that a rule names.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

DATA <- list(pupils = pupils, gaps = gaps)
factors <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9"
paths <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + ageyr\nx9 ~ g + ageyr"
U <- list(h1.information = "unstructured")

CASES <- list(
  ml = list(factors, "pupils", U),
  ml_paths = list(paths, "pupils", U),
  ml_groups = list(factors, "pupils", c(U, group = "school")),
  ml_means = list(factors, "pupils", c(U, meanstructure = TRUE)),
  wishart = list(factors, "pupils", c(U, likelihood = "wishart")),
  first_order = list(factors, "pupils", c(U, information = "first.order")),
  first_order_means = list(factors, "pupils", c(U, information = "first.order", meanstructure = TRUE)),
  h1_observed = list(factors, "pupils", c(U, information = "observed", observed.information = "h1")),
  mlm = list(factors, "pupils", c(U, estimator = "MLM")),
  mlm_paths = list(paths, "pupils", c(U, estimator = "MLM")),
  mlmv = list(factors, "pupils", c(U, estimator = "MLMV")),
  mlmvs = list(factors, "pupils", c(U, estimator = "MLMVS")),
  mlm_groups = list(factors, "pupils", c(U, estimator = "MLM", group = "school")),
  mlr_expected = list(factors, "pupils", c(U, estimator = "MLR", information = "expected")),
  mlr_h1 = list(factors, "pupils", c(U, estimator = "MLR", information = "observed", observed.information = "h1")),
  fiml_expected = list(factors, "gaps", c(U, missing = "ml", information = "expected")),
  fiml_h1 = list(factors, "gaps", c(U, missing = "ml", information = "observed", observed.information = "h1")),
  fiml_mlr_expected = list(factors, "gaps", c(U, missing = "ml", estimator = "MLR", information = "expected")),
  mlr_hessian = list(factors, "pupils", c(U, estimator = "MLR")),
  mlr_tests_expected = list(factors, "pupils", list(estimator = "MLR", information = c("observed", "expected"))),
  mlr_tests_observed = list(factors, "pupils", list(estimator = "MLR", information = c("expected", "observed"))),
  mlr_meat = list(factors, "pupils", list(estimator = "MLR", h1.information.meat = "unstructured")),
  mlm_tests_unstructured = list(factors, "pupils", list(estimator = "MLM", h1.information = c("structured", "unstructured"))),
  mlm_tests_structured = list(factors, "pupils", list(estimator = "MLM", h1.information = c("unstructured", "structured"))),
  mlr_groups_tests_expected = list(factors, "pupils", list(estimator = "MLR", group = "school", information = c("observed", "expected"))),
  fiml_mlr_tests_expected = list(factors, "gaps", list(missing = "ml", estimator = "MLR", information = c("observed", "expected"))),
  fiml_mlr = list(factors, "gaps", c(U, missing = "ml", estimator = "MLR")),
  mlm_gamma_unbiased_means = list(factors, "pupils", list(estimator = "MLM", gamma.unbiased = TRUE, meanstructure = TRUE)),
  wlsmv_gamma_unbiased = list(factors, "pupils", list(estimator = "WLSMV", gamma.unbiased = TRUE, ordered = FALSE)),
  ulsmv_gamma_n_minus_one = list(factors, "pupils", list(estimator = "ULSMV", ordered = FALSE, gamma.n.minus.one = TRUE)),
  mlm_gamma_unbiased = list(factors, "pupils", list(estimator = "MLM", gamma.unbiased = TRUE)),
  mlmv_gamma_unbiased = list(factors, "pupils", list(estimator = "MLMV", gamma.unbiased = TRUE)),
  mlm_gamma_unbiased_groups = list(factors, "pupils", list(estimator = "MLM", gamma.unbiased = TRUE, group = "school")),
  mlm_gamma_unbiased_x = list(paths, "pupils", list(estimator = "MLM", gamma.unbiased = TRUE, fixed.x = FALSE)),
  wls_gamma_unbiased = list(factors, "pupils", list(estimator = "WLS", gamma.unbiased = TRUE)),
  mlm_gamma_n_minus_one = list(factors, "pupils", list(estimator = "MLM", gamma.n.minus.one = TRUE)),
  mlm_gamma_n_minus_one_groups = list(factors, "pupils", list(estimator = "MLM", gamma.n.minus.one = TRUE, group = "school")),
  wls_gamma_n_minus_one = list(factors, "pupils", list(estimator = "WLS", gamma.n.minus.one = TRUE)),
  unbiased_unstructured = list(factors, "pupils", c(U, estimator = "MLM", gamma.unbiased = TRUE)),
  wishart_h1 = list(factors, "pupils", list(likelihood = "wishart", information = "observed", observed.information = "h1")),
  wishart_h1_groups = list(factors, "pupils", list(likelihood = "wishart", information = "observed", observed.information = "h1", group = "school", meanstructure = TRUE)),
  wishart_sandwich = list(factors, "pupils", list(likelihood = "wishart", information = "observed", se = "robust.sem")),
  mlr_eqs = list(factors, "pupils", list(estimator = "MLR", mimic = "EQS")),
  mlr_eqs_paths = list(paths, "pupils", list(estimator = "MLR", mimic = "EQS")),
  mlr_eqs_groups = list(factors, "pupils", list(estimator = "MLR", mimic = "EQS", group = "school", group.equal = "loadings"))
)

result <- list()
for (name in names(CASES)) {
  case <- CASES[[name]]
  fit <- try(suppressWarnings(do.call(sem, c(list(case[[1]], DATA[[case[[2]]]], optim.method = "GN", gn.args = list(tol_x = 1e-10, tol_g = 1e-10)), case[[3]]))))
  if (inherits(fit, "try-error")) { message(name); next }
  table <- parameterEstimates(fit, remove.eq = TRUE)
  table <- table[table$se > 0, ]
  measures <- fitMeasures(fit)
  wanted <- c("npar", "chisq", "df", "chisq.scaled", "df.scaled", "chisq.scaling.factor", "rmsea.robust", "cfi.robust")
  result[[name]] <- list(
    model = case[[1]], data = case[[2]], options = case[[3]], measures = as.list(measures[intersect(wanted, names(measures))]),
    lhs = table$lhs, op = table$op, rhs = table$rhs, group = if (is.null(table$group)) rep(1, nrow(table)) else table$group,
    est = table$est, se = table$se
  )
}
write(toJSON(list(version = as.character(packageVersion("lavaan")), cases = result), auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null"),
      file.path(HERE, "information_of_moments.json"))
