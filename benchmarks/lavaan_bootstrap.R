# lavaan's bootstrap; started by bootstrap.py.

arguments <- commandArgs(TRUE)
source(arguments[1])
fit <- sem(arguments[3], read.csv(arguments[2]))
serve(function() bootstrapLavaan(fit, R = as.integer(arguments[4]), FUN = coef))
