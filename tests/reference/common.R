# What lavaan.R and robust.R share: the data, the options, polishing, and turning
# results into lists. Sourced by both, after HERE and OUTPUT are set.
#
# lavaan is used only through its documented functions and the objects they
# return.

suppressPackageStartupMessages(library(lavaan))
library(jsonlite)
options(digits = 17, warn = 1)

DATA <- file.path(HERE, "data")

# ---------------------------------------------------------------- data

# A number as the shortest decimal text that reads back as the same number.
number_text <- function(x) {
  if (is.na(x)) return("")
  for (digits in 15:17) {
    text <- sprintf("%.*g", digits, x)
    if (as.numeric(text) == x) return(text)
  }
  text
}

column_text <- function(column) {
  if (is.numeric(column)) return(vapply(column, number_text, ""))
  ifelse(is.na(column), "", as.character(column))
}

write_data <- function(data, name) {
  dir.create(DATA, showWarnings = FALSE)
  text <- as.data.frame(lapply(data, column_text), check.names = FALSE)
  write.csv(text, file.path(DATA, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

read_data <- function(name) {
  read.csv(file.path(DATA, paste0(name, ".csv")), check.names = FALSE, na.strings = "")
}

# Twenty items, five to a factor, four correlated factors.
simulate_four_factors <- function(n = 500) {
  set.seed(20240611)
  correlation <- matrix(c(1, .5, .4, .3, .5, 1, .45, .35, .4, .45, 1, .5, .3, .35, .5, 1), 4)
  factors <- matrix(rnorm(n * 4), n) %*% chol(correlation)
  loadings <- rep(c(1, 0.8, 1.1, 0.7, 0.9), 4)
  items <- sapply(1:20, function(j)
    0.2 * j + loadings[j] * factors[, (j - 1) %/% 5 + 1] + rnorm(n, sd = 0.6 + 0.02 * j))
  setNames(as.data.frame(items), paste0("y", 1:20))
}

# ---------------------------------------------------------------- Python's spelling to lavaan's

option_name <- function(name) {
  if (name == "mean_structure") "meanstructure" else gsub("_", ".", name, fixed = TRUE)
}

# Options whose values are words of lavaan's; other values may name columns.
SPELLED_VALUES <- c("group.equal", "missing", "se", "test", "information", "information.meat",
                    "observed.information", "h1.information", "h1.information.meat", "omega.information",
                    "scaled.test")

lavaan_options <- function(options) {
  names(options) <- vapply(names(options), option_name, "")
  spelled <- intersect(names(options), SPELLED_VALUES)
  options[spelled] <- lapply(options[spelled], function(value) gsub("_", ".", value, fixed = TRUE))
  options
}

python_names <- function(values) setNames(values, gsub(".", "_", names(values), fixed = TRUE))

# ---------------------------------------------------------------- polishing
#
# Both scripts define `gradient(fit)`, and a step towards the solution for `polish`.

CONTROL <- list(rel.tol = 1e-13, iter.max = 20000, eval.max = 50000)

call_lavaan <- function(case, arguments) do.call(case$`function`, arguments)

# Values and derivatives of the constraints that hold with equality.
active_constraints <- function(fit) {
  model <- fit@Model
  x <- free_values(fit)
  jacobian <- model@con.jac
  values <- c(if (length(formals(model@ceq.function)) > 0) model@ceq.function(x),
              if (length(formals(model@cin.function)) > 0) model@cin.function(x))
  if (length(values) == 0 || nrow(jacobian) == 0) return(list(values = numeric(0), jacobian = matrix(0, 0, length(x))))
  inequality <- seq_along(values) > length(values) - count_inequalities(fit)
  active <- !inequality | abs(values) < 1e-4
  list(values = values[active], jacobian = jacobian[active, , drop = FALSE])
}

count_inequalities <- function(fit) sum(parTable(fit)$op %in% c("<", ">"))

free_values <- function(fit) {
  table <- parTable(fit)
  table$est[table$free > 0][order(table$free[table$free > 0])]
}

# What is left of the gradient after the active constraints take their part.
stationarity <- function(fit) {
  constraints <- active_constraints(fit)
  g <- gradient(fit)
  left <- if (nrow(constraints$jacobian) == 0) g else qr.resid(qr(t(constraints$jacobian)), g)
  max(abs(left), abs(constraints$values), 0)
}

# Given start values from a table, lavaan forgets its default fixed.x = TRUE, so
# it is said again here.
refit_at <- function(case, arguments, fit, x, ...) {
  arguments$fixed.x <- lavInspect(fit, "options")$fixed.x
  table <- parTable(fit)
  table$est[table$free > 0] <- x[table$free[table$free > 0]]
  call_lavaan(case, c(arguments, list(start = table, optim.method = "none"), list(...)))
}

polish <- function(case, arguments, fit, step) {
  best <- free_values(fit)
  best_left <- stationarity(fit)
  current <- fit
  since_best <- 0
  for (iteration in 1:200) {
    x <- free_values(current) + step(current)
    current <- refit_at(case, arguments, current, x, se = "none", test = "none", baseline = FALSE)
    left <- stationarity(current)
    since_best <- if (left < best_left) 0 else since_best + 1
    if (left < best_left) { best <- x; best_left <- left }
    if (left < 1e-13 || since_best == 5) break
  }
  refit_at(case, arguments, fit, best)
}

# lavaan at the tightest tolerance at which its optimiser still reports success.
converged_fit <- function(case, arguments) {
  for (tolerance in c(1e-13, 1e-12, 1e-11, 1e-10)) {
    control <- modifyList(CONTROL, list(rel.tol = tolerance))
    fit <- suppressWarnings(call_lavaan(case, c(arguments, list(control = control))))
    if (lavInspect(fit, "converged")) return(fit)
  }
  call_lavaan(case, arguments)
}

relative_difference <- function(a, b) max(c(0, abs(a - b) / pmax(1, abs(b))), na.rm = TRUE)

# The polished fit must agree with the one lavaan found by itself.
check_polish <- function(name, rough, polished) {
  if (!isTRUE(all.equal(parameter_table(rough), parameter_table(polished)))) stop(name, ": polishing changed the parameter table")
  differences <- c(estimates = relative_difference(coef(polished), coef(rough)),
                   vcov = relative_difference(vcov(polished), vcov(rough)),
                   measures = relative_difference(fitMeasures(polished), suppressWarnings(fitMeasures(rough))))
  if (any(differences > 1e-4)) cat("  !!", name, "polish moved", format(differences, digits = 3), "\n")
}

# ---------------------------------------------------------------- turning results into lists

# A matrix as a list of rows; a vector stays an array even when it has one element.
matrix_rows <- function(m) {
  m <- unclass(m)
  lapply(seq_len(nrow(m)), function(i) I(as.vector(m[i, ])))
}

array_of <- function(x) if (is.null(x)) NULL else I(as.vector(unclass(x)))

named_matrix <- function(m) list(names = I(as.character(rownames(m))), values = matrix_rows(m))

records <- function(table, columns = names(table)) {
  table <- as.data.frame(unclass(table), stringsAsFactors = FALSE)
  if (!"group" %in% names(table)) table$group <- ifelse(table$op %in% c(":=", "==", "<", ">"), 0L, 1L)
  if (!"label" %in% names(table)) table$label <- rep("", nrow(table))
  table[intersect(columns, names(table))]
}

estimates <- function(fit) {
  records(parameterEstimates(fit, remove.nonfree = FALSE, standardized = FALSE),
          c("lhs", "op", "rhs", "group", "label", "est", "se", "z", "pvalue", "ci.lower", "ci.upper"))
}

parameter_table <- function(fit) {
  records(parTable(fit), c("id", "lhs", "op", "rhs", "user", "group", "free", "ustart", "exo", "label", "plabel"))
}

standardized <- function(fit) {
  one <- function(type) records(standardizedSolution(fit, type = type),
                                c("lhs", "op", "rhs", "group", "label", "est.std", "se"))
  list(all = one("std.all"), lv = one("std.lv"), nox = one("std.nox"))
}

moments_list <- function(group) {
  list(variables = I(colnames(group$cov)), cov = matrix_rows(group$cov), mean = array_of(group$mean))
}

by_group <- function(fit, value) if (lavInspect(fit, "ngroups") == 1) list(value) else unname(value)

implied <- function(fit) lapply(by_group(fit, fitted(fit)), moments_list)

versions <- function() list(lavaan_version = as.character(packageVersion("lavaan")), r_version = paste(R.version$major, R.version$minor, sep = "."))

read_json_list <- function(name) fromJSON(file.path(HERE, name), simplifyVector = TRUE, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)

