# Moderated nonlinear factor models by OpenMx, with moderators as definition variables.
#
#     Rscript tests/reference/moderated.R
#
# Writes moderated.json beside itself: minus twice the log-likelihood, estimates, and standard errors,
# which rest on a numerical Hessian (Richardson extrapolation) and are good to about 1e-7.

suppressMessages({
  library(OpenMx)
  library(jsonlite)
})
options(digits = 17, warn = 1)
mxOption(NULL, "Number of Threads", 1)
mxOption(NULL, "Default optimizer", "SLSQP")
mxOption(NULL, "Optimality tolerance", "1e-14")

HERE <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

read_data <- function(name) {
  data <- read.csv(file.path(HERE, "data", paste0(name, ".csv")))
  data$years <- if ("age" %in% names(data)) data$age - 13 else (data$ageyr - 13) + data$agemo / 12
  data$male <- data$sex - 1
  data
}

IMPACT <- c("means", "lv_variances")
ONE <- list(verbal = c("x4", "x5", "x6", "x1"))
TWO <- list(visual = c("x1", "x2", "x3"), speed = c("x7", "x8", "x9"))
CASES <- list(
  impact = list(data = "HolzingerSwineford1939", factors = ONE, moderated = list(years = IMPACT)),
  items = list(
    data = "HolzingerSwineford1939", factors = ONE,
    moderated = list(
      years = c(IMPACT, "verbal =~ x5", "x5 ~ 1", "x6 ~~ x6"), male = c(IMPACT, "verbal =~ x5", "x5 ~ 1")
    )
  ),
  two_factors = list(
    data = "HolzingerSwineford1939", factors = TWO,
    moderated = list(years = c(IMPACT, "residuals"), male = c(IMPACT, "speed =~ x9", "x9 ~ 1"))
  ),
  correlation = list(
    data = "HolzingerSwineford1939", factors = TWO,
    moderated = list(years = c(IMPACT, "lv_covariances", "visual =~ x2"), male = c("lv_covariances", "means"))
  ),
  missing = list(
    data = "hs_missing", factors = list(f = c("x1", "x4", "x5", "x6", "x9")),
    moderated = list(years = c(IMPACT, "f =~ x9", "x9 ~ 1"), male = c("means", "residuals"))
  )
)

# Whether a moderator acts on a parameter: by the name of its set, or its own.
asked <- function(texts, set, own) set %in% texts || own %in% texts

# Labels may not contain operators.
WORDS <- c("=~" = "loading", "~1" = "intercept", "~~" = "covariance")

# A matrix whose cells are free where a label is given.
free_matrix <- function(labels, start, name) {
  free <- labels != ""
  mxMatrix("Full", nrow(labels), ncol(labels), free = free, values = ifelse(free, start, 0),
           labels = ifelse(free, labels, NA), name = name)
}

labels_of <- function(case, moderator) {
  factors <- names(case$factors)
  items <- unique(unlist(case$factors))
  texts <- if (moderator == "") NULL else case$moderated[[moderator]]
  label <- function(set, lhs, op, rhs) {
    own <- trimws(paste(lhs, op, rhs))
    own <- sub("~1$", "~ 1", own)
    if (moderator == "" || asked(texts, set, own)) paste(lhs, WORDS[[op]], rhs, moderator, sep = "__") else ""
  }
  loadings <- outer(items, factors, Vectorize(function(item, factor)
    if (item %in% case$factors[[factor]]) label("loadings", factor, "=~", item) else ""))
  row <- function(names, make) matrix(vapply(names, make, ""), 1)
  found <- list(
    L = loadings,
    N = row(items, function(item) label("intercepts", item, "~1", "")),
    O = row(items, function(item) label("residuals", item, "~~", item)),
    A = row(factors, function(factor) label("means", factor, "~1", "")),
    G = row(factors, function(factor) label("lv_variances", factor, "~~", factor)),
    R = matrix(if (length(factors) == 2) label("lv_covariances", factors[1], "~~", factors[2]) else "", 1)
  )
  if (moderator == "") found$A[] <- found$G[] <- "" # mean 0 and variance 1 where moderators are zero
  found
}

