# lavaan's exploratory factor analysis; started by efa.py.

arguments <- commandArgs(TRUE)
source(arguments[1])
data <- read.csv(arguments[2])
factors <- as.integer(arguments[3])
starts <- as.integer(arguments[4])
serve(function() {
  fit <- efa(data, nfactors = factors, rotation = "geomin", rotation.args = list(rstarts = starts))
  fit$loadings
})
