# Values of OpenMx and ordinal for the likelihood of rows of ordinal answers:
#
#     Rscript tests/reference/response_likelihood.R
#
# Reads data/response_*.csv and writes response_likelihood.json beside this file. Both are black
# boxes here: their documented functions are called and their numbers written down. OpenMx
# integrates the latent responses of a row, a dimension an item, so that few items are exact enough;
# ordinal has mixed models, in which all items load alike, by adaptive Gauss-Hermite quadrature.

library(OpenMx)
library(ordinal)
library(jsonlite)

HERE <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
options(digits = 17, warn = 1)
mxOption(NULL, "mvnRelEps", 1e-5)
mxOption(NULL, "mvnMaxPointsA", 1e5)

read <- function(name) read.csv(file.path(HERE, "data", paste0("response_", name, ".csv")))

# To one decimal: a look at the likelihood takes OpenMx a second, and a gradient dozens of looks.
STARTS <- list(
  one_factor = list(F_by_y1 = .6, F_by_y2 = .8, F_by_y3 = 1.7, F_by_y4 = .5),
  two_factors = list(A_by_a2 = 1, B_by_b2 = .8, B_on_A = .6, B_on_x = -.5, A_on_x = .6, b2_on_x = .1,
                     A_with_A = 1.2, B_with_B = .9),
  groups = list(F_by_y2 = .8, F_by_y3 = .8, F_with_F_u = 1.7, F_with_F_v = 2.7, F_mean_v = .7,
                y1_with_y1_v = 1.3, y2_with_y2_v = 1.4, y3_with_y3_v = .5))

as_ordinal <- function(data, items) {
  for (n in items) data[[n]] <- mxFactor(data[[n]], levels = sort(unique(na.omit(data[[n]]))))
  data
}

cuts <- function(data, items) lapply(items, function(n) {
  k <- nlevels(data[[n]]) - 1
  shares <- cumsum(table(data[[n]])) / sum(!is.na(data[[n]]))
  mxThreshold(n, nThresh = k, free = TRUE, values = 1.3 * qnorm(shares[1:k]),
              labels = paste0(n, "_cut", 1:k))
})

loading <- function(factor, items, marked) mxPath(
  factor, items, free = c(!marked, rep(TRUE, length(items) - 1)),
  values = 1, labels = paste0(factor, "_by_", items))

run <- function(model) {
  for (label in names(STARTS[[model$name]]))
    model <- omxSetParameters(model, label, values = STARTS[[model$name]][[label]])
  fit <- mxRun(model, silent = TRUE)
  list(fit = fit, deviance = fit$output$fit, table = summary(fit)$parameters)
}

# OpenMx has no signs in its labels.
written <- function(names) {
  for (pair in list(c("_by_", "=~"), c("_cut", "|t"), c("_on_", "~"), c("_with_", "~~"), c("_mean", "~1")))
    names <- sub(pair[1], pair[2], names, fixed = TRUE)
  names
}

frozen <- function(result, program, less = 0) list(
  program = program, logl = -result$deviance / 2 - less,
  estimates = lapply(seq_len(nrow(result$table)), function(i) list(
    written(result$table$name[i]), result$table$Estimate[i], result$table$Std.Error[i])))

OPENMX <- paste("OpenMx", packageVersion("OpenMx"))

one_factor <- function() {
  items <- paste0("y", 1:4)
  data <- as_ordinal(read("one_factor")[items], items)
  frozen(run(mxModel(
    "one_factor", type = "RAM", manifestVars = items, latentVars = "F",
    loading("F", items, FALSE), mxPath("F", arrows = 2, free = FALSE, values = 1),
    mxPath(items, arrows = 2, free = FALSE, values = 1),
    mxPath("one", c(items, "F"), free = FALSE, values = 0), cuts(data, items),
    mxData(data, type = "raw"))), OPENMX)
}

two_factors <- function() {
  a <- paste0("a", 1:2)
  b <- paste0("b", 1:2)
  items <- c(a, b)
  data <- as_ordinal(read("two_factors")[c(items, "x")], items)
  x <- data$x
  found <- run(mxModel(
    "two_factors", type = "RAM", manifestVars = c(items, "x"), latentVars = c("A", "B"),
    loading("A", a, TRUE), loading("B", b, TRUE),
    mxPath("A", "B", values = .4, labels = "B_on_A"),
    mxPath("x", c("A", "B"), values = c(.5, -.2), labels = c("A_on_x", "B_on_x")),
    mxPath("x", "b2", values = 0, labels = "b2_on_x"),
    mxPath(c("A", "B"), arrows = 2, values = 1, labels = c("A_with_A", "B_with_B")),
    mxPath(items, arrows = 2, free = FALSE, values = 1),
    mxPath("x", arrows = 2, values = var(x), labels = "x_with_x"),
    mxPath("one", "x", values = mean(x), labels = "x_mean"),
    mxPath("one", c(items, "A", "B"), free = FALSE, values = 0), cuts(data, items),
    mxData(data, type = "raw")))
  found$table <- found$table[!(found$table$name %in% c("x_with_x", "x_mean")), ]
  frozen(found, OPENMX, sum(dnorm(x, mean(x), sqrt(mean((x - mean(x))^2)), log = TRUE)))
}

groups <- function() {
  items <- paste0("y", 1:3)
  whole <- as_ordinal(read("groups"), items)
  part <- function(g) {
    data <- whole[whole$g == g, items]
    later <- g == "v"
    mxModel(
      g, type = "RAM", manifestVars = items, latentVars = "F", loading("F", items, TRUE),
      mxPath("F", arrows = 2, values = 1, labels = paste0("F_with_F_", g)),
      mxPath(items, arrows = 2, free = later, values = 1, labels = paste0(items, "_with_", items, "_", g)),
      mxPath("one", "F", free = later, values = 0, labels = paste0("F_mean_", g)),
      mxPath("one", items, free = FALSE, values = 0), cuts(whole, items),
      mxData(data, type = "raw"))
  }
  frozen(run(mxModel("groups", part("u"), part("v"), mxFitFunctionMultigroup(c("u", "v")))), OPENMX)
}

# All items load alike and share their thresholds, but for a shift: a mixed model of long rows.
alike <- function(link) {
  data <- read("groups")
  items <- paste0("y", 1:4)
  long <- data.frame(
    answer = factor(unlist(data[items], use.names = FALSE)), ordered = TRUE,
    item = factor(rep(items, each = nrow(data))), person = factor(rep(seq_len(nrow(data)), 4)))
  long$answer <- ordered(long$answer)
  fit <- clmm(answer ~ item + (1 | person), data = long, link = link, nAGQ = 31,
              control = clmm.control(gradTol = 1e-6))
  errors <- sqrt(diag(vcov(fit)))
  names <- c(paste0("y1|t", 1:3), paste0(items[-1], "~1"))
  list(program = paste("ordinal", packageVersion("ordinal")), logl = as.numeric(logLik(fit)),
       deviation = as.numeric(attr(VarCorr(fit)$person, "stddev")),
       estimates = lapply(seq_along(names), function(i) list(names[i], unname(coef(fit)[i]), unname(errors[i]))))
}

cases <- list(alike_probit = function() alike("probit"), alike_logit = function() alike("logit"),
              groups = groups, one_factor = one_factor, two_factors = two_factors)
result <- list()
for (case in names(cases)) {
  result[[case]] <- cases[[case]]()
  write_json(result, file.path(HERE, "response_likelihood.json"), digits = 10, auto_unbox = TRUE, pretty = TRUE)
}
