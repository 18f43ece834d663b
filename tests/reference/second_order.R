# Errors of defined parameters by the second-order delta method (se.delta.second.order = TRUE) of lavaan 0.7-2.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/second_order.R
#
# Writes second_order.json beside itself. Data: Holzinger & Swineford (1939), and Bollen's political democracy.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "common.R"))
suppressMessages({library(jsonlite)})

DATA <- list(pupils = HolzingerSwineford1939, democracy = PoliticalDemocracy)
paths <- "x7 ~ a*x1 + c*x4\nx4 ~ b*x1\nind := a*b\nprod := b*c\nbent := exp(b*c)/(1+a^2)"
factors <- "f =~ x1 + p*x2 + q*x3\ng =~ x4 + x5 + x6\ng ~ b*f\nx9 ~ c*g\nind := b * c\nratio := p / q\nroot := sqrt(b * c)"
democracy <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60\nind := a * b\ntotal := c + a * b\nshare := ind / total"

CASES <- list(
  paths = list(paths, "pupils", list()),
  paths_mlr = list(paths, "pupils", list(estimator = "MLR")),
  factors = list(factors, "pupils", list()),
  factors_mlm = list(factors, "pupils", list(estimator = "MLM")),
  factors_groups = list(gsub("[abcpq]\\*", "", sub("ind := .*", "ind := u * v", sub("g ~ b\\*f", "g ~ c(u, w)*f", sub("x9 ~ c\\*g", "x9 ~ c(v, z)*g", factors)))), "pupils", list(group = "school")),
  democracy = list(democracy, "democracy", list())
)

result <- list()
for (name in names(CASES)) {
  case <- CASES[[name]]
  fit <- suppressWarnings(do.call(sem, c(list(case[[1]], DATA[[case[[2]]]], se.delta.second.order = TRUE, optim.method = "GN", gn.args = list(tol_x = 1e-10, tol_g = 1e-10)), case[[3]])))
  table <- parameterEstimates(fit)
  table <- table[table$op == ":=", ]
  result[[name]] <- list(model = case[[1]], data = case[[2]], options = case[[3]], lhs = table$lhs, est = table$est, se = table$se, lower = table$ci.lower)
}
write(toJSON(list(version = as.character(packageVersion("lavaan")), cases = result), auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null"),
      file.path(HERE, "second_order.json"))
