# Two levels with ordinal items, by lavaan 0.7-2: thresholds and correlations by quadrature, then
# weighted least squares.
#
#     LAVAAN_LIBRARY=folder Rscript tests/reference/two_level_ordinal.R
#
# Writes data/two_level_ordinal.csv (simulated here) and two_level_ordinal.json beside itself.

HERE <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(HERE, "common.R"))
suppressMessages(library(jsonlite))

simulate_answers <- function(n_clusters = 120) {
  set.seed(20261201)
  sizes <- sample(4:14, n_clusters, TRUE)
  cluster <- rep(seq_len(n_clusters), sizes)
  n <- length(cluster)
  w <- rnorm(n_clusters); x <- rnorm(n)
  fw <- 0.4 * x + rnorm(n); fb <- 0.4 * w + rnorm(n_clusters, sd = 0.6)
  gw <- 0.5 * fw + rnorm(n, sd = 0.8); gb <- 0.6 * fb + rnorm(n_clusters, sd = 0.4)
  item <- function(within, between, load, cuts) {
    y <- load * (within + between[cluster]) + rnorm(n) + rnorm(n_clusters, sd = 0.35)[cluster]
    as.integer(cut(y, c(-Inf, cuts, Inf)))
  }
  loads <- c(1, 0.8, 1.1, 0.7)
  u <- sapply(1:4, function(j) item(fw, fb, loads[j], c(-1.4, -0.2, 1.1) + 0.1 * j))
  v <- sapply(1:3, function(j) item(gw, gb, loads[j], c(-0.8, 0.9) - 0.1 * j))
  b <- item(fw, fb, 0.9, 0.3)
  continuous <- sapply(1:2, function(j)
    2 + c(0.9, 0.7)[j] * (fw + fb[cluster]) + rnorm(n, sd = 0.9) + rnorm(n_clusters, sd = 0.4)[cluster])
  within <- 0.5 * fw + rnorm(n)
  data.frame(
    cluster, district = ifelse(cluster %% 2 == 1, "north", "south"), setNames(as.data.frame(u), paste0("u", 1:4)),
    setNames(as.data.frame(v), paste0("v", 1:3)), b, setNames(as.data.frame(continuous), paste0("c", 1:2)),
    d = within, x, w = w[cluster]
  )
}

write_data(round_numbers(simulate_answers(), 4), "two_level_ordinal")
DATA_SET <- read_data("two_level_ordinal")
ITEMS <- c(paste0("u", 1:4), paste0("v", 1:3), "b")

pairs_of <- function(names) {
  both <- combn(names, 2)
  paste(both[1, ], "~~", both[2, ], collapse = "\n")
}
at_both <- function(text) paste0("level: 1\n", text, "\nlevel: 2\n", text)

TWO <- "f =~ u1 + u2 + u3 + u4\n g =~ v1 + v2 + v3\n g ~ f"
MODELS <- list(
  saturated = list(at_both(pairs_of(c("u1", "u2", "b"))), "WLSMV"),
  saturated_mixed = list(at_both(pairs_of(c("u1", "c1", "v1", "c2"))), "WLSMV"),
  saturated_given = list(
    "level: 1\n u1 + c1 + v1 ~ x\n u1 ~~ c1 + v1\n c1 ~~ v1\nlevel: 2\n u1 + c1 + v1 ~ w\n u1 ~~ c1 + v1\n c1 ~~ v1", "WLSMV"
  ),
  factor = list(at_both("f =~ u1 + u2 + u3 + u4 + b"), "WLSMV"),
  two_factors = list(at_both(TWO), "ULSMV"),
  equal = list(at_both("f =~ u1 + a*u2 + e*u3 + h*u4"), "WLSM"),
  given = list("level: 1\n f =~ u1 + u2 + u3\n f ~ x\nlevel: 2\n f =~ u1 + u2 + u3\n f ~ w", "WLSMVS"),
  mixed = list(at_both("f =~ u1 + c1 + u3 + c2"), "WLSMV"),
  within_only = list("level: 1\n f =~ u1 + u2 + u3\n d ~ f\nlevel: 2\n f =~ u1 + u2 + u3", "WLSMV"),
  effect = list(
    "level: 1\n f =~ u1 + u2 + u3 + u4\n b ~ p*f\nlevel: 2\n f =~ u1 + u2 + u3 + u4\n b ~ q*f\n context := q - p", "WLSMV"
  ),
  saturated_many_nodes = list(at_both(pairs_of(c("u1", "c1", "v1"))), "WLSMV", nodes = 201),
  full_weight = list(at_both("f =~ u1 + u2 + u3"), "WLS"),
  districts = list(
    paste0("group: north\n", at_both("f =~ u1 + u2 + u3"), "\ngroup: south\n", at_both("f =~ u1 + u2 + u3")),
    "WLSMV", group = "district"
  )
)
TESTED <- c(
  "npar", "df", "chisq", "chisq.scaled", "df.scaled", "chisq.scaling.factor", "baseline.chisq",
  "baseline.df", "cfi", "cfi.scaled", "rmsea", "rmsea.scaled", "srmr"
)

freeze <- function(one) {
  used <- intersect(ITEMS, unlist(regmatches(one[[1]], gregexpr("[a-z][0-9]?", one[[1]]))))
  options <- list(estimator = one[[2]], ordered = I(used))
  if (!is.null(one$group)) options$group <- one$group
  arguments <- c(list(one[[1]], DATA_SET, cluster = "cluster"), options)
  if (!is.null(one$nodes)) arguments$integration.ngh <- one$nodes
  arguments$ordered <- used
  fit <- suppressWarnings(do.call(sem, arguments))
  again <- try(suppressWarnings(do.call(sem, c(arguments, list(start = parTable(fit))))), silent = TRUE)
  if (!inherits(again, "try-error") && lavInspect(again, "converged")) fit <- again
  table <- parTable(fit)
  table <- table[table$free > 0, ]
  found <- fitMeasures(fit)
  standard <- parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE)
  standard <- standard[standard$op %in% c("=~", "~", "~~", "|"), ]
  list(
    model = one[[1]], options = options, nodes = if (is.null(one$nodes)) 21 else one$nodes,
    standardized = as.list(standard[intersect(c("lhs", "op", "rhs", "level", "group", "std.all"), names(standard))]), names = names(coef(fit)), estimates = unname(coef(fit)), se = table$se,
    measures = as.list(unclass(found)[intersect(TESTED, names(found))])
  )
}

cases <- lapply(MODELS, freeze)
write_json(
  list(lavaan = as.character(packageVersion("lavaan")), cases = cases),
  file.path(HERE, "two_level_ordinal.json"), auto_unbox = TRUE, digits = NA, pretty = 1, na = "null"
)
