# What scripts share that keep fits as lists: the data, and what is kept of a fit. Sourced by each, after HERE is set.

source(file.path(HERE, "common.R"))
suppressMessages({library(jsonlite)})

pupils <- HolzingerSwineford1939
gaps <- pupils
gaps$x2[seq(3, 301, 10)] <- NA; gaps$x5[seq(5, 301, 9)] <- NA; gaps$x8[seq(1, 301, 11)] <- NA
items <- pupils
for (item in paste0("x", 1:9)) items[[item]] <- as.integer(cut(pupils[[item]], 3))

MEASURES <- c("npar", "chisq", "df", "chisq.scaled", "baseline.chisq", "baseline.df", "cfi", "rmsea", "srmr", "logl", "aic", "bic")

# Estimates, standard errors, standardised ones and measures of the fits of `cases`: model, name of the data, options; `defaults` are options of all,
# `search` those of the optimiser, which are not kept.
GAUSS_NEWTON <- list(optim.method = "GN", gn.args = list(tol_x = 1e-10, tol_g = 1e-10))  # closer to the minimum than the default
keep_fits <- function(cases, data, defaults, name, wanted = MEASURES, only_measures = FALSE, search = list()) {
  result <- list()
  for (one in names(cases)) {
    case <- cases[[one]]
    options <- case[[3]]
    options[setdiff(names(defaults), names(options))] <- defaults[setdiff(names(defaults), names(options))]
    fit <- suppressWarnings(do.call(sem, c(list(case[[1]], data[[case[[2]]]]), options, search)))
    if (!lavInspect(fit, "converged")) { message(one, " does not converge"); next }
    measures <- suppressWarnings(fitMeasures(fit))
    kept <- list(model = case[[1]], data = case[[2]], options = options, measures = as.list(measures[intersect(wanted, names(measures))]))
    if (only_measures) { result[[one]] <- kept; next }
    table <- suppressWarnings(parameterEstimates(fit, remove.eq = TRUE))
    table <- table[!table$op %in% c("==", "<", ">"), ]
    standard <- suppressWarnings(standardizedSolution(fit))
    standard <- standard[!standard$op %in% c("==", "<", ">"), ]
    result[[one]] <- c(kept, list(
      lhs = table$lhs, op = table$op, rhs = table$rhs, group = if (is.null(table$group)) rep(1, nrow(table)) else table$group,
      est = table$est, se = table$se, std = standard$est.std, std_se = standard$se
    ))
  }
  write(toJSON(list(version = as.character(packageVersion("lavaan")), cases = result), auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null"),
        file.path(HERE, name))
}
