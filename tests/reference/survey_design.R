# Survey designs: strata, clusters, weights, finite populations and replicate weights, by the survey package.
#
#     Rscript tests/reference/survey_design.R
#
# Draws data/survey_design.csv (synthetic) and writes survey_design.json: regressions and means with their design-based errors, which a
# structural equation model of the same equations has, too.

suppressMessages({library(survey); library(jsonlite)})
options(digits = 17, survey.lonely.psu = "adjust")
file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
set.seed(20261129)
region <- rep(c("north", "south", "west"), c(8, 6, 10))
frame <- do.call(rbind, lapply(seq_along(region), function(k) {
  n <- sample(8:15, 1); u <- rnorm(1, sd = .5); x <- rnorm(n) + u; z <- rnorm(n)
  data.frame(region = region[k], school = k, size = c(north = 40, south = 30, west = 25)[[region[k]]], weight = round(runif(1, .5, 2) * runif(n, .8, 1.2), 3),
             x = round(x, 4), z = round(z, 4), y = round(.5 * x + .3 * z + u + rnorm(n), 4), m = round(.4 * x + rnorm(n), 4))
}))
write.csv(frame, file.path(HERE, "data", "survey_design.csv"), row.names = FALSE, quote = FALSE)
lonely <- frame; lonely$region[lonely$school == 1] <- "alone"
DESIGNS <- list(
  strata_clusters = list(svydesign(ids = ~school, strata = ~region, weights = ~weight, data = frame), list(strata = "region", cluster = "school", sampling_weights = "weight")),
  finite = list(svydesign(ids = ~school, strata = ~region, weights = ~weight, fpc = ~size, data = frame), list(strata = "region", cluster = "school", sampling_weights = "weight", fpc = "size")),
  rows_in_strata = list(svydesign(ids = ~1, strata = ~region, weights = ~weight, data = frame), list(strata = "region", sampling_weights = "weight")),
  lonely = list(svydesign(ids = ~school, strata = ~region, weights = ~weight, data = lonely), list(strata = "region", cluster = "school", sampling_weights = "weight", lonely_strata = "adjust")),
  unweighted = list(svydesign(ids = ~school, strata = ~region, weights = rep(1, nrow(frame)), data = frame), list(strata = "region", cluster = "school"))
)
result <- list()
for (name in names(DESIGNS)) {
  design <- DESIGNS[[name]][[1]]
  fit <- svyglm(y ~ x + z, design)
  means <- svymean(~y + x, design)
  result[[name]] <- list(options = DESIGNS[[name]][[2]], coef = as.list(coef(fit)), se = as.list(SE(fit)), means = as.list(coef(means)), means_se = as.list(SE(means)))
}
base <- DESIGNS$strata_clusters[[1]]
REPLICATES <- list(JKn = as.svrepdesign(base, type = "JKn", mse = TRUE), bootstrap = as.svrepdesign(base, type = "bootstrap", replicates = 60, mse = TRUE))
twos <- frame[frame$school %in% c(1:8, 9:14, 15:24), ]; twos$stratum <- (twos$school + 1) %/% 2
pairs <- svydesign(ids = ~school, strata = ~stratum, weights = ~weight, data = twos)
REPLICATES$BRR <- as.svrepdesign(pairs, type = "BRR", mse = TRUE)
REPLICATES$Fay <- as.svrepdesign(pairs, type = "Fay", fay.rho = .3, mse = TRUE)
columns <- frame[, c("school", "weight")]
for (name in names(REPLICATES)) {
  design <- REPLICATES[[name]]
  fit <- svyglm(y ~ x + z, design)
  weights <- weights(design, type = "analysis")
  colnames(weights) <- paste0(name, seq_len(ncol(weights)))
  columns <- cbind(columns, round(weights, 8))
  result[[name]] <- list(replicates = ncol(weights), scale = design$scale, rscales = design$rscales, coef = as.list(coef(fit)), se = as.list(SE(fit)))
}
write.csv(columns, file.path(HERE, "data", "survey_replicates.csv"), row.names = FALSE, quote = FALSE)
write(toJSON(list(survey = as.character(packageVersion("survey")), cases = result), auto_unbox = TRUE, digits = 12), file.path(HERE, "survey_design.json"))
