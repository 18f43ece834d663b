# What lavaan.R, robust.R and ordinal.R share: the data, the options, polishing, and
# turning results into lists. Sourced by each, after HERE is set.
#
# lavaan is used only through its documented functions and the objects they
# return.

source(file.path(HERE, "version.R"))
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

# Each value of the columns is removed with the given chance.
remove_at_random <- function(data, columns, chance) {
  for (column in columns) data[[column]][runif(nrow(data)) < chance] <- NA
  data
}

round_numbers <- function(data, digits) {
  fraction <- vapply(data, function(column) is.numeric(column) && any(column != round(column), na.rm = TRUE), NA)
  data[fraction] <- lapply(data[fraction], round, digits)
  data
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
# Each script defines `gradient(fit)`, and a step towards the solution for `polish`.

CONTROL <- list(rel.tol = 1e-13, iter.max = 20000, eval.max = 50000)

call_lavaan <- function(case, arguments) do.call(case$`function`, c(arguments, EXTRA_OPTIONS))

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
  again <- list(start = table, optim.method = "none", ...)
  call_lavaan(case, c(arguments[setdiff(names(arguments), names(again))], again))
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

# lavaan at the tightest tolerance at which its optimiser still reports success; errors and
# tests, which take longer than the optimiser, are left out until that is known.
converged_fit <- function(case, arguments) {
  only_estimates <- list(se = "none", test = "none", baseline = FALSE)
  quick <- c(arguments[setdiff(names(arguments), names(only_estimates))], only_estimates)
  for (tolerance in c(1e-13, 1e-12, 1e-11, 1e-10)) {
    control <- list(control = modifyList(CONTROL, list(rel.tol = tolerance)))
    fit <- suppressWarnings(call_lavaan(case, c(quick, control)))
    if (lavInspect(fit, "converged")) return(suppressWarnings(call_lavaan(case, c(arguments, control))))
  }
  call_lavaan(case, arguments)
}

# Runs an expression, and gives its value and the warnings it made.
with_warnings <- function(expression) {
  heard <- character(0)
  value <- withCallingHandlers(expression, warning = function(w) {
    heard <<- c(heard, gsub("[[:space:]]+", " ", conditionMessage(w)))
    invokeRestart("muffleWarning")
  })
  list(value = value, warnings = unique(heard))
}

# Steps with a matrix of second derivatives at a nearby fit.
newton_step <- function(near, what) {
  hessian <- unclass(lavInspect(near, what))
  function(fit) {
    constraints <- active_constraints(fit)
    jacobian <- constraints$jacobian
    system <- rbind(cbind(hessian, t(jacobian)), cbind(jacobian, matrix(0, nrow(jacobian), nrow(jacobian))))
    (MASS::ginv(system, tol = 1e-13) %*% c(-gradient(fit), -constraints$values))[seq_along(free_values(fit))]
  }
}

# The baseline model is iterated with the same control; it fails where that is too tight.
with_baseline <- function(case, arguments, fit) {
  for (tolerance in if (LAVAAN_7) c(1e-11, 1e-10, 1e-9) else c(1e-13, 1e-12, 1e-11, 1e-10, 1e-9)) {
    arguments$control <- modifyList(CONTROL, list(rel.tol = tolerance))
    final <- with_warnings({
      refitted <- refit_at(case, arguments, fit, free_values(fit))
      fitMeasures(refitted)
      refitted
    })
    if (!any(grepl("baseline model", final$warnings))) return(final)
  }
  stop(case$name, ": the baseline model cannot be fitted")
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

check_errors <- function(name, fit) {
  errors <- parameterEstimates(fit, remove.nonfree = FALSE)$se
  if (!lavInspect(fit, "converged")) stop(name, ": not converged")
  if (any(!is.finite(errors))) cat("  !!", name, "has standard errors that are not finite\n")
}

per_group <- function(fit, what) {
  value <- lavInspect(fit, what)
  if (lavInspect(fit, "ngroups") == 1) list(value) else value
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

OPTIONS <- c("estimator", "se", "test", "information", "observed.information", "h1.information",
             "information.meat", "h1.information.meat", "omega.information", "omega.h1.information",
             "omega.information.meat", "omega.h1.information.meat", "missing", "meanstructure",
             "likelihood", "fixed.x", "conditional.x", "gamma.n.minus.one", "gamma.unbiased",
             "sample.cov.rescale", "sampling.weights.normalization")

options_used <- function(fit, names = OPTIONS) python_names(lavInspect(fit, "options")[names])

test_entry <- function(test) {
  kept <- c("test", "stat", "stat.group", "df", "pvalue", "scaling.factor", "scaling.factor.h1",
            "scaling.factor.h0", "shift.parameter", "trace.UGamma", "trace.UGamma2")
  entry <- lapply(test[intersect(kept, names(test))], function(value) as.vector(unclass(value)))
  if (!is.null(entry$stat.group)) entry$stat.group <- I(entry$stat.group)
  python_names(entry)
}

test_entries <- function(tests) unname(lapply(tests, test_entry))

residual_moments <- function(fit) {
  one <- function(type) tryCatch(lapply(by_group(fit, residuals(fit, type = type)), moments_list),
                                 error = function(e) NULL)
  list(raw = one("raw"), cor_bollen = one("cor.bollen"), cor_bentler = one("cor.bentler"),
       normalized = one("normalized"), standardized = one("standardized"))
}

r_squared <- function(fit) lapply(by_group(fit, lavInspect(fit, "rsquare")), function(r) as.list(unclass(r)))

versions <- function() list(lavaan_version = as.character(packageVersion("lavaan")), r_version = paste(R.version$major, R.version$minor, sep = "."))

read_json_list <- function(name) fromJSON(file.path(HERE, name), simplifyVector = TRUE, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)

named <- function(items) setNames(items, vapply(items, function(item) item$name, ""))

# ---------------------------------------------------------------- difference tests

# `scale` and `shift` are there for the method of Satorra (2000) only.
difference_test <- function(spec, fits) {
  arguments <- list(fits[[spec$models[1]]], fits[[spec$models[2]]], model.names = spec$models)
  if (!is.null(spec$method)) arguments$method <- gsub("_", ".", spec$method, fixed = TRUE)
  if (!is.null(spec$A_method)) arguments$A.method <- spec$A_method
  if (!is.null(spec$scaled_shifted)) arguments$scaled.shifted <- spec$scaled_shifted
  heard <- with_warnings(do.call(lavTestLRT, arguments))
  table <- heard$value
  used <- regmatches(attr(table, "heading"), regexpr("satorra[a-z0-9.]+", attr(table, "heading")))
  c(spec, list(method_used = if (length(used) == 0) "standard" else used, warnings = I(heard$warnings),
               chisq = I(table$Chisq), df = I(table$Df), chisq_diff = table$`Chisq diff`[2],
               df_diff = table$`Df diff`[2], pvalue = table$`Pr(>Chisq)`[2],
               scale = attr(table, "scale")[2], shift = attr(table, "shift")[2]))
}

difference_test_or_not <- function(spec, fits) {
  result <- tryCatch(difference_test(spec, fits), error = function(e) {
    cat("  !!", spec$name, gsub("[[:space:]]+", " ", conditionMessage(e)), "\n")
    NULL
  })
  for (warning in result$warnings) cat("  ??", spec$name, warning, "\n")
  result
}

# ---------------------------------------------------------------- writing

# JSON in which every number is the shortest text that reads back as the same double.
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.data.frame(x)) return(json(unname(lapply(seq_len(nrow(x)), function(i) as.list(x[i, , drop = FALSE])))))
  if (is.list(x) && !is.null(names(x))) return(paste0("{", paste0(json_string(names(x)), ":", vapply(x, json, ""), collapse = ","), "}"))
  if (is.list(x)) return(paste0("[", paste0(vapply(x, json, ""), collapse = ","), "]"))
  values <- if (is.character(x)) json_string(x) else if (is.logical(x)) json_logical(x) else vapply(x, json_number, "")
  if (length(x) == 1 && !inherits(x, "AsIs")) unname(values) else paste0("[", paste0(values, collapse = ","), "]")
}

json_string <- function(x) ifelse(is.na(x), "null", vapply(x, function(text) as.character(toJSON(text, auto_unbox = TRUE)), ""))
json_logical <- function(x) ifelse(is.na(x), "null", ifelse(x, "true", "false"))
json_number <- function(x) if (is.finite(x)) number_text(x) else "null"
