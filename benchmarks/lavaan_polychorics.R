# lavaan's two-step statistics; started by polychorics.py.
# Standard errors need the asymptotic covariance matrix of all statistics.

arguments <- commandArgs(TRUE)
source(arguments[1])
data <- read.csv(arguments[2])
serve(function() lavCor(data, ordered = names(data), output = "fit", se = "robust.sem"))
