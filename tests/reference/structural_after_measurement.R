# Freeze lavaan's structures fitted after their measurement, for tests/test_structural_after_measurement.py.
#
#   LAVAAN_LIBRARY=/path/to/lavaan-0.7 Rscript tests/reference/structural_after_measurement.R
#
# lavaan's `sam` is used through its documented results. Made with lavaan 0.7-2, whose optimiser stops at
# about 1e-6; `one_factor_twice.csv` is drawn here.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "version.R"))
read_data <- function(name) read.csv(file.path(HERE, "data", paste0(name, ".csv")), check.names = FALSE)

pupils <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9"
chain <- paste0(pupils, "\ng ~ f\nh ~ g")
democracy <- paste("ind60 =~ x1 + x2 + x3", "dem60 =~ y1 + y2 + y3 + y4", "dem65 =~ y5 + y6 + y7 + y8",
                   "dem60 ~ ind60", "dem65 ~ ind60 + dem60", "y1 ~~ y5", "y2 ~~ y4 + y6", "y3 ~~ y7",
                   "y4 ~~ y8", "y6 ~~ y8", sep = "\n")
labels <- paste0("f =~ x1 + a*x2 + b*x3\ng =~ x4 + a*x5 + x6\nh =~ x7 + x8 + x9\ng ~ c*f\nh ~ c*f + g")
four <- "F1 =~ x1 + x2 + x3 + x4\nF2 =~ x5 + x6 + x7 + x8\nF2 ~ F1"

set.seed(13)
trait <- rnorm(60)
twice <- as.data.frame(sapply(1:6, function(item) 0.8 * trait + 0.6 * rnorm(60)))
third <- 0.5 * trait + 0.8 * rnorm(60)
twice <- round(cbind(twice, sapply(1:3, function(item) 0.8 * third + 0.6 * rnorm(60))), 4)
names(twice) <- paste0("x", 1:9)
write.csv(twice, file.path(HERE, "data", "one_factor_twice.csv"), row.names = FALSE)

cases <- list(
  democracy_local = list(democracy, "PoliticalDemocracy"),
  democracy_global = list(democracy, "PoliticalDemocracy", sam_method = "global"),
  chain_local = list(chain, "HolzingerSwineford1939"),
  chain_global = list(chain, "HolzingerSwineford1939", sam_method = "global"),
  observed_local = list(paste0(chain, "\nh ~ ageyr"), "HolzingerSwineford1939"),
  observed_global = list(paste0(chain, "\nh ~ ageyr"), "HolzingerSwineford1939", sam_method = "global"),
  outcome_local = list("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + ageyr\nagemo ~ g + f", "HolzingerSwineford1939"),
  groups_local = list(paste0(chain, "\nh ~ ageyr"), "HolzingerSwineford1939", group = "school"),
  groups_global = list(chain, "HolzingerSwineford1939", group = "school", sam_method = "global"),
  equal_local = list(chain, "HolzingerSwineford1939", group = "school",
                     group.equal = c("loadings", "intercepts", "regressions")),
  equal_global = list(chain, "HolzingerSwineford1939", group = "school", sam_method = "global",
                      group.equal = c("loadings", "intercepts", "regressions")),
  gaps_local = list(chain, "hs_missing", missing = "ml"),
  gaps_global = list(chain, "hs_missing", missing = "ml", sam_method = "global"),
  observed_information = list(chain, "HolzingerSwineford1939", information = "observed"),
  labels_local = list(labels, "HolzingerSwineford1939", mm_list = list(c("f", "g"), "h")),
  labels_global = list(labels, "HolzingerSwineford1939", mm_list = list(c("f", "g"), "h"), sam_method = "global"),
  together = list(chain, "HolzingerSwineford1939", mm_list = list(c("f", "g"), "h")),
  single_item = list("f =~ x1 + x2 + x3\ng =~ x4\nh =~ x7 + x8 + x9\ng ~ f\nh ~ f + g", "HolzingerSwineford1939"),
  factors = list(pupils, "HolzingerSwineford1939"),
  defined = list("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\ng ~ a*f\nh ~ b*g\nab := a*b",
                 "HolzingerSwineford1939"),
  less_error = list(paste0(pupils, "\nh ~ f + g"), "one_factor_twice")
)

# Errors without normality (se = "local" takes Gamma without bias unless there are clusters), and ordinal items.
items <- paste0("x", 1:9)
saturated <- paste0(chain, " + f")
given <- paste0(pupils, "\nf ~ sex + age\ng ~ f + sex + age\nh ~ f + g + sex + age")
mixed <- c("x1", "x2", "x4", "x5", "x6", "x7")
questions <- "f =~ q1 + q2 + q3\ng =~ q4 + q5 + q6\nh =~ q7 + q8 + q9\ng ~ f\nh ~ g + f"
ordinal <- function(text, ...) list(text, "ordinal_three", ordered = items, ...)

