# Freeze lavaan's numbers for the cases in ordinal_cases.json: ordered responses.
#
#   Rscript tests/reference/ordinal.R                 every file
#   Rscript tests/reference/ordinal.R five_wlsmv      only the named cases
#   Rscript tests/reference/ordinal.R comparisons     only the difference tests
#   Rscript tests/reference/ordinal.R polychorics     only the correlations
#   Rscript tests/reference/ordinal.R syntax          only the models semTools writes
#   Rscript tests/reference/ordinal.R data            only the data
#
# lavaan and semTools are used only through their documented functions and the
# objects they return. See README.md for what the files hold.

# ---------------------------------------------------------------- where things are

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))
OUTPUT <- file.path(OUT, "ordinal")

# ---------------------------------------------------------------- data

# Category 1 below the first cut, 2 between the first and the second, and so on.
categories <- function(values, cuts) 1L + findInterval(values, cuts)

cut_pupils <- function(chances) {
  pupils <- lavaan::HolzingerSwineford1939
  items <- Map(function(item, chance) categories(pupils[[item]], quantile(pupils[[item]], chance)), paste0("x", 1:9), chances)
  data.frame(pupils[c("school", "sex")], age = round(pupils$ageyr + pupils$agemo / 12, 3), items)
}

binary_pupils <- function() cut_pupils(list(0.35, 0.65, 0.75, 0.5, 0.3, 0.7, 0.25, 0.6, 0.8))

three_category_pupils <- function() {
  cut_pupils(list(c(.2, .6), c(.3, .7), c(.4, .8), c(.25, .75), c(.5, .8), c(.15, .5), c(.3, .6), c(.35, .65), c(.45, .9)))
}

complete_bfi <- function() {
  answers <- psych::bfi[, c(paste0("A", 1:5), paste0("C", 1:5), "gender", "education", "age")]
  head(answers[complete.cases(answers), ], 800)
}

# Ten skewed five-point items of two factors in 29 schools at two locations, an
# ordered grade, two covariates and three continuous indicators of a third factor.
five_categories <- function(n = 440, schools = 29) {
  set.seed(20240801)
  school <- sort(sample(schools, n, replace = TRUE, prob = 1 + (1:schools) %% 4))
  north <- (1:schools)[school] <= 13
  shared <- matrix(rnorm(schools * 2, sd = 0.4), schools)
  covariates <- matrix(rnorm(n * 2), n) %*% chol(matrix(c(1, 0.3, 0.3, 1), 2))
  factors <- matrix(rnorm(n * 3), n) %*% chol(matrix(c(1, .5, .3, .5, 1, .4, .3, .4, 1), 3))
  factors[, 1:2] <- factors[, 1:2] + shared[school, ]
  factors[, 1] <- factors[, 1] + 0.3 * covariates[, 1] + 0.3 * north
  factors[, 2] <- factors[, 2] + 0.25 * covariates[, 2]
  loadings <- c(0.9, 1.1, 0.8, 1.0, 0.7, 1.0, 0.7, 0.9, 1.2, 0.8)
  items <- sapply(1:10, function(j) {
    response <- loadings[j] * factors[, (j - 1) %/% 5 + 1] + 0.25 * north * (j == 4) + rnorm(n, sd = 0.9)
    categories(response, c(-0.4, 0.4, 1.1, 1.9) + 0.06 * (j - 5) + ifelse(j == 8, 0.2, 0))
  })
  measures <- sapply(1:3, function(j) c(2, 5, 1)[j] + c(1, 0.8, 1.3)[j] * factors[, 3] + rnorm(n, sd = 0.8))
  drive <- 0.5 * factors[, 1] + 0.4 * factors[, 2] + 0.3 * covariates[, 1] + rnorm(n)
  data.frame(setNames(as.data.frame(items), paste0("q", 1:10)),
             grade = categories(drive, c(-1, 0.3, 1.4)), passed = as.integer(drive + 0.5 * rnorm(n) > 0.2),
             setNames(as.data.frame(round(measures, 2)), paste0("c", 1:3)),
             x = round(covariates[, 1], 2), z = round(covariates[, 2], 2),
             level = categories(drive + factors[, 3], c(-1.2, 0.8)),
             location = ifelse(north, "north", "south"), school = school,
             weight = round(ifelse(north, 0.8, 1.4) * exp(rnorm(n, 0, 0.4)), 3))
}

five_categories_with_holes <- function() {
  data <- five_categories()
  set.seed(20240802)
  remove_at_random(data, paste0("q", 1:10), 0.06)
}

