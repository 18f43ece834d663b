# Models of two levels in lavaan 0.7-2: estimates, errors, tests and measures.
#
#     LAVAAN_LIBRARY=/folder/with/lavaan-0.7-2 Rscript tests/reference/two_level.R [case ...]
#     Rscript tests/reference/two_level.R data
#
# The second draws the data. Reads two_level_cases.json and writes two_level.json beside itself; of the
# cases that are named, or of all. It wants lavaan 0.7 or later, whose EM of the unrestricted moments
# can be made exact.

HERE <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(HERE, "common.R"))
stopifnot(LAVAAN_7)
wanted <- commandArgs(TRUE)

# ---------------------------------------------------------------- data

# Rows in clusters of the given sizes: two factors of four items each, a covariate x, a mediator m and
# an outcome y that have a part at each level, and two variables of clusters.
draw_clusters <- function(sizes, group) {
  n <- length(sizes)
  cluster <- rep(seq_len(n), sizes)
  rows <- length(cluster)
  high <- group == "south"
  z1 <- rnorm(n)
  z2 <- .5 * z1 + rnorm(n)
  between <- list(x = rnorm(n, sd = .7))
  between$m <- .6 * between$x + .3 * z1 + rnorm(n, sd = .6)
  between$y <- .4 * between$m + .2 * between$x + .3 * z2 + rnorm(n, sd = .6) + .3 * high
  between$a <- .5 * z1 + rnorm(n, sd = .7)
  between$b <- .4 * between$a + rnorm(n, sd = .7)
  within <- list(x = rnorm(rows))
  within$m <- .3 * within$x + rnorm(rows)
  within$y <- .4 * within$m + .1 * within$x + rnorm(rows)
  within$a <- .4 * within$x + rnorm(rows, sd = .9)
  within$b <- .5 * within$a + rnorm(rows, sd = .8)
  loadings <- c(1, .8, 1.1, .7)
  items <- list()
  for (factor in c("a", "b")) for (k in 1:4) {
    own <- rnorm(n, sd = .35)
    items[[paste0(factor, k)]] <- .3 * k + (loadings[k] * between[[factor]] + own)[cluster] +
      (loadings[k] + .1 * high[cluster] * (k == 3)) * within[[factor]] + rnorm(rows, sd = .7)
  }
  both <- lapply(c(x = "x", m = "m", y = "y"), function(name) 1 + between[[name]][cluster] + within[[name]])
  data.frame(items, both, z1 = z1[cluster], z2 = z2[cluster], region = group[cluster], cluster = cluster)
}

write_all_data <- function() {
  write_data(round_numbers(Demo.twolevel, 4), "Demo.twolevel")
  set.seed(20261129)
  sizes <- sample(2:40, 80, replace = TRUE, prob = 1 / (2:40))
  uneven <- draw_clusters(sizes, rep(c("north", "south"), c(44, 36)))
  write_data(round_numbers(uneven[sample(nrow(uneven)), ], 3), "two_level_uneven")
  sizes <- c(rep(1, 40), sample(2:8, 40, replace = TRUE), 30, 45, 60)
  single <- draw_clusters(sizes, rep("north", length(sizes)))
  write_data(round_numbers(single[sample(nrow(single)), ], 3), "two_level_single_rows")
  write_data(round_numbers(draw_clusters(rep(8, 60), rep("north", 60)), 3), "two_level_even")
}

# ---------------------------------------------------------------- polishing

# That of groups counts their sizes once too often.
gradient <- function(fit) {
  found <- as.vector(lavTech(fit, "gradient"))
  sizes <- lavInspect(fit, "nobs")
  if (length(sizes) == 1) return(found)
  table <- parTable(fit)
  group <- match(table$group, unique(table$group))[table$free > 0][order(table$free[table$free > 0])]
  found / (sizes / mean(sizes))[group]
}

QUICK <- list(se = "none", test = "none", baseline = FALSE, h1 = FALSE, fit.by.level = FALSE)
TOLERANCES <- c(1e-13, 1e-12, 1e-11, 1e-10)
EM <- list(tol = 1e-12, max_iter = 5000)

# lavaan at given values. They are start values in a table that is the model: those that `start` gives
# lose their level.
at_values <- function(arguments, fit, x) {
  table <- parTable(fit)
  table$ustart[table$free > 0] <- x[table$free[table$free > 0]]
  arguments$model <- table[setdiff(names(table), c("est", "se", "start"))]
  arguments$fixed.x <- lavInspect(fit, "options")$fixed.x
  suppressed <- setdiff(names(arguments), c("std.lv", "orthogonal"))
  do.call(lavaan, c(arguments[suppressed], list(optim.method = "none"), EXTRA_OPTIONS))
}

