# Freeze held-out deviances, cross-validation indices, ECVI and congruences for tests/test_cross_validation.py.
#
#   LAVAAN_LIBRARY=/path/to/lavaan-0.7 Rscript tests/reference/cross_validation.R
#
# lavaan fits each model to the rows outside a fold; from its implied moments (lavInspect) the likelihoods of
# the rows inside are computed here, by mvtnorm's dmvnorm and, for pairs of ordinal answers, pbivnorm.
# Congruences are psych's factor.congruence of lavaan's exploratory loadings. Made with lavaan 0.7-2,
# mvtnorm 1.1-3, pbivnorm 0.6.0 and psych 2.2.9.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))
suppressPackageStartupMessages({library(mvtnorm); library(pbivnorm); library(psych)})

pupils <- read_data("HolzingerSwineford1939")
gaps <- read_data("hs_missing")
answers <- read_data("ordinal_five")
holes <- read_data("ordinal_five_missing")

THREE <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE <- "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"
CAUSES <- paste0(THREE, "\nvisual ~ ageyr + sex\ntextual ~ ageyr + sex\nspeed ~ ageyr + sex")
NO_CAUSE <- paste0(THREE, "\nvisual ~ ageyr + 0*sex\ntextual ~ ageyr + 0*sex\nspeed ~ ageyr + 0*sex")
TWO_ANSWERS <- "A =~ q1 + q2 + q3 + q4\nB =~ q5 + q6 + q7 + q8"
ONE_ANSWER <- "G =~ q1 + q2 + q3 + q4 + q5 + q6 + q7 + q8"

gradient <- function(fit) as.vector(lavInspect(fit, "gradient"))

# lavaan's optimiser stops early; Newton steps go on until the gradient is zero.
tight <- function(text, data, ...) {
  arguments <- list(model = text, data = data, ...)
  case <- list(`function` = "sem", name = "cross_validation")
  fit <- suppressWarnings(converged_fit(case, arguments))
  for (what in c("hessian", "information.expected")) {
    if (stationarity(fit) < 1e-11) break
    fit <- suppressWarnings(polish(case, arguments, fit, newton_step(fit, what)))
  }
  cat(sprintf("gradient %.1e\n", stationarity(fit)))
  fit
}

moments_by_group <- function(fit) {
  found <- lavInspect(fit, "implied")
  if (lavInspect(fit, "ngroups") == 1) setNames(list(found), "all") else found
}

# ---------------------------------------------------------------- continuous rows

covariance_of <- function(rows) cov(rows) * (nrow(rows) - 1) / nrow(rows)

# Minus twice the log-likelihood of the answers that a row has.
deviance_of <- function(row, mean, sigma) {
  there <- !is.na(row)
  -2 * dmvnorm(row[there], mean[there], sigma[there, there, drop = FALSE], log = TRUE)
}

# Discrepancy of held-out moments from implied ones; means where the model has them.
index_of <- function(rows, mean, sigma, means) {
  s <- covariance_of(rows)
  found <- log(det(sigma)) - log(det(s)) + sum(diag(s %*% solve(sigma))) - ncol(rows)
  gap <- colMeans(rows) - mean
  if (means) found + sum(gap * solve(sigma, gap)) else found
}

one_fold <- function(text, data, fold, ...) {
  fit <- tight(text, data[data$fold != fold, ], ...)
  options <- list(...)
  total <- 0
  index <- 0
  held_out <- data[data$fold == fold, ]
  for (label in names(moments_by_group(fit))) {
    found <- moments_by_group(fit)[[label]]
    names <- rownames(found$cov)
    inside <- if (label == "all") rep(TRUE, nrow(held_out)) else held_out$school == label
    trained <- data[data$fold != fold & (label == "all" | data$school == label), names]
    mean <- if (is.null(found$mean)) colMeans(trained) else found$mean
    rows <- as.matrix(held_out[inside, names])
    sigma <- unclass(found$cov)
    total <- total + sum(apply(rows, 1, deviance_of, mean = as.vector(mean), sigma = sigma))
    if (!anyNA(rows)) {
      index <- index + nrow(rows) / nrow(held_out) *
        index_of(rows, as.vector(mean), sigma, !is.null(found$mean))
    } else {
      index <- NA
    }
  }
  list(n = nrow(held_out), deviance = total, cvi = index)
}

folds_case <- function(text, data, k, ...) {
  data$fold <- (seq_len(nrow(data)) - 1) %% k + 1
  found <- lapply(seq_len(k), function(fold) one_fold(text, data, fold, ...))
  list(n = I(sapply(found, `[[`, "n")), deviance = I(sapply(found, `[[`, "deviance")),
       cvi = I(sapply(found, `[[`, "cvi")))
}

