# Freeze mirt's numbers for tests/test_item_response.py.
#
#   Rscript tests/reference/item_response.R
#
# lavaan (WLSMV) gives loadings and thresholds of five ordinal items; these become slopes and
# intercepts of a graded response model that mirt is told and does not estimate. mirt then converts
# them (`coef(IRTpars = TRUE)`, `summary`) and gives probabilities and information.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))
suppressMessages(library(mirt))

items <- paste0("q", 1:5)
data <- read_data("ordinal_five")[items]
fit <- cfa("f =~ q1 + q2 + q3 + q4 + q5", data, ordered = TRUE, std.lv = TRUE)
standard <- standardizedSolution(fit)
loadings <- standard$est.std[standard$op == "=~"]
thresholds <- matrix(standard$est.std[standard$op == "|"], nrow = 5, byrow = TRUE)
slopes <- 1.702 * loadings / sqrt(1 - loadings^2)
intercepts <- -1.702 * thresholds / sqrt(1 - loadings^2)

values <- mirt(data, 1, itemtype = "graded", pars = "values", verbose = FALSE)
for (place in 1:5) {
  own <- values$item == items[place]
  values$value[own & values$name == "a1"] <- slopes[place]
  for (step in 1:4) values$value[own & values$name == paste0("d", step)] <- intercepts[place, step]
}
values$est <- FALSE
told <- mirt(data, 1, itemtype = "graded", pars = values, verbose = FALSE, TOL = NA)

traditional <- coef(told, IRTpars = TRUE, simplify = TRUE)$items
points <- c(-3, -1.5, 0, 0.7, 2)
one <- function(what) lapply(1:5, function(place) what(extract.item(told, place)))
result <- list(
  mirt_version = as.character(packageVersion("mirt")),
  loadings = I(loadings),
  thresholds = matrix_rows(thresholds),
  slopes = I(unname(traditional[, "a"])),
  difficulties = matrix_rows(unname(traditional[, paste0("b", 1:4)])),
  mirt_loadings = I(as.vector(summary(told, verbose = FALSE)$rotF)),
  points = I(points),
  information = one(function(item) I(as.vector(iteminfo(item, points)))),
  test_information = I(as.vector(testinfo(told, points))),
  probabilities = one(function(item) matrix_rows(probtrace(item, points))),
  marginal_reliability = marginal_rxx(told)
)
writeLines(json(result), file.path(HERE, "item_response.json"))
