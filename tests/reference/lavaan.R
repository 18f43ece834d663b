# Freeze lavaan's numbers for the cases in cases.json.
#
#   Rscript tests/reference/lavaan.R            every file
#   Rscript tests/reference/lavaan.R hs_cfa     only the named cases
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
OUTPUT <- file.path(OUT, "lavaan")

# ---------------------------------------------------------------- data

# Two outcomes that act on each other, each with its own two causes.
simulate_nonrecursive <- function(n = 400) {
  set.seed(20240612)
  x <- matrix(rnorm(n * 4), n) %*% chol(0.7 * diag(4) + 0.3)
  e <- matrix(rnorm(n * 2), n) %*% chol(matrix(c(1, 0.3, 0.3, 0.8), 2))
  direct <- cbind(0.6 * x[, 1] + 0.4 * x[, 2], 0.5 * x[, 3] - 0.7 * x[, 4]) + e
  y <- direct %*% t(solve(diag(2) - matrix(c(0, 0.25, 0.35, 0), 2)))
  setNames(as.data.frame(cbind(y, x)), c("y1", "y2", "x1", "x2", "x3", "x4"))
}

# Four occasions in two arms with different mean growth.
simulate_growth <- function(n = 150) {
  set.seed(20240613)
  one_arm <- function(arm, slope) {
    growth <- matrix(rnorm(n * 2), n) %*% chol(matrix(c(1.5, 0.3, 0.3, 0.5), 2))
    occasions <- sapply(0:3, function(t) 1 + growth[, 1] + (slope + growth[, 2]) * t + rnorm(n, sd = 0.8))
    data.frame(arm = arm, setNames(as.data.frame(occasions), paste0("t", 1:4)))
  }
  rbind(one_arm("control", 0.5), one_arm("treated", 0.9))
}

write_all_data <- function() {
  write_data(lavaan::HolzingerSwineford1939, "HolzingerSwineford1939")
  write_data(lavaan::PoliticalDemocracy, "PoliticalDemocracy")
  write_data(lavaan::Demo.growth, "Demo.growth")
  write_data(datasets::attitude, "attitude")
  write_data(datasets::mtcars, "mtcars")
  write_data(datasets::swiss, "swiss")
  write_data(psych::bfi[1:400, c(paste0("A", 1:5), paste0("C", 1:5), "gender")], "bfi")
  write_data(simulate_four_factors(), "simulated_four_factors")
  write_data(simulate_nonrecursive(), "simulated_nonrecursive")
  write_data(simulate_growth(), "simulated_growth")
}

# ---------------------------------------------------------------- the arguments of one fit

moments_of <- function(data, label) {
  list(label = label, n = nrow(data), mean = colMeans(data), cov = cov(data))
}

# Sample moments (covariances with divisor n - 1) of the variables of the model.
sample_from_data <- function(case) {
  data <- read_data(case$data)
  variables <- lavNames(lavaanify(case$model), "ov")
  complete <- data[complete.cases(data[variables]), ]
  if (is.null(case$moments_group)) return(list(variables = variables, groups = list(moments_of(complete[variables], ""))))
  labels <- unique(complete[[case$moments_group]])
  groups <- lapply(labels, function(label)
    moments_of(complete[complete[[case$moments_group]] == label, variables], label))
  list(variables = variables, groups = groups)
}

sample_from_case <- function(sample) {
  as_moments <- function(group) {
    group$cov <- do.call(rbind, lapply(group$cov, unlist))
    dimnames(group$cov) <- list(unlist(sample$variables), unlist(sample$variables))
    group
  }
  list(variables = unlist(sample$variables), groups = lapply(sample$groups, as_moments))
}

case_sample <- function(case) {
  if (!isTRUE(case$moments)) NULL
  else if (!is.null(case$sample)) sample_from_case(case$sample)
  else sample_from_data(case)
}

sample_arguments <- function(sample, with_means) {
  parts <- function(what) lapply(sample$groups, function(group) group[[what]])
  labels <- unlist(parts("label"))
  if (length(labels) == 1) {
    arguments <- list(sample.cov = parts("cov")[[1]], sample.nobs = parts("n")[[1]])
    if (with_means) arguments$sample.mean <- parts("mean")[[1]]
  } else {
    arguments <- list(sample.cov = setNames(parts("cov"), labels), sample.nobs = parts("n"))
    if (with_means) arguments$sample.mean <- parts("mean")
  }
  arguments
}

