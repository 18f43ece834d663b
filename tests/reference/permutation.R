# Permutation tests of measurement invariance by semTools: quantiles of differences between steps.
#
#     Rscript tests/reference/permutation.R
#
# Writes permutation.json beside itself. Takes some minutes.

HERE <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(HERE, "version.R"))
suppressMessages(library(semTools))
model <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
equal <- list(
  configural = "", metric = "loadings",
  scalar = c("loadings", "intercepts"), strict = c("loadings", "intercepts", "residuals")
)
fits <- lapply(equal, function(sets) {
  do.call("cfa", list(model, data = HolzingerSwineford1939, group = "school", group.equal = sets))
})
measures <- c("chisq", "cfi", "rmsea", "srmr")
found <- list()
for (step in 2:4) {
  set.seed(step)
  sink("/dev/null")
  test <- permuteMeasEq(
    nPermute = 1000, modelType = "mgcfa", con = fits[[step]], uncon = fits[[step - 1]],
    AFIs = measures, showProgress = FALSE
  )
  sink()
  found[[names(fits)[step]]] <- list(
    observed = as.list(test@AFI.obs), p = as.list(test@AFI.pval),
    quantiles = lapply(as.data.frame(test@AFI.dist), quantile, probs = c(.05, .5, .95), names = FALSE)
  )
}
versions <- list(
  R = paste(R.version$major, R.version$minor, sep = "."),
  lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools"))
)
write(
  toJSON(list(versions = versions, permutations = 1000, steps = found), auto_unbox = TRUE, digits = 10, pretty = TRUE),
  file.path(OUT, "permutation.json")
)