cases <- c(cases, list(
  robust_local = list(chain, "HolzingerSwineford1939", se = "local"),
  robust_groups_local = list(chain, "HolzingerSwineford1939", se = "local", group = "school"),
  robust_observed_local = list(paste0(chain, "\nh ~ ageyr"), "HolzingerSwineford1939", se = "local"),
  clusters_local = list(chain, "HolzingerSwineford1939", se = "local", cluster = "agemo"),
  clusters_observed_local = list(paste0(chain, "\nh ~ ageyr"), "HolzingerSwineford1939", se = "local", cluster = "agemo"),
  clusters_groups_local = list(chain, "HolzingerSwineford1939", se = "local", cluster = "agemo", group = "school"),
  clusters_global = list(chain, "HolzingerSwineford1939", cluster = "agemo", sam_method = "global"),
  ordinal_local = ordinal(saturated, se = "local"),
  ordinal_two_factors_local = ordinal("f =~ x1 + x2 + x3 + x9\ng =~ x4 + x5 + x6\ng ~ f", se = "local"),
  ordinal_unweighted_local = ordinal("f =~ x1 + x2 + x3 + x9\ng =~ x4 + x5 + x6\ng ~ f", se = "local", estimator = "ULSMV"),
  ordinal_theta_local = ordinal(saturated, se = "local", parameterization = "theta"),
  ordinal_given_local = ordinal(given, se = "local"),
  ordinal_outcome_local = ordinal(paste0(saturated, "\nage ~ f + g + h"), se = "local"),
  ordinal_groups_local = ordinal(saturated, se = "local", group = "school"),
  ordinal_equal_local = ordinal(saturated, se = "local", group = "school", group.equal = c("loadings", "thresholds")),
  ordinal_clusters_local = ordinal(saturated, se = "local", cluster = "age"),
  ordinal_weights_local = ordinal(saturated, se = "local", sampling.weights = "age"),
  ordinal_mixed_local = list(saturated, "mixed_items", se = "local", ordered = mixed),
  ordinal_beside_local = list("g =~ x4 + x5 + x6\nh =~ x8 + x9 + x3\nh ~ g", "mixed_items",
                              se = "local", ordered = mixed[3:5]),
  ordinal_mixed_given_local = list(given, "mixed_items", se = "local", ordered = mixed),
  robust_less_error_local = list(paste0(pupils, "\nh ~ f + g"), "one_factor_twice", se = "local"),
  ordinal_gaps_local = list(questions, "ordinal_five_missing", se = "local", ordered = paste0("q", 1:9), missing = "pairwise"),
  ordinal_less_error_local = list(questions, "ordinal_five_missing", se = "local", ordered = paste0("q", 1:9)),
  ordinal_chain_local = ordinal(chain, se = "local"),
  ordinal_global = ordinal(chain, sam_method = "global"),
  ordinal_groups_global = ordinal(chain, sam_method = "global", group = "school")
))

answers <- read_data("ordinal_three")
answers[setdiff(items, mixed)] <- read_data("HolzingerSwineford1939")[setdiff(items, mixed)]
write.csv(answers, file.path(HERE, "data", "mixed_items.csv"), row.names = FALSE)

frozen <- lapply(cases, function(case) {
  options <- case[-(1:2)]
  fit <- suppressWarnings(suppressMessages(do.call("sam", c(
    list(model = case[[1]], data = read_data(case[[2]])), options,
    list(bad.marker.crit = 0)))))
  table <- as.data.frame(parameterEstimates(fit, remove.step1 = FALSE))
  if (is.null(table$group)) table$group <- 1
  table <- table[table$op != ":=" | table$lhs != "", c("lhs", "op", "rhs", "group", "est", "se")]
  found <- list(text = case[[1]], data = case[[2]], estimates = table)
  if (!identical(options$sam_method, "global")) {
    measures <- suppressWarnings(suppressMessages(fitMeasures(fit)))
    found$measures <- as.list(unclass(measures)[c("chisq", "df", "cfi", "rmsea", "srmr")])
    if (is.null(options$ordered)) {
      found$test <- as.list(unclass(measures)[c("chisq.scaled", "chisq.scaling.factor")])
    } else found$measures <- NULL
    moments <- lavInspect(lavInspect(fit, "sam.struc.fit.object"), "sampstat")
    if (is.null(moments$cov)) moments <- moments[[1]]
    found$covariance <- list(names = rownames(moments$cov), values = unclass(moments$cov)[, ])
  }
  found
})

text <- toJSON(frozen, digits = NA, dataframe = "columns", auto_unbox = TRUE, na = "null")
writeLines(text, file.path(OUT, "structural_after_measurement.json"))