fit_arguments <- function(case, sample) {
  options <- lavaan_options(case$options)
  source <- if (is.null(sample)) list(data = read_data(case$data))
            else sample_arguments(sample, isTRUE(options$meanstructure))
  c(list(model = case$model), source, options)
}

# ---------------------------------------------------------------- fitting
#
# lavaan's optimiser stops when the function stops changing, which leaves the
# gradient near 1e-7. Its answer is therefore polished by Fisher scoring, on
# the delta matrix and the expected information that lavInspect gives, and
# lavaan is run once more with optim.method = "none" at the polished values.

# The weights of the groups in the function lavaan minimises; they are n/N for
# likelihood = "wishart" too, although its chi-square then uses n - 1.
group_weights <- function(fit) {
  n <- lavInspect(fit, "nobs")
  n / sum(n)
}

# Gradient of F/2 in the moments of one group: means first, then the lower triangle.
moment_gradient <- function(observed, implied, gls) {
  mean_difference <- if (is.null(implied$mean)) NULL else observed$mean - implied$mean
  weight <- solve(if (gls) observed$cov else implied$cov)
  spread <- observed$cov - implied$cov
  if (!gls && !is.null(mean_difference)) spread <- spread + tcrossprod(mean_difference)
  full <- weight %*% spread %*% weight
  half <- full
  diag(half) <- diag(half) / 2
  -c(if (!is.null(mean_difference)) weight %*% mean_difference, half[lower.tri(half, diag = TRUE)])
}

gradient <- function(fit) {
  gls <- lavInspect(fit, "options")$estimator == "GLS"
  one_group <- function(observed, implied, delta, weight)
    weight * crossprod(unclass(delta), moment_gradient(observed, implied, gls))
  parts <- Map(one_group, per_group(fit, "sampstat"), per_group(fit, "implied"),
               per_group(fit, "delta"), group_weights(fit))
  as.vector(Reduce(`+`, parts))
}

scoring_step <- function(fit) {
  constraints <- active_constraints(fit)
  information <- unclass(lavInspect(fit, "information.expected"))
  jacobian <- constraints$jacobian
  free <- ncol(information)
  system <- rbind(cbind(information, t(jacobian)), cbind(jacobian, matrix(0, nrow(jacobian), nrow(jacobian))))
  (MASS::ginv(system, tol = 1e-13) %*% c(-gradient(fit), -constraints$values))[seq_len(free)]
}

fit_case <- function(case) {
  sample <- case_sample(case)
  arguments <- fit_arguments(case, sample)
  rough <- converged_fit(case, arguments)
  polished <- polish(case, arguments, rough, scoring_step)
  check_polish(case$name, rough, polished)
  list(case = case, sample = sample, fit = polished, rough = stationarity(rough))
}

