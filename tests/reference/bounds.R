# Bounds that lavaan 0.7-2 takes from the data (bounds = "standard", "wide"), as its parameter tables print them.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/bounds.R
#
# Writes bounds.json beside itself. Data: Holzinger & Swineford (1939), which the library ships.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "common.R"))
suppressMessages({library(jsonlite)})

CASES <- list(
  two = list("f =~ x1 + x2 + x3 + x4\ng =~ x5 + x6 + x7\nx1 ~~ x5\nx9 ~ g", list()),
  std_lv = list("f =~ x1 + x2 + x3 + x4\ng =~ x5 + x6 + x7", list(std.lv = TRUE)),
  explained = list("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + x7\nx9 ~ g", list(meanstructure = TRUE)),
  crossed = list("f =~ x1 + x2 + x3 + x4\ng =~ x4 + x5 + x6 + x1", list()),
  second_order = list("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nt =~ f + g + h", list()),
  groups = list("f =~ x1 + x2 + x3 + x4", list(group = "school", group.equal = "loadings"))
)
result <- list()
for (name in names(CASES)) for (bounds in c("standard", "wide")) {
  case <- CASES[[name]]
  fit <- suppressWarnings(do.call(sem, c(list(case[[1]], HolzingerSwineford1939, bounds = bounds), case[[2]])))
  table <- as.data.frame(parTable(fit))
  table <- table[table$free > 0, ]
  result[[paste(name, bounds, sep = "_")]] <- list(
    model = case[[1]], options = c(case[[2]], list(bounds = bounds)), lhs = table$lhs, op = table$op, rhs = table$rhs, group = table$group,
    lower = ifelse(is.finite(table$lower), table$lower, NA), upper = ifelse(is.finite(table$upper), table$upper, NA),
    chisq = unname(fitMeasures(fit, "chisq"))
  )
}
write(toJSON(list(version = as.character(packageVersion("lavaan")), cases = result), auto_unbox = TRUE, digits = 12, na = "null"),
      file.path(HERE, "bounds.json"))
