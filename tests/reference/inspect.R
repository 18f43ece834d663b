# Parts of fits by lavaan's words: matrices, moments, information, and outcomes predicted through models.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/inspect.R
#
# Writes inspect.json beside itself. Data: lavaan's Holzinger & Swineford (1939) sample and Bollen's democracies, which the library
# ships; ordinal items are the first's variables cut at thirds of their range.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "common.R"))

plain <- HolzingerSwineford1939
ordinal <- plain
for (name in paste0("x", 1:9)) ordinal[[name]] <- as.integer(cut(plain[[name]], 3))
MODELS <- list(
  regression = list("f =~ x1 + a*x2 + b*x3\nf ~ x5 + x6\nd := a * b\ne := a - b", plain, list(meanstructure = TRUE)),
  factors = list("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9", plain, list()),
  groups = list("f =~ x1 + x2 + x3 + x4\ng =~ x7 + x8 + x9\ng ~ f", plain, list(group = "school")),
  equal = list("f =~ x1 + a*x2 + a*x3\ng =~ x4 + b*x5 + c*x6\nb == c", plain, list(meanstructure = TRUE)),
  items = list("f =~ x1 + x2 + x3 + x4", ordinal, list(ordered = paste0("x", 1:4))),
  democracy = list("ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ ind60\ndem65 ~ ind60 + dem60",
                   PoliticalDemocracy, list(meanstructure = TRUE))
)
WORDS <- c("lambda", "theta", "psi", "beta", "nu", "alpha", "cov.lv", "cor.lv", "mean.lv", "cov.ov", "cor.ov", "mean.ov", "cov.all", "th", "vy",
           "rsquare", "theta.cor", "information", "information.expected", "information.observed", "information.first.order", "vcov", "vcov.std.all",
           "vcov.std.lv", "vcov.def", "vcov.def.joint", "coverage", "loglik.casewise", "h1.information", "h1.information.expected", "h1.information.observed",
           "h1.information.first.order", "wls.obs", "wls.est", "wls.v", "fs_determinacy", "fs.reliability", "fs_determinacy_Bartlett",
           "mdist2.fs", "mdist.fs", "mdist2.resid", "mdist.resid", "UGamma", "UfromUGamma", "th.idx", "gradient.logl",
           "fs_reliability_bartlett", "vcov.def.std.all", "vcov.def.std.lv", "vcov.def.joint.std.all", "se.std")

as_matrix <- function(value) {
  if (is.null(dim(value))) list(rows = names(value), values = unname(unclass(value)))
  else list(rows = rownames(value), columns = colnames(value), values = unname(unclass(value)))
}
found <- list()
for (name in names(MODELS)) {
  model <- MODELS[[name]]
  fit <- suppressWarnings(do.call(sem, c(list(model[[1]], model[[2]]), model[[3]])))
  parts <- list()
  for (word in WORDS) {
    if (startsWith(word, "mdist") && name %in% c("items", "regression")) next  # by Monte Carlo; of a predictor as a factor
    if (word == "gradient.logl" && name != "equal") next  # zero but for rounding
    if (name == "equal" && !word %in% c("gradient.logl", "UGamma", "UfromUGamma", "mdist2.fs", "mdist2.resid")) next
    value <- tryCatch(suppressWarnings(lavInspect(fit, word)), error = function(problem) NULL)
    if (is.null(value) || length(value) == 0) next
    if (is.list(value) && !is.data.frame(value)) parts[[word]] <- lapply(value, as_matrix) else parts[[word]] <- list(all = as_matrix(value))
  }
  for (word in if (name %in% c("groups", "democracy", "equal")) "dx.all") {
    value <- lavInspect(fit, word)
    groups <- if (is.list(value[[1]])) value else list(all = value)
    slopes <- lapply(groups, function(matrices) lapply(matrices, function(m) list(rows = rownames(m), columns = colnames(m), values = unname(unclass(m)))))
    found$slopes[[name]] <- slopes
  }
  found[[name]] <- list(model = model[[1]], options = model[[3]], parts = parts)
}
block <- 'efa("b")*f + efa("b")*g =~ x1 + x2 + x3 + x7 + x8 + x9'
BLOCKS <- list(
  plain = list(block, list()), predicted = list(paste0(block, "\nf ~ ageyr\ng ~ ageyr"), list()), outcome = list(paste0(block, "\nh =~ x4 + x5 + x6\nh ~ f + g"), list()),
  three = list('efa("b")*f + efa("b")*g + efa("b")*h =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9', list()), groups = list(block, list(group = "school"))
)
for (name in names(BLOCKS)) {
  fit <- do.call(sem, c(list(BLOCKS[[name]][[1]], plain, rotation = "oblimin"), BLOCKS[[name]][[2]]))
  value <- lavInspect(fit, "est.unrotated")
  groups <- if (lavInspect(fit, "ngroups") > 1) value else list(all = value)
  found$unrotated[[name]] <- list(model = BLOCKS[[name]][[1]], options = BLOCKS[[name]][[2]], groups = lapply(groups, function(m) lapply(m, as_matrix)))
}
fit <- sem(MODELS$democracy[[1]], PoliticalDemocracy, meanstructure = TRUE)
found$predicted <- as_matrix(head(lavPredictY(fit, ynames = paste0("y", 5:8), xnames = c("x1", "x2", "x3", paste0("y", 1:4))), 10))
fit <- sem(MODELS$regression[[1]], plain, meanstructure = TRUE)
test <- lavTestWald(fit, "a == b")
found$wald <- list(statistic = test$stat, df = test$df, p = test$p.value)
write(toJSON(list(version = as.character(packageVersion("lavaan")), fits = found), auto_unbox = TRUE, digits = 12, na = "null"), file.path(HERE, "inspect.json"))