modification_indices <- function(fit) {
  records(modindices(fit), c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.lv", "sepc.all", "sepc.nox"))
}

factor_scores <- function(done, method) {
  fit <- done$fit
  if (length(lavNames(fit, "lv")) == 0 || !is.null(done$sample)) return(NULL)
  first_rows <- function(scores) {
    scores <- unclass(scores)
    list(names = I(colnames(scores)), values = matrix_rows(head(scores, 5)))
  }
  tryCatch(lapply(by_group(fit, lavPredict(fit, method = method)), first_rows), error = function(e) NULL)
}

sample_list <- function(sample) {
  one <- function(group) list(label = group$label, n = group$n, mean = array_of(unlist(group$mean)), cov = matrix_rows(group$cov))
  list(variables = I(sample$variables), groups = lapply(sample$groups, one))
}

score_tests <- function(fit) {
  result <- lavTestScore(fit)
  list(total = as.data.frame(unclass(result$test)), univariate = as.data.frame(unclass(result$uni)))
}

wald_test <- function(fit, hypothesis) {
  result <- lavTestWald(fit, constraints = hypothesis)
  list(hypothesis = hypothesis, stat = as.numeric(result$stat), df = result$df, pvalue = as.numeric(result$p.value))
}

estimate_part <- function(done) {
  fit <- done$fit
  covariance <- vcov(fit)
  list(name = done$case$name, estimates = estimates(fit), parameter_table = parameter_table(fit),
       coef = list(names = I(names(coef(fit))), values = I(as.vector(coef(fit)))),
       vcov = list(names = I(rownames(covariance)), values = matrix_rows(covariance)),
       group_labels = I(as.character(lavInspect(fit, "group.label"))),
       n_observations = I(as.integer(unlist(lavInspect(fit, "nobs")))),
       converged = lavInspect(fit, "converged"), admissible = suppressWarnings(lavInspect(fit, "post.check")),
       gradient_max = stationarity(fit),
       fmin = lavInspect(fit, "optim")$fx)
}

full_part <- function(done) {
  fit <- done$fit
  list(chisq_group = I(as.vector(lavInspect(fit, "test")$standard$stat.group)),
       measures = as.list(python_names(unclass(fitMeasures(fit)))),
       standardized = standardized(fit), implied = implied(fit), r_squared = r_squared(fit),
       residuals = residual_moments(fit), modification_indices = modification_indices(fit),
       factor_scores = list(regression = factor_scores(done, "regression"), Bartlett = factor_scores(done, "Bartlett")))
}

case_result <- function(done) {
  case <- done$case
  result <- c(versions(), estimate_part(done))
  if (!is.null(done$sample)) result$sample <- sample_list(done$sample)
  if (identical(case$only, "estimates")) return(result)
  result <- c(result, full_part(done))
  if (isTRUE(case$score_tests)) result$score_tests <- score_tests(done$fit)
  if (!is.null(case$wald)) result$wald <- wald_test(done$fit, case$wald)
  result
}

# ---------------------------------------------------------------- comparisons and parameter tables

comparison <- function(names, fits) {
  models <- unname(lapply(names, function(name) fits[[name]]))
  result <- do.call(lavTestLRT, c(models, list(model.names = names)))
  table <- as.data.frame(unclass(result), check.names = FALSE)
  colnames(table) <- gsub("[^a-z0-9]+", "_", gsub("Pr(>Chisq)", "pvalue", tolower(colnames(result)), fixed = TRUE))
  colnames(table)[colnames(table) == "pr_chisq_"] <- "pvalue"
  list(models = I(names), table = cbind(model = rownames(result), table))
}

# The table sem(), growth() or lavaan() would fit, from made-up unit moments.
unfitted_table <- function(spec, mean_structure) {
  groups <- spec$groups
  variables <- lavNames(lavaanify(spec$model, ngroups = groups, warn = FALSE), "ov")
  p <- length(variables)
  sigma <- diag(p)
  dimnames(sigma) <- list(variables, variables)
  repeated <- function(x) if (groups == 1) x else rep(list(x), groups)
  source <- list(sample.cov = repeated(sigma), sample.nobs = repeated(100), sample.cov.rescale = FALSE)
  if (mean_structure) source$sample.mean <- repeated(setNames(numeric(p), variables))
  arguments <- c(list(model = spec$model, do.fit = FALSE, meanstructure = mean_structure), source, lavaan_options(spec$options))
  suppressWarnings(parameter_table(do.call(spec$type, arguments)))
}

table_entries <- function(spec) {
  entry <- function(mean_structure) {
    rows <- tryCatch(unfitted_table(spec, mean_structure), error = function(e) {
      cat("  no table for", spec$name, mean_structure, ":", conditionMessage(e), "\n")
      NULL
    })
    if (is.null(rows)) NULL else c(spec, list(mean_structure = mean_structure, rows = rows))
  }
  Filter(Negate(is.null), list(entry(FALSE), entry(TRUE)))
}

# ---------------------------------------------------------------- writing

write_result <- function(result, name) {
  text <- toJSON(result, dataframe = "rows", auto_unbox = TRUE, digits = NA, na = "null", null = "null")
  writeLines(text, file.path(OUTPUT, paste0(name, ".json")))
}

run_case <- function(case) {
  done <- fit_case(case)
  write_result(case_result(done), case$name)
  cat(sprintf("%-36s converged %s, gradient %.1e (before polish %.1e)\n", case$name,
              lavInspect(done$fit, "converged"), stationarity(done$fit), done$rough))
  done$fit
}

main <- function(wanted) {
  dir.create(OUTPUT, showWarnings = FALSE)
  write_all_data()
  cases <- read_json_list("cases.json")
  names(cases) <- vapply(cases, function(case) case$name, "")
  if (length(wanted) > 0) return(invisible(lapply(cases[wanted], run_case)))
  fits <- lapply(cases, run_case)
  write_result(lapply(read_json_list("comparison_cases.json"), comparison, fits), "comparisons")
  write_result(do.call(c, lapply(read_json_list("parameter_table_cases.json"), table_entries)), "parameter_tables")
}

main(commandArgs(TRUE))
