# Freeze psych's numbers for tests/test_number_of_factors.py.
#
#   Rscript tests/reference/number_of_factors.R
#
# Made with R 4.2.2 and psych 2.2.9, through their documented functions. Parallel analysis is drawn
# at random: 1000 data sets leave means good to .002 and quantiles to .005. `harman` is R's
# Harman23.cor, eight physical variables of 305 girls, whose two components are Velicer's (1976).

suppressMessages(library(psych))

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))

of_correlations <- function(correlations, n, most) {
  simple <- suppressWarnings(vss(correlations, n = most, fm = "mle", n.obs = n, plot = FALSE))
  adequacy <- KMO(correlations)
  test <- cortest.bartlett(correlations, n = n)
  list(kmo = adequacy$MSA, kmo_items = unname(adequacy$MSAi),
       bartlett = list(chisq = test$chisq, df = test$df, p = test$p.value),
       map = unname(simple$map), vss_1 = simple$cfit.1, vss_2 = simple$cfit.2,
       smc = unname(smc(correlations)))
}

parallel <- function(data, ...) {
  set.seed(20240611)
  capture.output(found <- suppressWarnings(suppressMessages(
    fa.parallel(data, fa = "both", SMC = TRUE, plot = FALSE, n.iter = 1000, ...))))
  drawn <- as.data.frame(unclass(found$values))
  of <- function(letters, how) {
    unname(apply(drawn[grep(paste0("^", letters, "[0-9]+$"), names(drawn))], 2, how))
  }
  q95 <- function(x) quantile(x, .95)
  list(components = found$pc.values, factors = found$fa.values,
       permuted = list(mean = of("C", mean), reference = of("C", q95),
                       reduced_mean = of("F", mean), reduced_reference = of("F", q95)),
       normal = list(mean = of("CSim", mean), reference = of("CSim", q95),
                     reduced_mean = of("Fsim", mean), reduced_reference = of("Fsim", q95)))
}

polychorics <- function(data) {
  set.seed(20240611)
  capture.output(found <- suppressWarnings(suppressMessages(
    fa.parallel(data, fa = "pc", cor = "poly", plot = FALSE, n.iter = 100, correct = 0, sim = FALSE))))
  list(components = found$pc.values, mean = found$pc.simr)
}

pupils <- read_data("HolzingerSwineford1939")[paste0("x", 1:9)]
answers <- read_data("ordinal_five")[paste0("q", 1:10)]
harman <- Harman23.cor$cov

found <- list(
  pupils = of_correlations(cor(pupils), nrow(pupils), 5),
  answers = of_correlations(cor(answers), nrow(answers), 6),
  harman = c(of_correlations(harman, Harman23.cor$n.obs, 4),
             list(correlations = unname(harman), n = Harman23.cor$n.obs)),
  parallel = list(pupils = parallel(pupils), answers = parallel(answers)),
  polychoric = polychorics(answers)
)

writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 12, na = "null", pretty = TRUE),
           file.path(HERE, "number_of_factors.json"))
