# Multivariate skewness and kurtosis by psych and semTools.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/mardia.R
#
# Reads data/HolzingerSwineford1939.csv and data/attitude.csv; writes mardia.json.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
folder <- Sys.getenv("LAVAAN_LIBRARY")
if (nzchar(folder)) .libPaths(c(folder, .libPaths()))
suppressMessages({library(psych); library(semTools); library(jsonlite)})

CASES <- list(
  pupils = list("HolzingerSwineford1939.csv", paste0("x", 1:9)),
  three = list("HolzingerSwineford1939.csv", paste0("x", 1:3)),
  attitude = list("attitude.csv", c("rating", "complaints", "privileges", "learning", "raises", "critical", "advance"))
)
result <- list()
for (name in names(CASES)) {
  rows <- read.csv(file.path(HERE, "data", CASES[[name]][[1]]))[, CASES[[name]][[2]]]
  one <- mardia(rows, plot = FALSE)
  result[[name]] <- list(
    file = CASES[[name]][[1]], items = CASES[[name]][[2]], n = one$n.obs,
    psych = list(skewness = one$b1p, kurtosis = one$b2p, chi_square = one$skew, z = one$kurtosis),
    semTools = list(skewness = unname(mardiaSkew(rows))[1:3], kurtosis = unname(mardiaKurtosis(rows))[1:2])
  )
}
write_json(list(psych = as.character(packageVersion("psych")), semTools = as.character(packageVersion("semTools")), cases = result),
           file.path(HERE, "mardia.json"), digits = 15, auto_unbox = TRUE, pretty = TRUE)
