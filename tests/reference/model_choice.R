# Freeze tests of models that are not nested in each other, for tests/test_model_choice.py.
#
#   LAVAAN_LIBRARY=/path/to/lavaan-0.7 Rscript tests/reference/model_choice.R
#
# Vuong's tests, and intervals of differences of AIC and BIC, are nonnest2's. Made with lavaan 0.7-2 and
# nonnest2 0.5-7.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))
suppressPackageStartupMessages(library(nonnest2))

pupils <- read_data("HolzingerSwineford1939")
nations <- read_data("PoliticalDemocracy")

THREE <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
MEASURE <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8"
models <- list(
  three = THREE,
  moved = "visual =~ x1 + x2\ntextual =~ x3 + x4 + x5 + x6\nspeed =~ x7 + x8 + x9",
  crossed = paste0(THREE, "\nvisual =~ x9"),
  one = "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9",
  two = "a =~ x1 + x2 + x3\nb =~ x4 + x5 + x6 + x7 + x8 + x9",
  path = paste0(THREE, "\ntextual ~ visual\nspeed ~ textual"),
  turned = paste0(THREE, "\nvisual ~ speed\ntextual ~ speed\nvisual ~~ 0*textual"),
  chain = paste0(MEASURE, "\ndem60 ~ ind60\ndem65 ~ dem60"),
  fork = paste0(MEASURE, "\ndem60 ~ ind60\ndem65 ~ ind60\ndem60 ~~ 0*dem65"),
  alone = paste0(MEASURE, "\ndem60 ~~ 0*ind60\ndem65 ~ dem60 + ind60")
)
pairs <- list(
  c("three", "moved"), c("three", "two"), c("one", "two"), c("moved", "two"), c("path", "turned"),
  c("moved", "crossed"), c("path", "moved"), c("chain", "fork"), c("chain", "alone"), c("fork", "alone")
)
gradient <- function(fit) as.vector(lavInspect(fit, "gradient"))
data_of <- function(name) if (grepl("ind60", models[[name]])) nations else pupils
fit_of <- function(name) {
  case <- list(`function` = "sem", name = name)
  arguments <- list(model = models[[name]], data = data_of(name), meanstructure = TRUE, information = "observed")
  fit <- suppressWarnings(converged_fit(case, arguments))
  for (what in c("hessian", "information.expected")) {
    if (stationarity(fit) < 1e-11) break
    fit <- suppressWarnings(polish(case, arguments, fit, newton_step(fit, what)))
  }
  fit
}

found <- list()
for (pair in pairs) {
  one <- fit_of(pair[1])
  other <- fit_of(pair[2])
  test <- vuongtest(one, other)
  criteria <- icci(one, other)
  found[[length(found) + 1]] <- list(
    first = pair[1], second = pair[2],
    variance = test$omega, p_indistinguishable = test$p_omega, z = test$LRTstat,
    p_first = test$p_LRT$A, p_second = test$p_LRT$B,
    aic = unname(criteria$AICci), bic = unname(criteria$BICci)
  )
}
writeLines(jsonlite::toJSON(list(models = models, pairs = found), auto_unbox = TRUE, digits = 17, pretty = TRUE),
           file.path(HERE, "model_choice.json"))
