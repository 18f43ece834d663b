# Freeze lavaan's equations by instrumental variables, for tests/test_two_stage_least_squares.py.
#
#   LAVAAN_LIBRARY=/path/to/lavaan-0.7 Rscript tests/reference/two_stage_least_squares.R
#
# lavaan's `sem(estimator = "IV")` is used through its documented results. Made with lavaan 0.7-2.

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

items <- paste0("x", 1:9)
questions <- "f =~ q1 + q2 + q3\ng =~ q4 + q5 + q6\nh =~ q7 + q8 + q9\ng ~ f\nh ~ g"

cases <- list(
  democracy = list(democracy, "PoliticalDemocracy"),
  democracy_delta = list(democracy, "PoliticalDemocracy", iv_vcov_stage1 = "gamma"),
  democracy_normal = list(democracy, "PoliticalDemocracy", iv_mimic_ml = TRUE),
  democracy_means = list(democracy, "PoliticalDemocracy", meanstructure = TRUE),
  chain = list(chain, "HolzingerSwineford1939"),
  chain_delta = list(chain, "HolzingerSwineford1939", iv_vcov_stage1 = "gamma"),
  observed = list(paste0(chain, "\nh ~ ageyr"), "HolzingerSwineford1939"),
  groups = list(chain, "HolzingerSwineford1939", group = "school"),
  paths = list("x1 ~ x4 + x5\nx7 ~ x1 + x5\nx9 ~ x7 + x4", "HolzingerSwineford1939"),
  fixed = list("f =~ x1 + 1*x2 + x3\ng =~ x4 + x5 + x6\ng ~ 0.5*f\nx7 ~ f + g", "HolzingerSwineford1939"),
  given = list(paste0(chain, "\nx4 |~ x2"), "HolzingerSwineford1939"),
  factors = list(pupils, "HolzingerSwineford1939"),
  second_order = list(paste0(pupils, "\ntop =~ f + g + h"), "HolzingerSwineford1939"),
  ordinal = list(chain, "ordinal_three", ordered = items),
  ordinal_saturated = list(paste0(chain, " + f"), "ordinal_three", ordered = items),
  ordinal_groups = list(chain, "ordinal_three", ordered = items, group = "school"),
  ordinal_questions = list(questions, "ordinal_five_missing", ordered = paste0("q", 1:9)),
  ordinal_five = list(questions, "ordinal_five", ordered = paste0("q", 1:9)),
  loop = list("x1 ~ x4 + x7\nx7 ~ x1 + x5\nx1 ~~ x7", "HolzingerSwineford1939")
)

frozen <- lapply(cases, function(case) {
  options <- case[-(1:2)]
  if (!length(options)) names(options) <- character(0)
  own <- options[startsWith(names(options), "iv_")]
  fit <- suppressWarnings(do.call("sem", c(
    list(model = case[[1]], data = read_data(case[[2]]), estimator = c(list(estimator = "IV"), own)),
    options[!startsWith(names(options), "iv_")], list(bad.marker.crit = 0))))
  table <- as.data.frame(parameterEstimates(fit))
  if (is.null(table$group)) table$group <- 1
  groups <- function(found) if (is.data.frame(found)) list(found) else unname(found)
  list(text = sub("\nx4 [|]~ x2", "", case[[1]]), data = case[[2]],
       estimates = table[c("lhs", "op", "rhs", "group", "est", "se")],
       equations = lapply(groups(lavInspect(fit, "iv")), as.data.frame),
       tests = lapply(groups(lavInspect(fit, "sargan")), as.data.frame))
})

text <- toJSON(frozen, digits = NA, dataframe = "columns", auto_unbox = TRUE, na = "null")
writeLines(text, file.path(OUT, "two_stage_least_squares.json"))
