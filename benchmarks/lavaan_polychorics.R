# Times lavaan's two-step statistics inside one R process: reads how many repetitions are wanted,
# line by line, and answers each line with "cpu wall" pairs in seconds. Started by polychorics.py.

arguments <- commandArgs(TRUE)
suppressMessages(library(lavaan))
data <- read.csv(arguments[1])

# Standard errors need the asymptotic covariance matrix of all statistics.
once <- function() {
  before <- proc.time()
  lavCor(data, ordered = names(data), output = "fit", se = "robust.sem")
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
