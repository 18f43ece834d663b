# Composites (c <~ x1 + x2) as lavaan 0.7-2 estimates them, with the covariances of their items free, and fixed where the name says so.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/composites.R
#
# Writes composites.json beside itself: estimates, standard errors, standardised ones, measures of fit. Data: Holzinger & Swineford (1939),
# the same with gaps at rows that a rule names, and Bollen's political democracy, all of which the library ships.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "common.R"))
suppressMessages({library(jsonlite)})

pupils <- HolzingerSwineford1939
gaps <- pupils
gaps$x2[seq(3, 301, 10)] <- NA; gaps$x5[seq(5, 301, 9)] <- NA; gaps$x8[seq(1, 301, 11)] <- NA
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

result <- list()
for (name in names(CASES)) {
  case <- CASES[[name]]
  options <- case[[3]]
  if (is.null(options$composites.cov)) options$composites.cov <- "free"
  tight <- list()
  fit <- suppressWarnings(do.call(sem, c(list(case[[1]], DATA[[case[[2]]]]), options, tight)))
  if (!lavInspect(fit, "converged")) { message(name, " does not converge"); next }
  table <- suppressWarnings(parameterEstimates(fit, remove.eq = TRUE))
  table <- table[!table$op %in% c("==", "<", ">"), ]
  standard <- suppressWarnings(standardizedSolution(fit))
  standard <- standard[!standard$op %in% c("==", "<", ">"), ]
  measures <- fitMeasures(fit)
  wanted <- c("npar", "chisq", "df", "chisq.scaled", "baseline.chisq", "baseline.df", "cfi", "rmsea", "srmr", "logl", "aic", "bic")
  result[[name]] <- list(
    model = case[[1]], data = case[[2]], options = options, measures = as.list(measures[intersect(wanted, names(measures))]),
    lhs = table$lhs, op = table$op, rhs = table$rhs, group = if (is.null(table$group)) rep(1, nrow(table)) else table$group,
    est = table$est, se = table$se, std = standard$est.std, std_se = standard$se
  )
}
write(toJSON(list(version = as.character(packageVersion("lavaan")), cases = result), auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null"),
      file.path(HERE, "composites.json"))
