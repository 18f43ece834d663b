# Freeze lavaan's numbers for the cases in robust_cases.json: non-normal, missing,
# clustered and weighted data, and least-squares estimators.
#
#   Rscript tests/reference/robust.R                every file
#   Rscript tests/reference/robust.R hs_mlm         only the named cases
#   Rscript tests/reference/robust.R comparisons    only the difference tests
#   Rscript tests/reference/robust.R data           only the data
#
# lavaan is used only through its documented functions and the objects they
# return. See README.md for what the files hold.

# ---------------------------------------------------------------- where things are

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))
OUTPUT <- file.path(OUT, "robust")

# ---------------------------------------------------------------- data

# Holzinger and Swineford's pupils with their age in years, made-up classes
# within the schools, and made-up weights.
clustered_pupils <- function() {
  set.seed(20240701)
  pupils <- lavaan::HolzingerSwineford1939
  first <- ifelse(pupils$school == "Pasteur", 0, 32)
  data.frame(pupils[c("id", "sex", "school", paste0("x", 1:9))],
             age = round(pupils$ageyr + pupils$agemo / 12, 3),
             classroom = first + ceiling(32 * rbeta(nrow(pupils), 1.2, 1)),
             weight = round(exp(rnorm(nrow(pupils), 0, 0.5)), 4))
}

pupils_with_holes <- function() {
  pupils <- clustered_pupils()
  set.seed(20240702)
  remove_at_random(remove_at_random(pupils, paste0("x", 1:9), 0.15), "age", 0.08)
}

# 500 rows: every row with a missing answer, and the first that have none.
incomplete_bfi <- function() {
  answers <- psych::bfi[, c(paste0("A", 1:5), paste0("C", 1:5), "gender")]
  complete <- which(complete.cases(answers))
  incomplete <- which(!complete.cases(answers))
  answers[sort(c(incomplete, head(complete, 500 - length(incomplete)))), ]
}

two_level_subset <- function() {
  kept <- c(1:20, 51:65, 101:115, 151:160)
  data <- lavaan::Demo.twolevel
  round_numbers(data[data$cluster %in% kept, c(paste0("y", 1:6), "x1", "x2", "x3", "w1", "w2", "cluster")], 4)
}

four_factors_with_holes <- function() {
  data <- round_numbers(simulate_four_factors(), 4)
  set.seed(20240703)
  remove_at_random(data, names(data), 0.10)
}

political_democracy_with_holes <- function() {
  set.seed(20240704)
  remove_at_random(lavaan::PoliticalDemocracy, c(paste0("y", 1:8), paste0("x", 1:3)), 0.08)
}

# Growth with dropout that depends on the first occasion, and two holed covariates.
growth_with_dropout <- function() {
  data <- round_numbers(lavaan::Demo.growth, 4)
  set.seed(20240705)
  n <- nrow(data)
  leaves <- ifelse(runif(n) < plogis(-1.6 + 0.5 * data$t1), sample(3:4, n, replace = TRUE), 5)
  data$t3[leaves <= 3] <- NA
  data$t4[leaves <= 4] <- NA
  remove_at_random(remove_at_random(data, "t2", 0.05), c("x1", "c2"), 0.07)
}

# Eight skewed five-point items of two factors, answered in 29 units at two
# locations; answers are missing more often at one location.
skewed_items <- function(n = 440, units = 29) {
  set.seed(20240706)
  unit <- sort(sample(units, n, replace = TRUE, prob = 1 + (1:units) %% 5))
  north <- (1:units)[unit] <= 13
  shared <- matrix(rnorm(units * 2, sd = 0.5), units)
  factors <- matrix(rnorm(n * 2), n) %*% chol(matrix(c(1, 0.5, 0.5, 1), 2)) + shared[unit, ]
  strain <- pmin(pmax(rnorm(n), -3), 3)
  factors[, 2] <- factors[, 2] + 0.3 * strain
  loadings <- c(0.9, 1.1, 0.8, 1.0, 1.0, 0.7, 0.9, 1.2)
  items <- sapply(1:8, function(j) {
    response <- loadings[j] * factors[, (j - 1) %/% 4 + 1] + 0.2 * north * (j > 4) + rnorm(n, sd = 0.8)
    1L + findInterval(response, c(0.2, 0.9, 1.6, 2.3) + 0.05 * (j - 4))
  })
  data <- data.frame(setNames(as.data.frame(items), paste0("q", 1:8)),
                     strain = round(strain, 3), location = ifelse(north, "north", "south"), unit = unit,
                     weight = round(ifelse(north, 0.8, 1.5) * exp(rnorm(n, 0, 0.4)), 4))
  for (item in paste0("q", 1:8)) data[[item]][runif(n) < ifelse(north, 0.04, 0.12)] <- NA
  data
}

write_all_data <- function() {
  write_data(clustered_pupils(), "hs_clustered")
  write_data(pupils_with_holes(), "hs_missing")
  write_data(incomplete_bfi(), "bfi_missing")
  write_data(two_level_subset(), "two_level")
  write_data(four_factors_with_holes(), "four_factors_missing")
  write_data(political_democracy_with_holes(), "political_missing")
  write_data(growth_with_dropout(), "growth_missing")
  write_data(skewed_items(), "skewed_items")
}

# ---------------------------------------------------------------- fitting
#
# As in lavaan.R, the optimiser's answer is polished before it is written, here by
# Newton steps on the gradient and the Hessian that lavInspect gives. The EM
# algorithm for the saturated moments runs to a tighter tolerance, too.

