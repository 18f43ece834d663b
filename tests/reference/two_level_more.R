# Two levels with missing answers and with random slopes, by lavaan 0.7-2.
#
#     LAVAAN_LIBRARY=folder Rscript tests/reference/two_level_more.R
#
# Writes data/two_level_more.csv (simulated here) and two_level_more.json beside itself. The optimiser
# is started again from its own estimates until these hardly move.

HERE <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(HERE, "common.R"))
suppressMessages(library(jsonlite))

simulate_clusters <- function(n_clusters = 80) {
  set.seed(20261129)
  sizes <- sample(3:14, n_clusters, TRUE)
  cluster <- rep(seq_len(n_clusters), sizes)
  n <- length(cluster)
  w <- rnorm(n_clusters); v <- 0.4 * w + rnorm(n_clusters)
  slope <- 0.5 + 0.2 * w + rnorm(n_clusters, sd = 0.4)
  other <- 0.3 + rnorm(n_clusters, sd = 0.3)
  x <- rnorm(n); u <- 0.3 * x + rnorm(n)
  between <- 0.5 * w + 0.3 * v + rnorm(n_clusters, sd = 0.7)
  within <- slope[cluster] * x + other[cluster] * u + rnorm(n, sd = 0.8)
  y <- sapply(1:4, function(j) {
    l <- c(1, 0.8, 1.2, 0.7)[j]
    2 * j + l * (within + between[cluster]) + rnorm(n, sd = 0.7) + rnorm(n_clusters, sd = 0.3)[cluster]
  })
  m <- 0.5 * x + 0.4 * between[cluster] + rnorm(n) + rnorm(n_clusters, sd = 0.4)[cluster]
  data <- data.frame(cluster, setNames(as.data.frame(y), paste0("y", 1:4)), m, x, u, w = w[cluster], v = v[cluster])
  gaps <- remove_at_random(data, paste0("y", 1:4), 0.12)
  gaps$m[runif(n) < plogis(-2 + data$x)] <- NA
  lost <- sample(n_clusters, 8)
  gaps$v[gaps$cluster %in% lost] <- NA
  names(gaps) <- c("cluster", paste0("g", 1:4), "gm", "x", "u", "w", "gv")
  cbind(data, gaps[c(paste0("g", 1:4), "gm", "gv")])
}

write_data(round_numbers(simulate_clusters(), 4), "two_level_more")
DATA_SET <- read_data("two_level_more")