build <- function(case) {
  data <- read_data(case$data)
  items <- unique(unlist(case$factors))
  moderators <- names(case$moderated)
  data <- data[complete.cases(data[moderators]), ]
  centre <- colMeans(data[items], na.rm = TRUE)
  spread <- apply(data[items], 2, var, na.rm = TRUE)
  start <- list(L = rep(sqrt(spread / 2), length(case$factors)), N = centre, O = spread / 2, A = 0, G = 0, R = .3)
  parts <- Map(function(labels, name) free_matrix(labels, start[[name]], paste0(name, "0")),
               labels_of(case, ""), names(start))
  for (moderator in moderators) {
    labels <- labels_of(case, moderator)
    parts <- c(parts, Map(function(l, name) free_matrix(l, 0, paste0(name, "_", moderator)), labels, names(labels)))
    parts <- c(parts, mxMatrix("Full", 1, 1, labels = paste0("data.", moderator), name = paste0("D_", moderator)))
  }
  moved <- function(name, head = NULL)
    paste(c(head, sprintf("D_%s %%x%% %s_%s", moderators, name, moderators)), collapse = " + ")
  algebra <- function(text, name) eval(parse(text = sprintf("mxAlgebra(%s, name = '%s')", text, name)))
  parts <- c(
    parts,
    algebra(moved("L", "L0"), "loadings"),
    algebra(moved("N", "N0"), "intercepts"),
    algebra(sprintf("vec2diag(O0 * exp(%s))", moved("O")), "residuals"),
    algebra(moved("A"), "means"),
    algebra(sprintf("exp(0.5 * (%s))", moved("G")), "deviations"),
    algebra(sprintf("tanh(%s)", moved("R", "atanh(R0)")), "r"),
    mxMatrix("Iden", 1, name = "I"),
    algebra(if (length(case$factors) == 2) "rbind(cbind(I, r), cbind(r, I))" else "I", "correlation"),
    algebra("loadings %*% ((t(deviations) %*% deviations) * correlation) %*% t(loadings) + residuals", "covariance"),
    algebra("intercepts + means %*% t(loadings)", "mean")
  )
  do.call(mxModel, c(list(
    "moderated", mxData(data[c(items, moderators)], type = "raw"),
    mxExpectationNormal("covariance", "mean", dimnames = items), mxFitFunctionML()
  ), unname(parts)))
}

run <- function(case) {
  fit <- mxRun(build(case), silent = TRUE, suppressWarnings = TRUE)
  for (again in 1:5) fit <- mxRun(fit, silent = TRUE, suppressWarnings = TRUE)
  # the Hessian that mxRun makes by itself leaves standard errors good to 1e-3 only
  plan <- mxComputeSequence(list(
    mxComputeOnce("fitfunction", "fit"),
    mxComputeNumericDeriv(stepSize = 1e-4, iterations = 4, checkGradient = FALSE), mxComputeReportDeriv()
  ))
  hessian <- mxRun(mxModel(fit, plan), silent = TRUE, suppressWarnings = TRUE)$output$hessian
  errors <- sqrt(2 * diag(solve(hessian)))
  found <- summary(fit)$parameters
  parts <- do.call(rbind, strsplit(paste0(found$name, "__end"), "__"))
  list(
    data = case$data,
    model = paste(names(case$factors), "=~", vapply(case$factors, paste, "", collapse = " + "), collapse = "; "),
    moderated = lapply(case$moderated, I), minus_two_log_likelihood = fit$output$Minus2LogLikelihood,
    gradient = max(abs(fit$output$gradient)), status = fit$output$status$code,
    estimates = data.frame(
      row.names = NULL,
      lhs = parts[, 1], op = names(WORDS)[match(parts[, 2], WORDS)], rhs = parts[, 3], moderator = parts[, 4],
      estimate = found$Estimate, se = errors[found$name]
    )
  )
}

cases <- lapply(CASES, run)
versions <- list(
  R = paste(R.version$major, R.version$minor, sep = "."), OpenMx = as.character(packageVersion("OpenMx")),
  optimiser = "SLSQP"
)
write(toJSON(list(versions = versions, cases = cases), auto_unbox = TRUE, digits = 15, pretty = TRUE),
      file.path(HERE, "moderated.json"))