EM <- if (LAVAAN_7) list(em.h1.args = list(tol = 1e-11, max_iter = 20000)) else list(em.h1.tol = 1e-11, em.h1.iter.max = 20000)

gradient <- function(fit) as.vector(lavInspect(fit, "gradient"))

fit_arguments <- function(case) {
  options <- lavaan_options(case$options)
  em <- if (is.null(options$missing) || options$missing == "listwise") NULL else EM
  # lavaan 0.7 takes these estimators for continuous responses only where it is said that none are ordered.
  continuous <- if (LAVAAN_7 && isTRUE(options$estimator %in% c("DWLS", "WLSM", "WLSMV"))) list(ordered = FALSE)
  c(list(model = case$model, data = read_data(case$data)), options, em, continuous)
}

# Which matrix has the scale of the gradient depends on the estimator and the groups.
polish_with_any <- function(case, arguments, fit) {
  for (what in c("information.observed", "hessian", "information.expected")) {
    fit <- polish(case, arguments, fit, newton_step(fit, what))
    if (stationarity(fit) < 1e-11) break
  }
  fit
}

fit_case <- function(case) {
  arguments <- fit_arguments(case)
  rough <- suppressWarnings(converged_fit(case, arguments))
  final <- with_baseline(case, arguments, suppressWarnings(polish_with_any(case, arguments, rough)))
  for (warning in final$warnings) cat("  ??", case$name, warning, "\n")
  check_polish(case$name, rough, final$value)
  check_errors(case$name, final$value)
  list(case = case, fit = final$value, rough = stationarity(rough), warnings = final$warnings)
}

# ---------------------------------------------------------------- what is written

short_estimates <- function(fit) {
  records(parameterEstimates(fit, remove.nonfree = FALSE), c("lhs", "op", "rhs", "group", "label", "est", "se"))
}

short_standardized <- function(fit) {
  records(standardizedSolution(fit, type = "std.all"), c("lhs", "op", "rhs", "group", "est.std", "se"))
}

short_modification_indices <- function(fit) {
  records(modindices(fit), c("lhs", "op", "rhs", "group", "mi", "epc", "mi.scaled"))
}

# Patterns of missing answers: the number of rows that show each.
pattern_counts <- function(data) {
  shown <- apply(!is.na(unclass(data)), 1, function(row) paste(as.integer(row), collapse = ""))
  I(sort(as.integer(table(shown)), decreasing = TRUE))
}

missing_part <- function(fit) {
  one <- function(what, turn) lapply(by_group(fit, lavInspect(fit, what)), turn)
  list(coverage = one("coverage", named_matrix), pattern_counts = one("data", pattern_counts))
}

case_result <- function(done) {
  fit <- done$fit
  result <- c(versions(),
    list(name = done$case$name, converged = lavInspect(fit, "converged"),
         admissible = suppressWarnings(lavInspect(fit, "post.check")),
         warnings = I(done$warnings), gradient_max = stationarity(fit), fmin = lavInspect(fit, "optim")$fx, options = options_used(fit),
         group_labels = I(as.character(lavInspect(fit, "group.label"))),
         n_observations = I(as.vector(unlist(lavInspect(fit, "nobs")))),
         n_parameters = lavInspect(fit, "npar"),
         estimates = short_estimates(fit), standardized = short_standardized(fit),
         tests = test_entries(lavInspect(fit, "test")), baseline_tests = test_entries(lavInspect(fit, "baseline.test")),
         measures = as.list(python_names(unclass(fitMeasures(fit)))),
         implied = implied(fit),
         sample = lapply(by_group(fit, lavInspect(fit, "sampstat")), moments_list)))
  if (lavInspect(fit, "options")$missing != "listwise") result <- c(result, missing_part(fit))
  if (isTRUE(done$case$modification_indices)) result$modification_indices <- short_modification_indices(fit)
  result
}

# ---------------------------------------------------------------- writing

write_result <- function(result, name) writeLines(json(result), file.path(OUTPUT, paste0(name, ".json")))

run_case <- function(case) {
  done <- tryCatch(fit_case(case), error = function(e) {
    cat("  !!", case$name, gsub("[[:space:]]+", " ", conditionMessage(e)), "\n")
    NULL
  })
  if (is.null(done)) return(NULL)
  write_result(case_result(done), case$name)
  cat(sprintf("%-36s gradient %.1e (before polish %.1e)\n", case$name, stationarity(done$fit), done$rough))
  done$fit
}

run_comparisons <- function(cases, fits) {
  specs <- read_json_list("robust_comparisons.json")
  needed <- unique(unlist(lapply(specs, function(spec) spec$models)))
  for (name in setdiff(needed, names(fits))) fits[[name]] <- fit_case(cases[[name]])$fit
  write_result(Filter(Negate(is.null), lapply(specs, difference_test_or_not, fits)), "comparisons")
}

main <- function(wanted) {
  dir.create(OUTPUT, showWarnings = FALSE)
  if (length(wanted) == 0 || "data" %in% wanted) write_all_data()
  cases <- named(read_json_list("robust_cases.json"))
  chosen <- if (length(wanted) == 0) names(cases) else intersect(wanted, names(cases))
  fits <- lapply(cases[chosen], run_case)
  if (length(wanted) == 0 || "comparisons" %in% wanted) run_comparisons(cases, fits)
  invisible()
}

main(commandArgs(TRUE))