# In the south nobody answers 5 to q3 or 2 to q7, and nowhere anybody 3 to q6.
five_categories_with_empty <- function() {
  data <- five_categories()
  south <- data$location == "south"
  data$q3[south & data$q3 == 5] <- 4L
  data$q7[south & data$q7 == 2] <- 1L
  data$q6[data$q6 == 3] <- 4L
  data
}

seven_categories <- function(n = 600) {
  set.seed(20240803)
  factors <- matrix(rnorm(n * 2), n) %*% chol(matrix(c(1, 0.4, 0.4, 1), 2))
  loadings <- c(0.8, 0.7, 0.9, 0.75, 0.6, 0.85)
  items <- sapply(1:6, function(j) {
    response <- loadings[j] * factors[, (j - 1) %/% 3 + 1] + sqrt(1 - loadings[j]^2) * rnorm(n)
    categories(response, c(-1.8, -1.1, -0.5, 0.1, 0.7, 1.5) + 0.05 * j)
  })
  setNames(as.data.frame(items), paste0("y", 1:6))
}

write_all_data <- function() {
  write_data(binary_pupils(), "ordinal_two")
  write_data(three_category_pupils(), "ordinal_three")
  write_data(five_categories(), "ordinal_five")
  write_data(five_categories_with_holes(), "ordinal_five_missing")
  write_data(five_categories_with_empty(), "ordinal_five_empty")
  write_data(complete_bfi(), "ordinal_six")
  write_data(seven_categories(), "ordinal_seven")
}

# ---------------------------------------------------------------- models that semTools writes

# `syntax` of a case holds the arguments of measEq.syntax; its model is the text that
# comes of them. The configural model alone is written with no equality.
invariance_syntax <- function(case) {
  spec <- case$syntax
  arguments <- list(configural.model = case$configural, data = read_data(case$data), ordered = case$options$ordered,
                    parameterization = case$options$parameterization, ID.fac = spec$ID_fac, ID.cat = spec$ID_cat,
                    group = case$options$group, return.fit = FALSE)
  if (length(spec$group_equal) > 0) arguments$group.equal <- gsub("_", ".", spec$group_equal)
  if (length(spec$group_partial) > 0) arguments$group.partial <- spec$group_partial
  as.character(suppressWarnings(do.call(semTools::measEq.syntax, arguments)))
}

write_syntax <- function(cases) {
  written <- Filter(function(case) !is.null(case$syntax), cases)
  texts <- lapply(written, function(case) list(name = case$name, model = trimmed(invariance_syntax(case))))
  writeLines(toJSON(unname(texts), auto_unbox = TRUE, pretty = 1), file.path(HERE, "ordinal_syntax.json"))
}

# The text without comments, empty lines and indentation.
trimmed <- function(text) {
  lines <- trimws(sub("#.*", "", strsplit(text, "\n", fixed = TRUE)[[1]]))
  paste0(paste(lines[lines != ""], collapse = "\n"), "\n")
}

with_written_models <- function(cases) {
  written <- named(read_json_list("ordinal_syntax.json"))
  lapply(cases, function(case) {
    if (!is.null(case$syntax)) case$model <- written[[case$name]]$model
    case
  })
}

# ---------------------------------------------------------------- fitting
#
# As in robust.R, the optimiser's answer is polished by Newton steps on the gradient
# and the Hessian that lavInspect gives.

fit_arguments <- function(case) c(list(model = case$model, data = read_data(case$data)), lavaan_options(case$options))

# The same as - sum_g w_g Delta_g' V_g (observed_g - implied_g), w_g = (n_g - 1) / N.
gradient <- function(fit) as.vector(lavInspect(fit, "gradient"))

# The sample statistics stay as they are while the parameters are polished.
polish_ordinal <- function(case, arguments, fit) {
  fast <- c(arguments, list(slotSampleStats = fit@SampleStats, slotData = fit@Data))
  for (what in c("hessian", "information.expected")) {
    fit <- polish(case, fast, fit, newton_step(fit, what))
    if (stationarity(fit) < 1e-11) break
  }
  fit
}

fit_case <- function(case) {
  arguments <- fit_arguments(case)
  rough <- suppressWarnings(converged_fit(case, arguments))
  if (!lavInspect(rough, "converged")) stop("the optimiser does not converge")
  final <- with_baseline(case, arguments, suppressWarnings(polish_ordinal(case, arguments, rough)))
  own <- with_warnings(call_lavaan(case, arguments))
  for (warning in own$warnings) cat("  ??", case$name, warning, "\n")
  check_polish(case$name, rough, final$value)
  check_errors(case$name, final$value)
  list(case = case, fit = final$value, rough = stationarity(rough), warnings = own$warnings)
}

# ---------------------------------------------------------------- what is written

ORDINAL_OPTIONS <- c(OPTIONS, "parameterization", "std.lv", "zero.add", "zero.keep.margins")

