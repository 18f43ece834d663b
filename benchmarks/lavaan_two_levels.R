# lavaan's models of two levels; started by two_levels.py.

arguments <- commandArgs(TRUE)
source(arguments[1])
data <- read.csv(arguments[2])
model <- arguments[3]
# 0.7 fits further models for the fit of each level
extra <- if (packageVersion("lavaan") >= "0.7") list(fit.by.level = FALSE) else list()
ordered <- strsplit(arguments[4], " ")[[1]]
if (length(ordered) > 0) extra <- list(ordered = ordered, estimator = "WLSMV")
serve(function() {
  fit <- suppressWarnings(do.call(sem, c(list(model, data, cluster = "school"), extra)))
  parameterEstimates(fit)
  suppressWarnings(fitMeasures(fit))
})
