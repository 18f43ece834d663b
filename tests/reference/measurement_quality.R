# Freeze semTools' and psych's numbers for tests/test_reliability_coefficients.py and
# tests/test_validity.py.
#
#   Rscript tests/reference/measurement_quality.R
#
# Made with R 4.2.2, lavaan 0.6-14, semTools 0.5-6 and psych 2.2.9, through their documented
# functions. semTools' AVE weighs items by their variances; of standardised items it is the mean of
# squared standardised loadings. psych's glb.fa is exact for three items only.

suppressMessages({library(lavaan); library(semTools)})

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))

PUPILS <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
FOUR <- paste("A =~ y1 + y2 + y3 + y4 + y5", "B =~ y6 + y7 + y8 + y9 + y10",
              "C =~ y11 + y12 + y13 + y14 + y15", "D =~ y16 + y17 + y18 + y19 + y20", sep = "\n")
ANSWERS <- "A =~ q1 + q2 + q3 + q4 + q5\nB =~ q6 + q7 + q8 + q9 + q10"
BIFACTOR <- paste0("G =~ ", paste0("y", 1:20, collapse = " + "), "\n", FOUR)

omega <- function(fit, ...) as.list(unclass(compRelSEM(fit, obs.var = FALSE, ...)))
alpha_of <- function(fit, ...) as.list(unclass(compRelSEM(fit, tau.eq = TRUE, ...)))
square <- function(found) {
  whole <- unclass(found)
  whole[upper.tri(whole)] <- t(whole)[upper.tri(whole)]
  names <- rownames(whole)
  list(names = names, values = unname(as.matrix(whole)))
}
standard_ave <- function(text, data, ...) {
  as.list(unclass(AVE(cfa(text, as.data.frame(scale(data)), ...), obs.var = FALSE)))
}
fixed_at <- function(fit, cutoff) {
  found <- suppressWarnings(discriminantValidity(fit, cutoff = cutoff))
  list(cutoff = cutoff, estimate = found$est, lower = found$ci.lower, upper = found$ci.upper,
       chisq_diff = found$`Chisq diff`, p = found$`Pr(>Chisq)`)
}
items_of <- function(data) {
  found <- psych::alpha(data, check.keys = FALSE, warnings = FALSE)
  list(alpha = found$total$raw_alpha, mean_correlation = found$total$average_r,
       alpha_if_deleted = found$alpha.drop$raw_alpha, item_rest = found$item.stats$r.drop)
}

pupils <- read_data("HolzingerSwineford1939")
four <- read_data("simulated_four_factors")
gaps <- read_data("hs_missing")
answers <- read_data("ordinal_five")
ordered <- paste0("q", 1:10)

whole <- cfa(PUPILS, pupils, std.lv = TRUE)
incomplete <- cfa(PUPILS, gaps, missing = "fiml")
ordinal <- cfa(ANSWERS, answers, ordered = ordered)
by_group <- cfa(PUPILS, pupils, group = "school")
group_omega <- compRelSEM(by_group, obs.var = FALSE)

found <- list(
  pupils = list(
    omega = omega(whole), alpha = alpha_of(whole), ave = standard_ave(PUPILS, pupils[paste0("x", 1:9)]),
    maximal = lapply(c(visual = 1, textual = 4, speed = 7), function(first) {
      text <- paste0("f =~ ", paste0("x", first + 0:2, collapse = " + "))
      as.numeric(maximalRelia(cfa(text, pupils)))
    }),
    htmt = square(htmt(PUPILS, pupils, htmt2 = FALSE)), htmt2 = square(htmt(PUPILS, pupils, htmt2 = TRUE)),
    tests = lapply(c(1, .9, .85, .8), function(cutoff) fixed_at(whole, cutoff)),
    items = lapply(list(visual = 1:3, textual = 4:6, speed = 7:9), function(own) items_of(pupils[paste0("x", own)])),
    glb_of_three = psych::glb.fa(cor(pupils[paste0("x", 1:3)]))$glb
  ),
  groups = list(omega = lapply(split(as.data.frame(group_omega)[c("visual", "textual", "speed")], group_omega$group),
                               as.list)),
  incomplete = list(omega = omega(incomplete), alpha = alpha_of(incomplete),
                    htmt = square(htmt(PUPILS, gaps, missing = "fiml", htmt2 = FALSE))),
  four = list(
    second_order = omega(cfa(paste0(FOUR, "\nG =~ A + B + C + D"), four), higher = "G"),
    bifactor = omega(cfa(BIFACTOR, four, orthogonal = TRUE, std.lv = TRUE)),
    crossed = omega(cfa(paste0(FOUR, "\nA =~ y6\ny1 ~~ y2"), four)),
    ave = standard_ave(FOUR, four),
    htmt = square(htmt(FOUR, four, htmt2 = FALSE))
  ),
  ordinal = list(
    omega = omega(ordinal), omega_latent = omega(ordinal, ord.scale = FALSE),
    alpha = alpha_of(ordinal), alpha_latent = alpha_of(ordinal, ord.scale = FALSE),
    ave = as.list(unclass(AVE(ordinal, obs.var = FALSE))),
    htmt = square(htmt(ANSWERS, answers, ordered = ordered, htmt2 = FALSE)),
    htmt2 = square(htmt(ANSWERS, answers, ordered = ordered, htmt2 = TRUE)),
    items = lapply(list(A = 1:5, B = 6:10), function(own) items_of(answers[paste0("q", own)]))
  )
)

writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 12, na = "null", pretty = TRUE),
           file.path(HERE, "measurement_quality.json"))
