# What lavaan's benchmarks share: says lavaan's version, then reads how many repetitions are wanted,
# line by line, and answers each line with "cpu wall" pairs in seconds.

suppressMessages(library(lavaan))

serve <- function(task) {
  once <- function() {
    before <- proc.time()
    task()
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
}