# Newton's method with lavaan's Hessian of fmin, from where its optimiser stops.
polished <- function(case, arguments) {
  quick <- c(arguments[setdiff(names(arguments), names(QUICK))], QUICK)
  for (tolerance in TOLERANCES) {
    fit <- suppressWarnings(call_lavaan(case, c(quick, list(control = modifyList(CONTROL, list(rel.tol = tolerance))))))
    if (lavInspect(fit, "converged")) break
  }
  step <- newton_step(fit, "hessian")
  best <- list(fit = fit, left = stationarity(fit), first = stationarity(fit))
  current <- fit
  for (iteration in 1:20) {
    current <- suppressWarnings(at_values(quick, fit, free_values(current) + step(current)))
    left <- stationarity(current)
    if (!is.finite(left) || (left >= best$left && iteration > 3)) break
    if (left < best$left) best[c("fit", "left")] <- list(current, left)
  }
  best
}

# ---------------------------------------------------------------- one case

MEASURES <- c("npar", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor",
              "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "baseline.chisq.scaling.factor",
              "cfi", "tli", "cfi.scaled", "tli.scaled", "cfi.robust", "tli.robust", "rmsea", "rmsea.scaled", "rmsea.robust",
              "srmr", "srmr_within", "srmr_between", "logl", "unrestricted.logl", "aic", "bic", "ntotal",
              "scaling.factor.h0", "scaling.factor.h1")

measures_of <- function(fit, ...) {
  found <- suppressWarnings(fitMeasures(fit, ...))
  python_names(as.list(unclass(found)[intersect(MEASURES, names(found))]))
}

run <- function(case) {
  started <- proc.time()[["elapsed"]]
  data <- read_data(case$data)
  for (name in case$centred) data[[name]] <- data[[name]] - mean(data[[name]], na.rm = TRUE)
  arguments <- c(list(model = paste(case$model, collapse = "\n"), data = data, cluster = case$cluster),
                 lavaan_options(case$options))
  best <- polished(case, arguments)
  arguments$em.h1.args <- EM
  for (tolerance in c(1e-11, 1e-10, 1e-9)) { # of the baseline model
    arguments$control <- modifyList(CONTROL, list(rel.tol = tolerance))
    final <- with_warnings(at_values(arguments, best$fit, free_values(best$fit)))
    if (!any(grepl("baseline", final$warnings))) break
  }
  fit <- final$value
  table <- parameterEstimates(fit, remove.nonfree = FALSE)
  measures <- measures_of(fit)
  by_level <- lapply(1:2, function(level) tryCatch(measures_of(fit, level = level), error = function(problem) NULL))
  level <- match(table$level, c("within", "between"), nomatch = 0)
  if (is.numeric(table$level)) level <- table$level
  group <- if (is.null(table$group)) 1 else table$group
  cat(sprintf("%-32s %5.1f s  gradient %.1e, %.1e  %s\n", case$name, proc.time()[["elapsed"]] - started, best$first, best$left,
              paste(final$warnings, collapse = " | ")))
  list(
    name = case$name, gradient_max = best$left, warnings = I(final$warnings),
    n_clusters = I(unname(unlist(lavInspect(fit, "nclusters")))), measures = measures,
    by_level = if (any(vapply(by_level, is.null, NA))) NULL else by_level,
    estimates = data.frame(lhs = table$lhs, op = table$op, rhs = table$rhs, level = level, group = group,
                           est = table$est, se = table$se)
  )
}

# ---------------------------------------------------------------- all of them

if (identical(wanted, "data")) {
  write_all_data()
} else {
  cases <- named(read_json_list("two_level_cases.json"))
  path <- file.path(OUT, "two_level.json")
  texts <- list()
  for (name in if (length(wanted)) wanted else names(cases)) {
    found <- tryCatch(run(cases[[name]]), error = function(problem) {
      cat("  !!", name, gsub("[[:space:]]+", " ", conditionMessage(problem)), "\n")
      NULL
    })
    if (!is.null(found)) texts[[name]] <- json(found)
  }
  if (length(wanted) && file.exists(path)) {
    lines <- readLines(path)
    for (line in lines[-c(1, length(lines))]) {
      old <- fromJSON(sub(",$", "", line))$name
      if (!is.null(cases[[old]]) && is.null(texts[[old]])) texts[[old]] <- sub(",$", "", line)
    }
  }
  head <- paste0('{"versions":', json(versions()), ',"cases":[')
  body <- unname(unlist(texts[intersect(names(cases), names(texts))]))
  writeLines(c(head, paste0(body, ifelse(seq_along(body) < length(body), ",", "")), "]}"), path)
}
