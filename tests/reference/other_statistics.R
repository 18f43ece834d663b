# What standard.test and scaled.test of lavaan 0.7-2 do to fit measures.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/other_statistics.R
#
# Writes other_statistics.json beside itself. Gauss-Newton goes closer to the minimum than the default. Data: Holzinger & Swineford (1939), and its items cut at thirds of their range.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

factors <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9"
paths <- "f =~ x1 + x2 + x3\nf ~ ageyr + sex"
two <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
ordinal <- paste0("x", 1:6)

CASES <- list()
for (test in c("nt", "adf", "nt.model", "adf.model")) {
  word <- paste0("browne.residual.", test)
  S <- list(standard.test = word)
  C <- list(scaled.test = word)
  CASES[[paste0("ml_", test)]] <- list(factors, "pupils", S)
  CASES[[paste0("groups_", test)]] <- list(two, "pupils", c(S, group = "school", group.equal = "loadings"))
  CASES[[paste0("paths_", test)]] <- list(paths, "pupils", c(S, meanstructure = TRUE))
  CASES[[paste0("wishart_", test)]] <- list(two, "pupils", c(S, likelihood = "wishart"))
  CASES[[paste0("gls_", test)]] <- list(two, "pupils", c(S, estimator = "GLS"))
  CASES[[paste0("ulsmv_", test)]] <- list(two, "pupils", c(S, estimator = "ULSMV"))
  CASES[[paste0("mlm_", test)]] <- list(factors, "pupils", c(S, estimator = "MLM"))
  CASES[[paste0("mlm_scaled_", test)]] <- list(factors, "pupils", c(C, estimator = "MLM"))
  CASES[[paste0("mlmv_scaled_", test)]] <- list(factors, "pupils", c(C, estimator = "MLMV"))
  CASES[[paste0("mlmvs_scaled_", test)]] <- list(factors, "pupils", c(C, estimator = "MLMVS"))
  CASES[[paste0("mlr_scaled_", test)]] <- list(factors, "pupils", c(C, estimator = "MLR"))
  CASES[[paste0("mlr_groups_scaled_", test)]] <- list(two, "pupils", c(C, estimator = "MLR", group = "school", group.equal = "loadings"))
}
CASES$both <- list(factors, "pupils", list(estimator = "MLM", standard.test = "browne.residual.nt", scaled.test = "browne.residual.adf"))
CASES$items <- list(two, "items", list(ordered = ordinal, standard.test = "browne.residual.adf"))
CASES$items_scaled <- list(two, "items", list(ordered = ordinal, scaled.test = "browne.residual.adf"))
CASES$items_dwls <- list(two, "items", list(ordered = ordinal, estimator = "DWLS", standard.test = "browne.residual.adf"))
CASES$items_groups <- list(two, "items", list(ordered = ordinal, group = "school", standard.test = "browne.residual.adf"))

wanted <- c("chisq", "df", "pvalue", "chisq.scaled", "chisq.scaling.factor", "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "cfi", "tli", "nfi", "ifi",
            "cfi.scaled", "tli.scaled", "cfi.robust", "rmsea", "rmsea.ci.upper", "rmsea.scaled", "rmsea.ci.upper.scaled", "rmsea.robust", "rmsea.ci.upper.robust",
            "mfi", "ecvi", "cn_05", "gfi", "fmin")
keep_fits(CASES, list(pupils = pupils, items = items), list(), "other_statistics.json", wanted, only_measures = TRUE, search = GAUSS_NEWTON)
