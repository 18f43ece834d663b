# Correlation structures (correlation = TRUE) as lavaan 0.7-2 estimates them by maximum likelihood.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/correlations.R
#
# Writes correlations.json beside itself: estimates, standard errors, standardised ones, measures of fit. Data: Holzinger & Swineford (1939),
# the same with gaps at rows that a rule names, and Bollen's political democracy, all of which the library ships.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

DATA <- list(pupils = pupils, gaps = gaps, democracy = PoliticalDemocracy)

factors <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9"
paths <- "g =~ x4 + x5 + x6\ng ~ x1 + x2\nx9 ~ g"
incomplete <- "g =~ x5 + x6 + x8\ng ~ x1 + x4\nx9 ~ g"
chain <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx9 ~ a*g\ng ~ b*f\nx7 ~ c*x9 + f\nindirect := a * b"
equal <- "f =~ a*x1 + a*x2 + a*x3\ng =~ x4 + x5 + x6"
beside <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~~ x4"
bent <- "f =~ a*x1 + b*x2 + c*x3\ng =~ x4 + x5 + x6\na * b == c"
democracy <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"

CASES <- list(
  factors = list(factors, "pupils", list()),
  factors_std_lv = list(factors, "pupils", list(std.lv = TRUE)),
  factors_means = list(factors, "pupils", list(meanstructure = TRUE)),
  factors_observed = list(factors, "pupils", list(information = "observed")),
  factors_mlm = list(factors, "pupils", list(estimator = "MLM")),
  factors_mlr = list(factors, "pupils", list(estimator = "MLR")),
  factors_wishart = list(factors, "pupils", list(likelihood = "wishart")),
  factors_groups = list(factors, "pupils", list(group = "school")),
  factors_groups_equal = list(factors, "pupils", list(group = "school", group.equal = "loadings")),
  factors_fiml = list(factors, "gaps", list(missing = "ml")),
  factors_fiml_mlr = list(factors, "gaps", list(missing = "ml", estimator = "MLR")),
  paths = list(paths, "pupils", list()),
  paths_means = list(paths, "pupils", list(meanstructure = TRUE)),
  paths_random = list(paths, "pupils", list(fixed.x = FALSE)),
  paths_mlm = list(paths, "pupils", list(estimator = "MLM")),
  paths_mlr = list(paths, "pupils", list(estimator = "MLR")),
  incomplete_paths = list(incomplete, "gaps", list(missing = "ml")),
  incomplete_paths_mlr = list(incomplete, "gaps", list(missing = "ml", estimator = "MLR")),
  paths_groups = list(paths, "pupils", list(group = "school", group.equal = "regressions")),
  chain = list(chain, "pupils", list()),
  equal = list(equal, "pupils", list(std.lv = TRUE)),
  equal_mlr = list(equal, "pupils", list(std.lv = TRUE, estimator = "MLR")),
  beside = list(beside, "pupils", list()),
  bent = list(bent, "pupils", list(std.lv = TRUE)),
  some = list(factors, "pupils", list(correlation = c("x1", "x2", "x7"))),
  some_paths = list(paths, "pupils", list(correlation = c("x1", "x4", "x9"))),
  democracy = list(democracy, "democracy", list()),
  democracy_means = list(democracy, "democracy", list(meanstructure = TRUE, std.lv = TRUE))
)

keep_fits(CASES, DATA, list(correlation = TRUE), "correlations.json")