# Numbers that follow from others, and those that are not good to more, are shortened.
short <- function(x, digits = 11) signif(unclass(x), digits)

shortened <- function(table, columns, digits = 11) {
  for (column in intersect(columns, names(table))) table[[column]] <- short(table[[column]], digits)
  table
}

# The rows of a symmetric matrix, each up to the diagonal.
lower_rows <- function(m) {
  m <- short(m)
  lapply(seq_len(nrow(m)), function(i) I(as.vector(m[i, seq_len(i)])))
}

named_values <- function(x) list(names = I(names(x)), values = array_of(x))

# Whatever moments lavaan gives: matrices as rows, vectors as they are.
statistics_list <- function(group, digits = 15) {
  group <- lapply(group[vapply(group, is.numeric, NA)], function(part) signif(unclass(part), digits))
  covariances <- group[[intersect(c("cov", "res.cov"), names(group))[1]]]
  thresholds <- group[[intersect(c("th", "res.th"), names(group))[1]]]
  matrices <- c("cov", "res.cov", "res.slopes", "cov.x")
  values <- lapply(setNames(names(group), names(group)), function(name) {
    if (name %in% matrices) matrix_rows(group[[name]]) else array_of(group[[name]])
  })
  c(list(variables = I(colnames(covariances)), thresholds = I(as.character(names(thresholds)))), python_names(values))
}

groups_of <- function(fit, what) lapply(by_group(fit, lavInspect(fit, what)), statistics_list)

residual_list <- function(fit, type) {
  tryCatch(lapply(by_group(fit, residuals(fit, type = type)), statistics_list, 7), error = function(e) NULL)
}

# Gamma for each group; lavaan has none where neither errors nor test need it.
gammas <- function(fit) {
  tryCatch(per_group(fit, "gamma"), error = function(e) vector("list", lavInspect(fit, "ngroups")))
}

# The whole matrix Gamma is written for the cases that ask for it, if it is small.
weights_part <- function(fit, whole) {
  one_group <- function(gamma, weight, observed, implied) {
    statistics <- list(names = I(names(observed)), observed = array_of(observed), implied = array_of(implied),
                       weight_diagonal = I(as.vector(short(diag(weight)))))
    if (is.null(gamma)) return(statistics)
    statistics$gamma_names <- I(as.character(rownames(gamma)))
    statistics$gamma_diagonal <- I(as.vector(short(diag(gamma))))
    if (whole && nrow(gamma) <= 45) statistics$gamma_lower <- lower_rows(gamma)
    statistics
  }
  unname(Map(one_group, gammas(fit), per_group(fit, "wls.v"), per_group(fit, "wls.obs"), per_group(fit, "wls.est")))
}

# `lv` and `nox` follow the rows of `all`.
standardized_part <- function(fit) {
  one <- function(type) standardizedSolution(fit, type = type)
  all <- records(one("std.all"), c("lhs", "op", "rhs", "group", "est.std", "se"))
  list(all = shortened(all[names(all) != "label"], c("est.std", "se")), lv = I(short(one("std.lv")$est.std)), nox = I(short(one("std.nox")$est.std)))
}

estimates_part <- function(fit) {
  shortened(shortened(estimates(fit), "se"), c("z", "pvalue", "ci.lower", "ci.upper"), 8)
}

table_part <- function(fit) records(parTable(fit), c("lhs", "op", "rhs", "group", "free", "ustart", "exo", "label", "plabel"))

# Of more than forty parameters only the variances.
vcov_part <- function(fit) {
  covariance <- vcov(fit)
  part <- list(names = I(rownames(covariance)), diagonal = I(as.vector(short(diag(covariance)))))
  if (nrow(covariance) <= 40) part$lower <- lower_rows(covariance)
  part
}

scores_part <- function(fit) {
  lapply(by_group(fit, lavPredict(fit, method = "EBM")), function(scores) {
    list(names = I(colnames(scores)), values = matrix_rows(signif(head(unclass(scores), 30), 9)))
  })
}

modification_part <- function(fit) {
  numbers <- c("mi", "mi.scaled", "epc", "sepc.lv", "sepc.all", "sepc.nox")
  shortened(records(modindices(fit), c("lhs", "op", "rhs", "group", numbers)), numbers)
}

measures_part <- function(fit) as.list(python_names(unclass(fitMeasures(fit))))

