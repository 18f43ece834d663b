# A fit by lavaan with its tables, a ladder of invariance, or modification indices; started by single_fit.py.

arguments <- commandArgs(TRUE)
source(arguments[1])
data <- read.csv(arguments[2])
model <- arguments[3]
kind <- arguments[4]
options <- switch(kind, missing = list(missing = "fiml"), ordinal = list(ordered = TRUE), list())
fitted <- function(...) do.call("sem", c(list(model, data), options, list(...)))

ladder <- function() {
  equal <- c("loadings", "intercepts", "residuals")
  steps <- list("", equal[1], equal[1:2], equal)
  fits <- lapply(steps, function(sets) fitted(group = "group", group.equal = sets))
  lapply(fits, fitMeasures)
  do.call(lavTestLRT, fits)
}
once <- function() {
  fit <- fitted()
  parameterEstimates(fit)
  fitMeasures(fit)
}
if (kind == "ladder") {
  serve(ladder)
} else if (kind == "modification") {
  known <- fitted()
  serve(function() modindices(known))
} else {
  serve(once)
}
