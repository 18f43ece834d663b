# Times lavaan inside one R process: reads how many repetitions are wanted, line by line, and
# answers each line with "cpu wall" pairs in seconds. Started by single_fit.py.

arguments <- commandArgs(TRUE)
suppressMessages(library(lavaan))
data <- read.csv(arguments[1])
model <- arguments[2]
options <- switch(arguments[3], missing = list(missing = "fiml"), ordinal = list(ordered = TRUE), list())

once <- function() {
  before <- proc.time()
  fit <- do.call("sem", c(list(model, data), options))
  parameterEstimates(fit)
  fitMeasures(fit)
  spent <- proc.time() - before
  c(spent[["user.self"]] + spent[["sys.self"]], spent[["elapsed"]])
}

cat("lavaan", as.character(packageVersion("lavaan")), "R", paste(R.version$major, R.version$minor, sep = "."), "\n")
flush(stdout())
requests <- file("stdin", "r")
while (length(line <- readLines(requests, n = 1)) > 0) {
  spent <- vapply(seq_len(as.integer(line)), function(i) once(), numeric(2))
  cat(sprintf("%.6f", spent), "\n")
  flush(stdout())
}
