# Which lavaan makes the values, and where they go. Sourced by the scripts, after HERE is set.
#
#   LAVAAN_LIBRARY   a folder of R packages with the lavaan to use (default: R's own)
#   REFERENCE_OUT    where the values go (default: beside the scripts)

if (Sys.getenv("LAVAAN_LIBRARY") != "") .libPaths(c(Sys.getenv("LAVAAN_LIBRARY"), .libPaths()))
suppressPackageStartupMessages(library(lavaan))
library(jsonlite)

OUT <- if (Sys.getenv("REFERENCE_OUT") == "") HERE else Sys.getenv("REFERENCE_OUT")
dir.create(OUT, showWarnings = FALSE, recursive = TRUE)

LAVAAN_7 <- packageVersion("lavaan") >= "0.7"
# lavaan 0.7 takes another marker where the first indicator is a weak one, unless it is told not to,
# and tries four times, with other starts, where the tolerance asked for is too tight.
EXTRA_OPTIONS <- if (LAVAAN_7) list(bad.marker.crit = 0, optim.attempts = 1L) else list()
