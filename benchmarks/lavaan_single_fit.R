# A fit by lavaan with its tables; started by single_fit.py.

arguments <- commandArgs(TRUE)
source(arguments[1])
data <- read.csv(arguments[2])
model <- arguments[3]
options <- switch(arguments[4], missing = list(missing = "fiml"), ordinal = list(ordered = TRUE), list())

serve(function() {
  fit <- do.call("sem", c(list(model, data), options))
  parameterEstimates(fit)
  fitMeasures(fit)
})
