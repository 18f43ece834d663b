# Times lavaan's bootstrap inside one R process: reads how many repetitions are wanted, line by line,
# and answers each line with "cpu wall" pairs in seconds. Started by bootstrap.py.

arguments <- commandArgs(TRUE)
suppressMessages(library(lavaan))
data <- read.csv(arguments[1])
replicates <- as.integer(arguments[3])
fit <- sem(arguments[2], data)

once <- function() {
  before <- proc.time()
  bootstrapLavaan(fit, R = replicates, FUN = coef)
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
