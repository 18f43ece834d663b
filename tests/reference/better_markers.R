# Which marker lavaan 0.7-2 takes where the first indicator is poor (bad.marker.crit), and the fit that it has then.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/better_markers.R
#
# Writes better_markers.json beside itself. Data: Holzinger & Swineford (1939), the same with gaps, and its items cut at thirds of their range.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "frozen_fits.R"))

four <- "f =~ x2 + x1 + x3 + x4"
all <- "f =~ x7 + x8 + x9 + x1\ng =~ x2 + x4 + x5 + x6 + x3"
B <- function(value, ...) list(bad.marker.crit = value, ...)
answers <- paste0("x", 1:4)

CASES <- list(
  below = list(four, "pupils", B(0.35)), just_above = list(four, "pupils", B(0.3543)), far = list(four, "pupils", B(0.53)), too_far = list(four, "pupils", B(0.54)),
  two_factors = list(all, "pupils", B(0.35)), two_factors_both = list(all, "pupils", B(0.42)),
  groups_below = list(four, "pupils", B(0.36, group = "school")), groups = list(four, "pupils", B(0.37, group = "school")),
  equal = list(four, "pupils", B(0.4, group = "school", group.equal = c("loadings", "intercepts"))),
  fiml = list(four, "gaps", B(0.4, missing = "ml")), mlr = list(four, "pupils", B(0.4, estimator = "MLR")), wls = list(four, "pupils", B(0.4, estimator = "WLS")),
  items_below = list(four, "items", B(0.398, ordered = answers)), items = list(four, "items", B(0.4, ordered = answers)),
  residuals = list(paste0(four, "\nx2 ~~ x1"), "pupils", B(0.4)),
  second_order = list("a =~ x2 + x1 + x3\nb =~ x4 + x5 + x6\nc =~ x7 + x8 + x9\nt =~ a + b + c", "pupils", B(0.42)),
  predicted = list(paste0(four, "\nf ~ ageyr + sex\nx9 ~ f"), "pupils", B(0.4))
)
keep_fits(CASES, list(pupils = pupils, gaps = gaps, items = items), list(), "better_markers.json", c("chisq", "df", "srmr"), search = GAUSS_NEWTON)
