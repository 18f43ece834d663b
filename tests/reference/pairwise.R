# Freeze lavaan's pairwise likelihood estimates of three models of ordinal items.
#
#   Rscript tests/reference/pairwise.R
#
# lavaan is used only through its documented functions. Its optimiser stops early here, so that
# the numbers are good to about 1e-6.

HERE <- {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}
source(file.path(HERE, "version.R"))
read <- function(name) read.csv(file.path(HERE, "data", paste0(name, ".csv")))
model <- "f1 =~ q1 + q2 + q3\nf2 =~ q6 + q7 + q8"

fit <- function(data, ...) {
  arguments <- list(model, data, ordered = TRUE, estimator = "PML", control = list(rel.tol = 1e-10), ...)
  found <- do.call(cfa, c(arguments, EXTRA_OPTIONS))
  table <- as.data.frame(parameterEstimates(found))
  if (!"group" %in% names(table)) table$group <- 1L
  list(estimates = table[c("lhs", "op", "rhs", "group", "est", "se")],
       tests = lapply(unname(found@test), function(test) test[c("test", "stat", "df", "pvalue")]))
}

cases <- list(
  lavaan_version = as.character(packageVersion("lavaan")),
  listwise = fit(read("ordinal_five")),
  pairwise = fit(read("ordinal_five_missing"), missing = "pairwise"),
  available_cases = fit(read("ordinal_five_missing"), missing = "available.cases"),
  groups = fit(read("ordinal_five"), group = "location")
)
writeLines(toJSON(cases, digits = 12, auto_unbox = TRUE, na = "null", dataframe = "rows"),
           file.path(OUT, "pairwise.json"))
