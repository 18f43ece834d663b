# Freeze lavaan's and rsem's numbers for tests/test_influence.py and
# tests/test_influence_robust.py.
#
#   LAVAAN_LIBRARY=... Rscript tests/reference/influence.R
#
# Made with R 4.2.2, lavaan 0.7-2 and rsem 0.5.1, through their documented functions. What a unit
# does is had by refitting without it; generalised Cook's distance (Pek & MacCallum, 2011) and the
# likelihood displacement (Cook, 1986) are written out with lavaan's estimates, their covariance
# matrix and log-likelihood. First-order influence is lavScores times the inverse information.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))
suppressMessages(library(rsem))

PUPILS <- paste("visual =~ x1 + x2 + x3", "textual =~ x4 + x5 + x6", "speed =~ x7 + x8 + x9",
                "speed ~ visual + textual", sep = "\n")
ANSWERS <- "A =~ q1 + q2 + q3\nB =~ q6 + q7 + q8\nB ~ A"

gradient <- function(fit) as.vector(lavInspect(fit, "gradient"))

# lavaan's solution, polished by Newton steps with whichever matrix leaves the smallest gradient.
fitted <- function(text, data, ...) {
  case <- list(`function` = "sem", name = "influence")
  arguments <- list(model = text, data = data, ...)
  best <- converged_fit(case, arguments)
  for (what in c("hessian", "information.observed", "information.expected")) {
    polished <- suppressWarnings(tryCatch(polish(case, arguments, best, newton_step(best, what)),
                                          error = function(e) best))
    if (stationarity(polished) < stationarity(best)) best <- polished
  }
  cat(format(stationarity(best), digits = 3), "")
  best
}

path_values <- function(fit) {
  table <- parameterEstimates(fit)
  paths <- table[table$op == "~", ]
  list(names = paste0(paths$lhs, "~", paths$rhs), estimate = paths$est, se = paths$se, p_value = paths$pvalue)
}

# Log-likelihood of all rows at the estimates without a unit.
displacement <- function(whole, fit, text, data, ...) {
  there <- parTable(whole)
  there$est <- there$start <- parTable(fit)$est
  moved <- lavaan(there, data, do.fit = FALSE, ...)
  2 * (as.numeric(fitMeasures(whole, "logl")) - as.numeric(logLik(moved)))
}

without <- function(whole, text, data, units, of, ...) {
  lapply(units, function(unit) {
    fit <- fitted(text, data[of != unit, ], ...)
    move <- coef(whole) - coef(fit)
    found <- list(unit = unit, paths = path_values(fit), chisq = fitMeasures(fit, "chisq")[[1]])
    found$cook <- tryCatch(c(t(move) %*% solve(vcov(fit)) %*% move), error = function(e) NULL)
    found
  })
}

pupils <- read_data("HolzingerSwineford1939")
gaps <- read_data("hs_missing")
clustered <- read_data("hs_clustered")
answers <- read_data("ordinal_five")
democracy <- read_data("PoliticalDemocracy")
DEMOCRACY <- paste("ind60 =~ x1 + x2 + x3", "dem60 =~ y1 + y2 + y3 + y4", "dem65 =~ y5 + y6 + y7 + y8",
                   "dem60 ~ ind60", "dem65 ~ ind60 + dem60", sep = "\n")

rows <- seq_len(nrow(pupils))
plain <- fitted(PUPILS, pupils, meanstructure = TRUE)
incomplete <- fitted(PUPILS, gaps, missing = "fiml", information = "observed")
by_school <- fitted(PUPILS, clustered, cluster = "classroom", estimator = "MLR")
grouped <- fitted(PUPILS, pupils, group = "school")
ordinal <- fitted(ANSWERS, answers, ordered = paste0("q", c(1:3, 6:8)))
nations <- fitted(DEMOCRACY, democracy, meanstructure = TRUE)

scores <- lavScores(nations)
bread <- solve(lavInspect(fitted(DEMOCRACY, democracy, meanstructure = TRUE, information = "observed"),
                          "information.observed"))
influence <- scores %*% bread / nrow(democracy)

displaced <- lapply(c(1, 12, 40), function(unit) {
  fit <- fitted(DEMOCRACY, democracy[-unit, ], meanstructure = TRUE)
  list(unit = unit, value = displacement(nations, fit, DEMOCRACY, democracy))
})

robust <- function(data, model, varphi) {
  sink(tempfile())
  on.exit(sink())
  x <- data.matrix(data)
  pattern <- rsem.pattern(x)
  moments <- rsem.emmusig(pattern, varphi = varphi, max.it = 100000)
  spread <- rsem.Ascov(pattern, moments, varphi = varphi)
  weights <- rsem.weight(x, varphi, moments$mu, moments$sigma)
  found <- rsem.lavaan(data, model, varphi = varphi, max.it = 100000)
  table <- parameterEstimates(found$lavaan)
  list(varphi = varphi, mean = as.numeric(moments$mu), covariance = unname(as.matrix(moments$sigma)),
       spread = as.numeric(diag(spread$Gamma)), w1 = as.numeric(weights$w1), names = names(coef(found$lavaan)),
       estimates = as.numeric(coef(found$lavaan)), se = as.numeric(found$se$se[[1]]),
       tests = lapply(found$fit, function(one) as.numeric(one[[1]])))
}

NINE <- paste0("x", 1:9)
found <- list(
  rows = list(whole = path_values(plain), chisq = fitMeasures(plain, "chisq")[[1]],
              without = without(plain, PUPILS, pupils, c(1, 71, 85, 268), rows, meanstructure = TRUE)),
  nations = list(whole = path_values(nations),
                 without = without(nations, DEMOCRACY, democracy, c(1, 12, 40), seq_len(75), meanstructure = TRUE),
                 displaced = displaced,
                 influence = list(names = names(coef(nations)), rows = c(1, 12, 40),
                                  values = unname(influence[c(1, 12, 40), ]))),
  incomplete = list(without = without(incomplete, PUPILS, gaps, c(1, 71, 268), rows, missing = "fiml",
                                      information = "observed")),
  clusters = list(whole = path_values(by_school),
                  without = without(by_school, PUPILS, clustered, sort(unique(clustered$classroom))[1:3],
                                    clustered$classroom, cluster = "classroom", estimator = "MLR")),
  groups = list(without = without(grouped, PUPILS, pupils, c(1, 268), rows, group = "school")),
  ordinal = list(without = without(ordinal, ANSWERS, answers, c(1, 50), seq_len(nrow(answers)),
                                   ordered = paste0("q", c(1:3, 6:8)))),
  robust = list(complete = robust(pupils[NINE], PUPILS, 0.1), some = robust(pupils[NINE], PUPILS, 0.05),
                incomplete = robust(gaps[NINE], PUPILS, 0.1))
)

write_json(found, file.path(OUT, "influence.json"), digits = NA, auto_unbox = TRUE, pretty = FALSE)
cat("wrote influence.json\n")
