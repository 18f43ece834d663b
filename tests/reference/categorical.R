# Two-step statistics of ordinal and continuous variables, and their asymptotic covariance matrix,
# as lavaan gives them. Writes data/categorical.csv and categorical.json beside this file.
#
#     Rscript tests/reference/categorical.R

HERE <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(HERE, "version.R"))
options(digits = 17, warn = 1)

draw <- function(n = 250) {
  set.seed(3)
  x <- cbind(x1 = round(rnorm(n), 3), x2 = rbinom(n, 1, .4))
  factor <- rnorm(n) + .4 * x[, 1] - .3 * x[, 2]
  y <- .8 * factor + matrix(rnorm(n * 7), n, 7)
  cut_at <- function(values, cuts) findInterval(values, cuts)
  whole <- data.frame(
    a = cut_at(y[, 1], c(-.5, .6)), y = round(2 * y[, 2] + 1, 3), b = cut_at(y[, 3], c(-.9, .1, 1)),
    c = cut_at(y[, 4], .3), z = round(.3 * y[, 5]^2 + y[, 5], 3),
    e = cut_at(y[, 6], 1), g = cut_at(y[, 7], -1), x, w = round(runif(n, .5, 2), 3)
  )
  whole$e[whole$g == 0] <- 0 # an empty cell
  whole
}

holes <- function(data) {
  set.seed(4)
  for (name in c("a", "y", "b", "c", "z")) data[[name]][sample(nrow(data), 25)] <- NA
  data
}

# The model only tells lavaan which variables there are.
statistics <- function(data, variables, ordered, exogenous = character(0), ...) {
  model <- paste("f =~", paste(variables, collapse = " + "))
  if (length(exogenous)) model <- paste0(model, "\nf ~ ", paste(exogenous, collapse = " + "))
  arguments <- list(model, data, ordered = ordered, estimator = "WLSMV", ...)
  fit <- suppressWarnings(do.call(sem, c(arguments, EXTRA_OPTIONS)))
  found <- lavInspect(fit, "sampstat")
  names(found) <- sub("^res\\.", "", names(found))
  gamma <- unclass(lavInspect(fit, "gamma"))
  list(
    variables = I(variables), ordered = I(ordered), exogenous = I(exogenous),
    thresholds = as.list(found[["th"]]),
    mean = unname(c(if (is.null(found[["int"]])) found[["mean"]] else found[["int"]])),
    slopes = if (length(exogenous)) unname(unclass(found[["slopes"]])),
    covariance = unname(unclass(found[["cov"]])), names = rownames(gamma), gamma = unname(gamma)
  )
}

data <- draw()
write.csv(data, file.path(HERE, "data", "categorical.csv"), row.names = FALSE, quote = FALSE)
write.csv(holes(data), file.path(HERE, "data", "categorical_holes.csv"), row.names = FALSE, quote = FALSE, na = "")
mixed <- c("a", "y", "b", "c", "z")
ordered <- c("a", "b", "c")
exogenous <- c("x1", "x2")
both <- list(
  ordinal = statistics(data, ordered, ordered),
  mixed = statistics(data, mixed, ordered),
  ordinal_exogenous = statistics(data, ordered, ordered, exogenous),
  mixed_exogenous = statistics(data, mixed, ordered, exogenous),
  mixed_weights = statistics(data, mixed, ordered, sampling.weights = "w"),
  mixed_exogenous_weights = statistics(data, mixed, ordered, exogenous, sampling.weights = "w"),
  empty_cell = statistics(data, c("c", "e", "g"), c("c", "e", "g")),
  empty_cell_of_more = statistics(transform(data, a = ifelse(e == 1 & a == 0, 1, a)), c("a", "c", "e"), c("a", "c", "e")),
  ordinal_holes = statistics(holes(data), ordered, ordered, missing = "pairwise"),
  mixed_holes = statistics(holes(data), mixed, ordered, missing = "pairwise"),
  mixed_exogenous_holes = statistics(holes(data), mixed, ordered, exogenous, missing = "pairwise"),
  mixed_holes_weights = statistics(holes(data), mixed, ordered, missing = "pairwise", sampling.weights = "w")
)
write_json(both, file.path(OUT, "categorical.json"), digits = NA, auto_unbox = TRUE)
