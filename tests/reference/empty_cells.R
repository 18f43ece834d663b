# What zero.add and zero.keep.margins of lavaan 0.7-2 do to polychoric correlations, estimates and errors where tables of pairs have empty cells.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/empty_cells.R
#
# Writes empty_cells.json beside itself. Data: Holzinger & Swineford (1939), cut at rare answers: the rule stands in `cut` here and in the test.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "common.R"))
suppressMessages({library(jsonlite)})

place <- function(x) rank(x, ties.method = "first")
two <- as.data.frame(lapply(HolzingerSwineford1939[, paste0("x", 1:6)], function(x) 1 + (place(x) > 270)))
two$x2 <- 1 + (place(HolzingerSwineford1939$x2) > 292)
many <- as.data.frame(lapply(HolzingerSwineford1939[, paste0("x", 1:6)], function(x) 1 + (place(x) > 15) + (place(x) > 150) + (place(x) > 285)))
DATA <- list(two = two, many = many)
model <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"

CASES <- list(
  two = list("two", list()),
  two_more = list("two", list(zero.add = c(0.25, 0))),
  two_margins = list("two", list(zero.keep.margins = FALSE)),
  two_both = list("two", list(zero.add = c(0.1, 0.1), zero.keep.margins = FALSE)),
  many = list("many", list()),
  many_half = list("many", list(zero.add = c(0.5, 0.5))),
  many_ulsmv = list("many", list(zero.add = c(0.5, 0.2), estimator = "ULSMV"))
)

result <- list()
for (name in names(CASES)) {
  case <- CASES[[name]]
  data <- DATA[[case[[1]]]]
  fit <- suppressWarnings(do.call(cfa, c(list(model, data, ordered = TRUE), case[[2]])))
  if (!lavInspect(fit, "converged")) { message(name, " does not converge"); next }
  table <- parameterEstimates(fit)
  table <- table[table$se > 0, ]
  tables <- sapply(combn(names(data), 2, simplify = FALSE), function(p) sum(table(data[[p[1]]], data[[p[2]]]) == 0))
  result[[name]] <- list(
    data = case[[1]], options = case[[2]], empty = sum(tables > 0), correlations = lavInspect(fit, "sampstat")$cov,
    lhs = table$lhs, op = table$op, rhs = table$rhs, group = rep(1, nrow(table)), est = table$est, se = table$se,
    chisq = unname(fitMeasures(fit, "chisq")), scaled = unname(fitMeasures(fit, "chisq.scaled"))
  )
}
write(toJSON(list(version = as.character(packageVersion("lavaan")), cases = result), auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null"),
      file.path(HERE, "empty_cells.json"))
