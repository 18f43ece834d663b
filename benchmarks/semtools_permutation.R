# semTools' permuteMeasEq of one step; started by permutation.py.

arguments <- commandArgs(TRUE)
source(arguments[1])
suppressMessages(library(semTools))
data <- read.csv(arguments[2])
fits <- lapply(list("loadings", c("loadings", "intercepts")), function(sets) {
  do.call("cfa", list(arguments[3], data = data, group = "group", group.equal = sets))
})
serve(function() {
  sink("/dev/null")
  permuteMeasEq(nPermute = as.integer(arguments[4]), modelType = "mgcfa", con = fits[[2]], uncon = fits[[1]],
                AFIs = c("chisq", "cfi", "rmsea", "srmr"), showProgress = FALSE)
  sink()
})
