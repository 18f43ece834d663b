# Fits by distributionally weighted least squares (estimator "DLS") of lavaan 0.7-2.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/distributional_weights.R
#
# Writes distributional_weights.json beside itself. Data: Holzinger & Swineford (1939), political democracy.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
paths <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ b*f + ageyr\nf ~ a*ageyr\nab := a*b"
equal <- c("loadings", "intercepts")
dls <- function(a, gamma, ...) list(estimator = list(estimator = "DLS", dls.a = a, dls.GammaNT = gamma), ...)

CASES <- list(
  default = list(three, "pupils", list(estimator = "DLS")),
  none_of_normality = list(three, "pupils", dls(0, "model")),
  half = list(three, "pupils", dls(0.5, "model")),
  half_of_sample = list(three, "pupils", dls(0.5, "sample")),
  normal_of_sample = list(three, "pupils", dls(1, "sample")),
  means = list(three, "pupils", dls(0.3, "model", meanstructure = TRUE)),
  groups = list(three, "pupils", dls(0.5, "model", group = "school")),
  equal = list(three, "pupils", dls(0.5, "model", group = "school", group.equal = equal)),
  paths = list(paths, "pupils", dls(0.4, "model")),
  same = list("f =~ x1 + a*x2 + a*x3 + x4\nx1 ~~ x4", "pupils", dls(0.5, "model")),
  unbiased = list(three, "pupils", dls(0.5, "model", gamma.unbiased = TRUE)),
  divisor = list(three, "pupils", dls(0.5, "sample", gamma.n.minus.one = TRUE)),
  democracy = list("ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem60 ~ ind60", "democracy", dls(0.8, "model"))
)
SHARP <- list(gn.args = list(max_iter = 5000L, tol_x = 1e-13, tol_g = 1e-12))
wanted <- c(MEASURES, "baseline.chisq.scaled", "cfi.scaled", "rmsea.scaled", "df.scaled")
keep_fits(CASES, list(pupils = pupils, democracy = PoliticalDemocracy), list(), "distributional_weights.json", wanted, search = SHARP)
