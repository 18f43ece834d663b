# Freeze summaries and decompositions of estimates by choices for tests/test_specification_curve.py.
#
#   Rscript tests/reference/specification_curve.R
#
# What specr 1.0 calls: stats::median, mad, quantile for its summaries; for icc_specs the variances
# (VarCorr) of lme4::lmer(estimate ~ 1 + (1 | choice) + ...). Sums of squares of each choice beyond the
# others are stats::drop1's. Made with R's stats and lme4 1.1-31. The estimates are a formula of their
# place, so that nothing needs to be drawn.

suppressPackageStartupMessages({library(lme4); library(jsonlite)})

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

whole <- expand.grid(model = 1:4, items = 1:5, missing = 1:3)
place <- seq_len(nrow(whole))
whole$estimate <- 0.3 + c(0, 0.11, 0.05, 0.2)[whole$model] + c(0, -0.04, 0.07, 0.02, -0.1)[whole$items] +
  c(0, 0.03, -0.05)[whole$missing] + 0.02 * sin(7 * place) + 0.015 * cos(3 * place^1.5)
designs <- list(balanced = whole, unbalanced = whole[place %% 7 != 3 & place > 4, ])

described <- function(design) {
  factors <- transform(design, model = factor(model), items = factor(items), missing = factor(missing))
  fit <- lmer(estimate ~ 1 + (1 | model) + (1 | items) + (1 | missing), factors,
              control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14)))
  variances <- as.data.frame(VarCorr(fit))
  sums <- drop1(lm(estimate ~ model + items + missing, factors))
  total <- sum((design$estimate - mean(design$estimate))^2)
  list(
    data = design,
    variances = as.list(setNames(variances$vcov, variances$grp)),
    eta_squared = as.list(setNames(sums[["Sum of Sq"]][-1] / total, rownames(sums)[-1])),
    median = median(design$estimate),
    mad = mad(design$estimate),
    quartiles = unname(quantile(design$estimate, c(0.25, 0.75)))
  )
}

write(toJSON(lapply(designs, described), auto_unbox = TRUE, digits = NA, pretty = TRUE),
      file.path(script_folder(), "specification_curve.json"))