MISSING <- list(
  cfa = "level: 1\n fw =~ g1 + g2 + g3 + g4\nlevel: 2\n fb =~ g1 + g2 + g3 + g4",
  covariates = "level: 1\n fw =~ g1 + g2 + g3 + g4\n fw ~ x + u\nlevel: 2\n fb =~ g1 + g2 + g3 + g4\n fb ~ w",
  paths = "level: 1\n g1 ~ x\n g2 ~ g1 + x\nlevel: 2\n g1 ~ w\n g2 ~ g1 + w",
  equal = "level: 1\n fw =~ g1 + a*g2 + b*g3 + c*g4\nlevel: 2\n fb =~ g1 + a*g2 + b*g3 + c*g4",
  no_residual = "level: 1\n fw =~ g1 + g2 + g3\nlevel: 2\n fb =~ g1 + g2 + g3\n g1 ~~ 0*g1",
  mediation = "level: 1\n gm ~ a*x\n g1 ~ b*gm + x\nlevel: 2\n gm ~ w\n g1 ~ gm + w\n ind := a*b",
  within_only = "level: 1\n fw =~ g1 + g2 + g3\n fw ~ gm\n gm ~ x\nlevel: 2\n fb =~ g1 + g2 + g3",
  random_x = "level: 1\n fw =~ g1 + g2 + g3\nlevel: 2\n fb =~ g1 + g2 + g3\n fb ~ gv"
)
SLOPES <- list(
  one = 'level: 1\n y1 ~ rv("s")*x\nlevel: 2\n y1 ~ w',
  explained = 'level: 1\n y1 ~ rv("s")*x + u\nlevel: 2\n y1 ~ w\n s ~ w\n y1 ~~ s',
  covary = 'level: 1\n y1 ~ rv("s")*x\nlevel: 2\n y1 ~~ s',
  two = 'level: 1\n y1 ~ rv("s")*x + rv("t")*u\nlevel: 2\n y1 ~ w\n s ~ w\n t ~ w\n s ~~ t\n s ~~ y1\n t ~~ y1',
  two_apart = 'level: 1\n y1 ~ rv("s")*x + rv("t")*u\nlevel: 2\n y1 ~ w',
  factor = 'level: 1\n fw =~ y1 + y2 + y3\n fw ~ rv("s")*x\nlevel: 2\n fb =~ y1 + y2 + y3\n fb ~ w\n s ~ w',
  factor_covary = 'level: 1\n fw =~ y1 + y2 + y3 + y4\n fw ~ rv("s")*x + u\nlevel: 2\n fb =~ y1 + y2 + y3 + y4\n fb ~ w + v\n s ~ w\n fb ~~ s',
  factor_two = 'level: 1\n fw =~ y1 + y2 + y3\n fw ~ rv("s")*x + rv("t")*u\nlevel: 2\n fb =~ y1 + y2 + y3\n s ~~ fb\n t ~~ fb\n s ~~ t',
  factor_only = 'level: 1\n fw =~ y1 + y2 + y3\n fw ~ rv("s")*x\nlevel: 2\n y1 ~~ y2\n y1 ~~ y3\n y2 ~~ y3',
  equal = 'level: 1\n fw =~ y1 + a*y2 + b*y3\n fw ~ rv("s")*x\nlevel: 2\n fb =~ y1 + a*y2 + b*y3\n s ~ 1\n s ~~ fb',
  gaps = 'level: 1\n fw =~ g1 + g2 + g3\n fw ~ rv("s")*x\nlevel: 2\n fb =~ g1 + g2 + g3\n fb ~ w\n s ~ w'
)

# Models with random slopes are fitted once: a second start leaves them without standard errors.
again <- function(text, ...) {
  fit <- sem(text, DATA_SET, cluster = "cluster", ...)
  for (turn in seq_len(if (grepl("rv(", text, fixed = TRUE)) 0 else 2)) {
    next_fit <- try(sem(text, DATA_SET, cluster = "cluster", start = parTable(fit), ...), silent = TRUE)
    if (inherits(next_fit, "try-error") || !lavInspect(next_fit, "converged")) break
    if (fitMeasures(next_fit, "logl") < fitMeasures(fit, "logl")) break
    fit <- next_fit
  }
  fit
}

freeze <- function(text, options, measures) {
  fit <- do.call(again, c(list(text), options))
  table <- parameterTable(fit)
  table <- table[table$free > 0, ]
  list(
    model = text, options = options, names = names(coef(fit)), estimates = unname(coef(fit)),
    se = table$se, measures = as.list(unclass(fitMeasures(fit, measures)))
  )
}

TESTED <- c("npar", "df", "chisq", "logl", "unrestricted.logl", "baseline.chisq", "cfi", "srmr_within", "srmr_between", "bic", "ntotal")
cases <- list()
for (name in names(MISSING)) {
  options <- list(missing = "ml")
  if (name == "random_x") options$fixed.x <- FALSE
  cases[[paste0("missing_", name)]] <- freeze(MISSING[[name]], options, TESTED)
}
cases$missing_covariates_mlr <- freeze(
  MISSING$covariates, list(missing = "ml", estimator = "MLR"),
  c(TESTED, "chisq.scaled", "chisq.scaling.factor")
)
for (name in names(SLOPES)) {
  options <- if (name == "gaps") list(missing = "ml") else list()
  cases[[paste0("slopes_", name)]] <- freeze(SLOPES[[name]], options, c("npar", "logl", "aic", "bic"))
}
for (name in c("explained", "factor")) {
  cases[[paste0("slopes_", name, "_mlr")]] <- freeze(SLOPES[[name]], list(estimator = "MLR"), c("npar", "logl", "aic", "bic"))
}
write_json(
  list(lavaan = as.character(packageVersion("lavaan")), cases = cases),
  file.path(HERE, "two_level_more.json"), auto_unbox = TRUE, digits = NA, pretty = 1, na = "null"
)
