# Composites (c <~ x1 + x2) as lavaan 0.7-2 estimates them, with the covariances of their items free, and fixed where the name says so.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/composites.R
#
# Writes composites.json beside itself: estimates, standard errors, standardised ones, measures of fit. Data: Holzinger & Swineford (1939),
# the same with gaps at rows that a rule names, and Bollen's political democracy, all of which the library ships.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

DATA <- list(pupils = pupils, gaps = gaps, democracy = PoliticalDemocracy)

cause <- "c <~ x1 + x2 + x3\nf =~ x4 + x5 + x6\ng =~ x7 + x8 + x9\nf ~ c\ng ~ f + c"
effect <- "c <~ x1 + x2 + x3\nf =~ x4 + x5 + x6\nc ~ f + ageyr"
two <- "c <~ x1 + x2 + x3\ng <~ x9 + x7 + x8\nf =~ x4 + x5 + x6\nf ~ c + g"
beside <- "c <~ x1 + x2 + x3\nf =~ x4 + x5 + x6\nf ~ c\nx1 ~~ x4"
single <- "c <~ x1\nf =~ x4 + x5 + x6\nf ~ c"
democracy <- "ind <~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ ind\ndem65 ~ ind + dem60\ny1 ~~ y5"
both <- "ind <~ x1 + x2 + x3\ndem60 <~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ ind\ndem65 ~ ind + dem60"
defined <- "c <~ x1 + a*x2 + b*x3\nf =~ x4 + x5 + x6\nf ~ p*c\ne := p * (1 + a + b)\na == b"

CASES <- list(
  cause = list(cause, "pupils", list()),
  cause_fixed = list(cause, "pupils", list(composites.cov = "fixed")),
  cause_std_lv = list(cause, "pupils", list(std.lv = TRUE)),
  cause_means = list(cause, "pupils", list(meanstructure = TRUE)),
  cause_observed = list(cause, "pupils", list(information = "observed")),
  effect = list(effect, "pupils", list()),
  effect_fixed = list(effect, "pupils", list(composites.cov = "fixed", meanstructure = TRUE)),
  effect_random_x = list(effect, "pupils", list(fixed.x = FALSE)),
  two = list(two, "pupils", list()),
  two_fixed = list(two, "pupils", list(composites.cov = "fixed")),
  two_mlr = list(two, "pupils", list(estimator = "MLR")),
  two_mlm = list(two, "pupils", list(estimator = "MLM")),
  two_gls = list(two, "pupils", list(estimator = "GLS")),
  two_uls = list(two, "pupils", list(estimator = "ULS")),
  two_wls = list(two, "pupils", list(estimator = "WLS")),
  two_fiml = list(two, "gaps", list(missing = "ml")),
  two_fiml_mlr = list(two, "gaps", list(missing = "ml", estimator = "MLR")),
  two_groups = list(two, "pupils", list(group = "school")),
  two_groups_equal = list(two, "pupils", list(group = "school", group.equal = "composite.weights")),
  two_groups_more = list(two, "pupils", list(group = "school", group.equal = c("composite.weights", "loadings", "regressions"))),
  beside = list(beside, "pupils", list()),
  single = list(single, "pupils", list()),
  defined = list(defined, "pupils", list()),
  democracy = list(democracy, "democracy", list()),
  both = list(both, "democracy", list()),
  both_means = list(both, "democracy", list(meanstructure = TRUE))
)

keep_fits(CASES, DATA, list(composites.cov = "free"), "composites.json")