continuous <- list(
  three = folds_case(THREE, pupils, 5),
  one = folds_case(ONE, pupils, 5),
  causes = folds_case(CAUSES, pupils, 3, fixed.x = TRUE),
  no_cause = folds_case(NO_CAUSE, pupils, 3, fixed.x = TRUE),
  groups_three = folds_case(THREE, pupils, 4, group = "school", group.equal = c("loadings", "intercepts")),
  groups_one = folds_case(ONE, pupils, 4, group = "school", group.equal = c("loadings", "intercepts")),
  gaps_three = folds_case(THREE, gaps, 4, missing = "fiml"),
  gaps_one = folds_case(ONE, gaps, 4, missing = "fiml")
)

# ---------------------------------------------------------------- pairs of ordinal answers

rectangle <- function(a, b, c, d, rho) {
  at <- function(x, y) pbivnorm(max(min(x, 9), -9), max(min(y, 9), -9), rho)
  at(b, d) - at(a, d) - at(b, c) + at(a, c)
}

pair_deviance <- function(rows, thresholds, correlations) {
  items <- colnames(rows)
  cuts <- lapply(items, function(item) c(-Inf, thresholds[grepl(paste0("^", item, "\\|"), names(thresholds))], Inf))
  total <- 0
  for (i in seq_along(items)) for (j in seq_len(i - 1)) for (r in seq_len(nrow(rows))) {
    x <- rows[r, i]
    y <- rows[r, j]
    if (is.na(x) || is.na(y)) next
    total <- total - 2 * log(rectangle(cuts[[i]][x], cuts[[i]][x + 1], cuts[[j]][y], cuts[[j]][y + 1],
                                       correlations[items[i], items[j]]))
  }
  as.vector(total)
}

ordinal_case <- function(text, data, k, ...) {
  items <- paste0("q", 1:8)
  data <- data[, items]
  fold <- (seq_len(nrow(data)) - 1) %% k + 1
  found <- sapply(seq_len(k), function(one) {
    fit <- tight(text, data[fold != one, ], ordered = items, ...)
    moments <- lavInspect(fit, "implied")
    pair_deviance(as.matrix(data[fold == one, rownames(moments$cov)]), moments$th, unclass(cov2cor(moments$cov)))
  })
  list(n = I(as.vector(table(fold))), deviance = I(found))
}

ordinal <- list(
  two = ordinal_case(TWO_ANSWERS, answers, 3),
  one = ordinal_case(ONE_ANSWER, answers, 3),
  holes = ordinal_case(TWO_ANSWERS, holes, 2, missing = "pairwise")
)

# ---------------------------------------------------------------- one sample

# The interval by that of the RMSEA, whose bounds are of the same noncentrality.
expected_case <- function(text, data, ...) {
  fit <- tight(text, data, ...)
  found <- fitMeasures(fit, c("chisq", "df", "npar", "ecvi", "rmsea.ci.lower", "rmsea.ci.upper", "aic", "bic"))
  groups <- lavInspect(fit, "ngroups")
  bound <- function(name) {
    noncentrality <- found[[name]]^2 * found[["df"]] * nobs(fit) / groups
    (noncentrality + found[["df"]] + 2 * found[["npar"]]) / nobs(fit)
  }
  list(ecvi = found[["ecvi"]], lower = bound("rmsea.ci.lower"), upper = bound("rmsea.ci.upper"),
       aic = found[["aic"]], bic = found[["bic"]])
}

expected <- list(
  three = expected_case(THREE, pupils),
  one = expected_case(ONE, pupils),
  groups = expected_case(THREE, pupils, group = "school"),
  gaps = expected_case(THREE, gaps, missing = "fiml")
)

# ---------------------------------------------------------------- congruence

items <- paste0("x", 1:9)
explored <- function(data) {
  fit <- efa(data = data[, items], nfactors = 3, rotation = "oblimin", output = "efa",
             rotation.args = list(rstarts = 30, tol = 1e-10))
  matrix(as.numeric(unclass(fit$loadings)), 9, dimnames = list(items, NULL))
}
halves <- lapply(c("Pasteur", "Grant-White"), function(name) explored(pupils[pupils$school == name, ]))
congruence <- list(
  first = lapply(seq_len(9), function(i) I(halves[[1]][i, ])), second = lapply(seq_len(9), function(i) I(halves[[2]][i, ])),
  table = lapply(seq_len(3), function(i)
    I(as.vector(factor.congruence(halves[[1]], halves[[2]], digits = 12)[i, ])))
)

versions_of <- function() {
  c(versions(), lapply(c(mvtnorm = "mvtnorm", pbivnorm = "pbivnorm", psych = "psych"),
                       function(name) as.character(packageVersion(name))))
}

write(json(list(versions = versions_of(), continuous = continuous, ordinal = ordinal, expected = expected,
                congruence = congruence)), file.path(OUT, "cross_validation.json"))
