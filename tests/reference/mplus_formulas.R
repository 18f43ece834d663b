# What lavaan 0.7-2's options of Mplus' formulas do, one by one and together (mimic = "Mplus").
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/mplus_formulas.R
#
# Writes mplus_formulas.json beside itself. Data: Holzinger & Swineford (1939), the same with gaps, and its items cut at thirds of their range.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

two <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
predicted <- "f =~ x1 + x2 + x3\nf ~ ageyr + sex"
curve <- "i =~ 1*x1 + 1*x7 + 1*x3 + 1*x8\ns =~ 0*x1 + 1*x7 + 2*x3 + 3*x8\nx1 ~ 0*1\nx7 ~ a*1\nx3 ~ a*1\nx8 ~ 0*1\ni ~ 1\ns ~ 1\ns ~~ 0*s\ni ~~ 0*s"
equal <- c("loadings", "intercepts")
answers <- paste0("x", 1:6)
M <- list(meanstructure = TRUE)
G <- list(group = "school")
E <- list(group = "school", group.equal = equal)
O <- list(ordered = answers)

with <- function(option, cases) {
  named <- setNames(list(TRUE), option)
  for (one in names(cases)) cases[[one]][[3]] <- c(cases[[one]][[3]], named)
  setNames(cases, paste0(names(cases), ".", sub("[.]mplus$", "", option)))
}
CASES <- c(
  with("information.expected.mplus", list(
    mlm = list(two, "pupils", c(M, estimator = "MLM")), mlm_groups = list(two, "pupils", c(G, estimator = "MLM")),
    mlm_equal = list(two, "pupils", c(E, estimator = "MLM")), mlm_predicted = list(predicted, "pupils", c(M, estimator = "MLM")),
    mlmv = list(two, "pupils", c(M, estimator = "MLMV")), mlmvs = list(two, "pupils", c(M, estimator = "MLMVS")),
    mlm_wishart = list(two, "pupils", c(M, estimator = "MLM", likelihood = "wishart")), test_only = list(two, "pupils", c(M, test = "satorra.bentler")),
    wlsmv = list(two, "items", O), wlsm = list(two, "items", c(O, estimator = "WLSM")), wlsmvs = list(two, "items", c(O, estimator = "WLSMVS")),
    ulsmv = list(two, "items", c(O, estimator = "ULSMV")), wlsmv_groups = list(two, "items", c(O, G)), wlsmv_predicted = list(predicted, "items", list(ordered = answers[1:3])),
    wlsmv_mixed = list(two, "items", list(ordered = answers[1:3]))
  )),
  with("gamma.vcov.mplus", list(
    mlm = list(two, "pupils", c(M, estimator = "MLM")), mlm_groups = list(two, "pupils", c(G, estimator = "MLM")), mlm_equal = list(two, "pupils", c(E, estimator = "MLM")),
    mlm_predicted = list(predicted, "pupils", c(M, estimator = "MLM")), mlm_curve = list(curve, "pupils", list(estimator = "MLM")),
    ulsmv = list(two, "pupils", c(M, estimator = "ULSMV")), uls = list(two, "pupils", list(estimator = "ULS")), uls_equal = list(two, "pupils", c(E, estimator = "ULS")),
    wlsmv_numbers = list(two, "pupils", list(estimator = "WLSMV", ordered = FALSE)), wlsmv = list(two, "items", O), wlsmv_groups = list(two, "items", c(O, G)),
    wlsmv_mixed = list(two, "items", list(ordered = answers[1:3])), wlsmv_predicted = list(predicted, "items", list(ordered = answers[1:3]))
  )),
  with("gamma.wls.mplus", list(
    wls = list(two, "pupils", list(estimator = "WLS")), wls_means = list(two, "pupils", c(M, estimator = "WLS")), wls_equal = list(two, "pupils", c(G, group.equal = "loadings", estimator = "WLS")),
    wls_groups = list(two, "pupils", c(G, estimator = "WLS")), wls_random = list("f =~ x1 + x2 + x3\nf ~ x7 + x8", "pupils", c(M, estimator = "WLS", fixed.x = FALSE)),
    wls_curve = list(curve, "pupils", list(estimator = "WLS")), ulsmv = list(two, "pupils", c(M, estimator = "ULSMV")), wlsmv_means = list(two, "pupils", c(M, estimator = "WLSMV", ordered = FALSE)),
    wlsmv = list(two, "pupils", list(estimator = "WLSMV", ordered = FALSE))
  )),
  with("gls.v11.mplus", list(
    gls = list(two, "pupils", c(M, estimator = "GLS")), gls_equal = list(two, "pupils", c(E, estimator = "GLS")), gls_curve = list(curve, "pupils", list(estimator = "GLS")),
    gls_random = list(predicted, "pupils", c(M, estimator = "GLS")), gls_groups = list(two, "pupils", c(G, estimator = "GLS"))
  )),
  with("rmsea.scaled.mplus", list(
    mlm = list(two, "pupils", list(estimator = "MLM")), mlr = list(two, "pupils", list(estimator = "MLR")), mlmvs = list(two, "pupils", list(estimator = "MLMVS")),
    mlm_equal = list(two, "pupils", c(E, estimator = "MLM")), fiml = list(two, "gaps", list(estimator = "MLR", missing = "ml")), wlsm = list(two, "items", c(O, estimator = "WLSM")),
    wlsmvs = list(two, "items", c(O, estimator = "WLSMVS")), cluster = list(two, "pupils", list(cluster = "agemo"))
  )),
  list(
    mimic_mlm = list(two, "pupils", list(mimic = "Mplus", estimator = "MLM")), mimic_mlr = list(two, "gaps", list(mimic = "Mplus", estimator = "MLR")),
    mimic_mlmvs = list(two, "pupils", list(mimic = "Mplus", estimator = "MLMVS")),
    mimic_groups = list(two, "pupils", c(G, mimic = "Mplus", estimator = "MLM")), mimic_gls = list(two, "pupils", list(mimic = "Mplus", estimator = "GLS")),
    mimic_wls = list(two, "pupils", list(mimic = "Mplus", estimator = "WLS")), mimic_wlsmv = list(two, "items", c(O, mimic = "Mplus")),
    mimic_wlsm_predicted = list(predicted, "items", list(mimic = "Mplus", ordered = answers[1:3], estimator = "WLSM")),
    mimic_eqs = list(predicted, "pupils", list(mimic = "EQS"))
  )
)
wanted <- c("chisq", "df", "chisq.scaled", "df.scaled", "chisq.scaling.factor", "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "cfi", "cfi.scaled", "cfi.robust", "rmsea",
            "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "rmsea.pvalue.scaled", "rmsea.notclose.pvalue.scaled", "rmsea.robust")
keep_fits(CASES, list(pupils = pupils, gaps = gaps, items = items), list(), "mplus_formulas.json", wanted, search = GAUSS_NEWTON)
