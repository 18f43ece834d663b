# Multiply imputed data: pooled estimates, tests and fit measures of lavaan.mi.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/imputed.R
#
# Reads data/imputed.csv, six imputations of holes that were drawn into Holzinger and Swineford's (1939) sample; writes imputed.json.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "common.R"))
suppressMessages(library(lavaan.mi))

rows <- read.csv(file.path(HERE, "data", "imputed.csv"))
frames <- split(rows[, -1], rows$imputation)
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
CASES <- list(
  factors = list(three, list()),
  mediation = list(paste0(three, "\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nab := a * b"), list()),
  robust = list(three, list(estimator = "MLR")),
  groups = list(three, list(group = "school", group.equal = "loadings"))
)
result <- list()
for (name in names(CASES)) {
  case <- CASES[[name]]
  fit <- suppressWarnings(do.call(sem.mi, c(list(case[[1]], frames), case[[2]])))
  table <- suppressWarnings(as.data.frame(parameterEstimates.mi(fit, fmi = TRUE, scale.W = FALSE)))
  tests <- list()
  for (method in c("D2", "D3", "D4")) {
    one <- try(suppressWarnings(lavTestLRT.mi(fit, pool.method = method, asANOVA = FALSE, asymptotic = FALSE)), silent = TRUE)
    if (!inherits(one, "try-error")) tests[[method]] <- as.list(unclass(one))
    two <- try(suppressWarnings(lavTestLRT.mi(fit, pool.method = method, asANOVA = FALSE, asymptotic = TRUE)), silent = TRUE)
    if (!inherits(two, "try-error")) tests[[paste0(method, "_asymptotic")]] <- as.list(unclass(two))
  }
  measures <- try(suppressWarnings(as.list(unclass(fitMeasures(fit, pool.method = "D3")))), silent = TRUE)
  result[[name]] <- list(model = case[[1]], options = case[[2]], table = table, tests = tests,
                         measures = if (inherits(measures, "try-error")) list() else measures)
}
restricted <- suppressWarnings(sem.mi(paste0(three, "\nvisual ~~ 0*speed"), frames))
full <- suppressWarnings(sem.mi(three, frames))
result$difference <- list()
for (method in c("D2", "D3", "D4"))
  result$difference[[method]] <- as.list(unclass(suppressWarnings(lavTestLRT.mi(full, restricted, pool.method = method, asANOVA = FALSE, asymptotic = FALSE))))
write(toJSON(list(lavaan.mi = as.character(packageVersion("lavaan.mi")), version = as.character(packageVersion("lavaan")), cases = result),
             auto_unbox = TRUE, digits = 12, na = "null", force = TRUE), file.path(HERE, "imputed.json"))