case_result <- function(done) {
  fit <- done$fit
  result <- c(versions(),
    list(name = done$case$name, converged = lavInspect(fit, "converged"),
         admissible = suppressWarnings(lavInspect(fit, "post.check")),
         warnings = I(done$warnings), gradient_max = stationarity(fit), fmin = lavInspect(fit, "optim")$fx,
         options = options_used(fit, ORDINAL_OPTIONS), ordered = I(lavNames(fit, "ov.ord")),
         group_labels = I(as.character(lavInspect(fit, "group.label"))),
         n_observations = I(as.vector(unlist(lavInspect(fit, "nobs")))),
         n_parameters = lavInspect(fit, "npar"),
         estimates = estimates_part(fit), parameter_table = table_part(fit), vcov = vcov_part(fit),
         standardized = standardized_part(fit),
         tests = test_entries(lavInspect(fit, "test")), baseline_tests = test_entries(lavInspect(fit, "baseline.test")),
         measures = measures_part(fit), r_squared = r_squared(fit),
         sample = groups_of(fit, "sampstat"), implied = groups_of(fit, "implied"),
         residuals = list(raw = residual_list(fit, "raw"), cor_bentler = residual_list(fit, "cor.bentler")),
         statistics = weights_part(fit, isTRUE(done$case$gamma))))
  if (!is.null(done$case$syntax)) result$model <- done$case$model
  if (isTRUE(done$case$modification_indices)) result$modification_indices <- modification_part(fit)
  if (isTRUE(done$case$factor_scores)) result$factor_scores <- scores_part(fit)
  result
}

# ---------------------------------------------------------------- polychoric correlations

# Complete rows of the data, or one row for every count in a table.
correlation_data <- function(spec) {
  if (is.null(spec$counts)) {
    rows <- if (is.null(spec$rows)) Inf else spec$rows
    return(head(na.omit(read_data(spec$data)[spec$variables]), rows))
  }
  counts <- do.call(rbind, spec$counts)
  cells <- cbind(as.vector(row(counts)), as.vector(col(counts)))
  setNames(as.data.frame(cells[rep(seq_len(nrow(cells)), counts), ]), spec$variables)
}

# The table of two ordered variables, and what lavCor makes of it.
correlation_entry <- function(spec) {
  data <- correlation_data(spec)
  heard <- with_warnings(lavCor(data, ordered = spec$ordered, output = "fit", se = "none"))
  sample <- lavInspect(heard$value, "sampstat")
  for (warning in heard$warnings) cat("  ??", spec$name, warning, "\n")
  list(name = spec$name, data = spec$data, rows = spec$rows, variables = I(spec$variables), ordered = I(spec$ordered),
       warnings = I(heard$warnings), n = nrow(data),
       cov = matrix_rows(sample$cov), means = I(as.vector(sample$mean)), thresholds = named_values(sample$th),
       table = if (length(spec$ordered) == 2) matrix_rows(table(data[[1]], data[[2]])))
}

run_polychorics <- function() {
  write_result(lapply(read_json_list("ordinal_polychorics.json"), correlation_entry), "polychorics")
}

# ---------------------------------------------------------------- writing

write_result <- function(result, name) writeLines(json(result), file.path(OUTPUT, paste0(name, ".json")))

# What lavaan says when it will not fit the case.
write_refusal <- function(case) function(e) {
  message <- gsub("[[:space:]]+", " ", conditionMessage(e))
  cat("  !!", case$name, message, "\n")
  write_result(c(versions(), list(name = case$name, refused = message)), case$name)
  NULL
}

run_case <- function(case) {
  done <- tryCatch(fit_case(case), error = write_refusal(case))
  result <- if (!is.null(done)) tryCatch(suppressWarnings(case_result(done)), error = write_refusal(case))
  if (is.null(result)) return(NULL)
  write_result(result, case$name)
  cat(sprintf("%-36s gradient %.1e (before polish %.1e)\n", case$name, stationarity(done$fit), done$rough))
  done$fit
}

run_comparisons <- function(cases, fits) {
  specs <- read_json_list("ordinal_comparisons.json")
  needed <- unique(unlist(lapply(specs, function(spec) spec$models)))
  for (name in setdiff(needed, names(fits))) fits[[name]] <- fit_case(cases[[name]])$fit
  write_result(Filter(Negate(is.null), lapply(specs, difference_test_or_not, fits)), "comparisons")
}

main <- function(wanted) {
  dir.create(OUTPUT, showWarnings = FALSE)
  all <- length(wanted) == 0
  if (all || "data" %in% wanted) write_all_data()
  cases <- named(read_json_list("ordinal_cases.json"))
  if (all || "syntax" %in% wanted) write_syntax(cases)
  cases <- with_written_models(cases)
  chosen <- if (all) names(cases) else intersect(wanted, names(cases))
  fits <- lapply(cases[chosen], run_case)
  if (all || "comparisons" %in% wanted) run_comparisons(cases, fits)
  if (all || "polychorics" %in% wanted) run_polychorics()
  invisible()
}

main(commandArgs(TRUE))
