# What baseline.type, baseline.fixed.x.free.cov and baseline.conditional.x.free.slopes of lavaan 0.7-2 do to fit measures.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/baselines.R
#
# Writes baselines.json beside itself. Data: Holzinger & Swineford (1939), the same with gaps, and its items cut at thirds of their range.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

two <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
one <- "f =~ x1 + x2 + x3"
paths <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + ageyr + sex\nx9 ~ g + ageyr"
predicted <- "f =~ x1 + x2 + x3\nf ~ ageyr + sex"
curve <- "i =~ 1*x1 + 1*x2 + 1*x3 + 1*x4\ns =~ 0*x1 + 1*x2 + 2*x3 + 3*x4\nx1 ~ 0*1\nx2 ~ 0*1\nx3 ~ 0*1\nx4 ~ 0*1\ni ~ 1\ns ~ 1"
equal <- c("loadings", "intercepts")
N <- list(baseline.type = "nested")
X <- list(baseline.fixed.x.free.cov = FALSE)
S <- list(baseline.conditional.x.free.slopes = FALSE)
answers <- paste0("x", 1:4)
predicted_items <- "f =~ x1 + x2 + x3 + x4\nf ~ ageyr + sex"

CASES <- list(
  nested_same = list(paths, "pupils", N),
  nested_groups = list(two, "pupils", c(N, group = "school", list(group.equal = equal))),
  nested_residuals = list(two, "pupils", c(N, group = "school", list(group.equal = c("loadings", "intercepts", "residuals")))),
  nested_random_x = list(predicted, "pupils", c(N, fixed.x = FALSE)),
  nested_curve = list(curve, "pupils", N),
  nested_curve_predicted = list(paste0(curve, "\ni ~ ageyr\ns ~ ageyr"), "pupils", N),
  nested_constraints = list("f =~ x1 + a*x2 + b*x3\na == b\nx1 ~~ v1*x1\nx2 ~~ v2*x2\nv1 == v2", "pupils", N),
  nested_effect_coding = list(one, "pupils", c(N, effect.coding = TRUE)),
  nested_equal_means = list("x1 ~ m*1\nx2 ~ m*1\nx1 ~~ x2\nx3 ~ 1", "pupils", N),
  nested_equal_paths = list("x1 ~ a*x2 + a*x3\nx4 ~ x1\nx1 ~~ b*x1\nx4 ~~ b*x4", "pupils", N),
  nested_std_lv = list(one, "pupils", c(N, std.lv = TRUE, group = "school", group.equal = "loadings")),
  nested_mlr = list(two, "pupils", c(N, estimator = "MLR", group = "school", list(group.equal = equal))),
  nested_mlm = list(two, "pupils", c(N, estimator = "MLM", group = "school", list(group.equal = equal))),
  nested_fiml = list(two, "gaps", c(N, missing = "ml", group = "school", list(group.equal = equal))),
  nested_gls = list(two, "pupils", c(N, estimator = "GLS", group = "school", list(group.equal = equal))),
  nested_items = list("f =~ x1 + x2 + x3 + x4", "items", c(N, list(ordered = answers), group = "school", list(group.equal = c("loadings", "thresholds")))),
  nested_items_predicted = list(predicted_items, "items", c(N, list(ordered = answers))),
  alone = list(paths, "pupils", X),
  alone_random = list(paths, "pupils", c(X, fixed.x = FALSE)),
  alone_means = list(paths, "pupils", c(X, meanstructure = TRUE)),
  alone_groups = list(predicted, "pupils", c(X, group = "school")),
  alone_mlr = list(paths, "pupils", c(X, estimator = "MLR")),
  alone_mlm = list(predicted, "pupils", c(X, estimator = "MLM")),
  alone_mlmv = list(predicted, "pupils", c(X, estimator = "MLMV", meanstructure = TRUE)),
  alone_fiml = list(predicted, "gaps", c(X, missing = "ml")),
  alone_gls = list(predicted, "pupils", c(X, estimator = "GLS", fixed.x = TRUE)),
  alone_gls_random = list(predicted, "pupils", c(X, estimator = "GLS", fixed.x = FALSE)),
  alone_wls = list(predicted, "pupils", c(X, estimator = "WLS", fixed.x = FALSE)),
  slopes = list(predicted_items, "items", c(S, list(ordered = answers))),
  slopes_dwls = list(predicted_items, "items", c(S, list(ordered = answers, estimator = "DWLS"))),
  slopes_groups = list(predicted_items, "items", c(S, list(ordered = answers, group = "school"))),
  slopes_theta = list(predicted_items, "items", c(S, list(ordered = answers, parameterization = "theta"))),
  slopes_uls = list(predicted_items, "items", c(S, list(ordered = answers, estimator = "ULSMV")))
)
wanted <- c("chisq", "df", "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "baseline.df.scaled", "cfi", "tli", "nfi", "cfi.scaled", "tli.scaled", "cfi.robust")
keep_fits(CASES, list(pupils = pupils, gaps = gaps, items = items), list(), "baselines.json", wanted, only_measures = TRUE, search = GAUSS_NEWTON)
