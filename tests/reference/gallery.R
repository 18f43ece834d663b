# What lavaan gives for the pages of docs/gallery whose paper's own results were not at hand.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/gallery.R
#
# The matrices are read from the pages. Writes gallery.json beside itself: page, row of its table,
# value.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "version.R"))
suppressMessages({library(jsonlite)})

PAGES <- file.path(HERE, "..", "..", "docs", "gallery")
page <- function(name) paste(readLines(file.path(PAGES, paste0(name, ".md"))), collapse = "\n")
# The first triangle of a page, whose rows begin with names.
triangle <- function(name) {
  text <- regmatches(page(name), regexpr('covariance_from_text\\([^"]*"""[^"]*"""', page(name)))
  words <- strsplit(trimws(strsplit(gsub('"""', "", sub('.*?"""', "", text)), "\n")[[1]]), " +")
  words <- Filter(function(row) length(row) > 1, words)
  numbers <- unlist(lapply(words, function(row) as.numeric(row[-1])))
  lav_getcov(numbers, names = vapply(words, `[`, "", 1))
}
value <- function(fit, key, column = "est") {
  table <- parameterEstimates(fit)
  op <- regmatches(key, regexpr("=~|~~|~", key))
  sides <- strsplit(key, op, fixed = TRUE)[[1]]
  table[table$lhs == sides[1] & table$op == op & table$rhs == sides[2], column]
}
measure <- function(fit, name) unname(fitMeasures(fit, name))
found <- list()

fit <- sem("influence ~ a*front_page\nreaction ~ b*influence + front_page\nindirect := a*b",
           sample.cov = triangle("media_influence"), sample.nobs = 123)
table <- parameterEstimates(fit)
found$media_influence <- list(
  "influence on front page" = value(fit, "influence~front_page"),
  "reaction on influence" = value(fit, "reaction~influence"),
  "reaction on front page" = value(fit, "reaction~front_page"),
  "standard error of the first" = value(fit, "influence~front_page", "se"),
  "standard error of the second" = value(fit, "reaction~influence", "se"),
  "indirect effect" = table$est[table$lhs == "indirect"],
  "its standard error" = table$se[table$lhs == "indirect"])

deviations <- c(1.84, 1.94, 2.07, 1.82, 2.34, 2.61, 2.48, 2.34, 1.71, 1.93, 2.18, 1.94, 1.31, 1.57, 1.77, 1.47)
correlations <- triangle("self_concept")
covariances <- lav_cor2cov(correlations, deviations)
dimnames(covariances) <- dimnames(correlations)
first <- "ability =~ ability1 + ability2 + ability3 + ability4
  appearance =~ appear1 + appear2 + appear3 + appear4
  peers =~ peers1 + peers2 + peers3 + peers4
  parents =~ parents1 + parents2 + parents3 + parents4\n"
four <- cfa(first, sample.cov = covariances, sample.nobs = 251)
fit <- cfa(paste0(first, "self =~ ability + appearance + peers + parents"),
           sample.cov = covariances, sample.nobs = 251)
found$self_concept <- list(
  "four factors, chi-square (98)" = measure(four, "chisq"),
  "second order, chi-square (100)" = measure(fit, "chisq"),
  "CFI" = measure(fit, "cfi"), "RMSEA" = measure(fit, "rmsea"),
  "appearance by self" = value(fit, "self=~appearance"),
  "peers by self" = value(fit, "self=~peers"),
  "parents by self" = value(fit, "self=~parents"))

fit <- sem("sentiment ~ years + deference + activism\ndeference ~ age\nactivism ~ deference + age",
           sample.cov = triangle("union_sentiment"), sample.nobs = 173)
found$union_sentiment <- list(
  "chi-square (3)" = measure(fit, "chisq"),
  "sentiment on years (log)" = value(fit, "sentiment~years"),
  "sentiment on deference" = value(fit, "sentiment~deference"),
  "sentiment on activism" = value(fit, "sentiment~activism"),
  "its standard error" = value(fit, "sentiment~activism", "se"),
  "activism on deference" = value(fit, "activism~deference"),
  "activism on age" = value(fit, "activism~age"),
  "deference on age" = value(fit, "deference~age"))

fit <- sem("perceived =~ felt_income + felt_occupation + felt_standing\nperceived ~ income + occupation",
           sample.cov = triangle("status_perceptions"), sample.nobs = 432)
found$status_perceptions <- list(
  "chi-square (4)" = measure(fit, "chisq"), "RMSEA" = measure(fit, "rmsea"),
  "felt occupation" = value(fit, "perceived=~felt_occupation"),
  "felt standing" = value(fit, "perceived=~felt_standing"),
  "perceived on income" = value(fit, "perceived~income"),
  "its standard error" = value(fit, "perceived~income", "se"),
  "perceived on occupation" = value(fit, "perceived~occupation"))

correlations <- triangle("attractiveness")
covariances <- lav_cor2cov(correlations, c(0.16, 0.49, 3.49, 2.91, 19.32, 1.01))
dimnames(covariances) <- dimnames(correlations)
fit <- sem("academic ~ gpa + attractive\nattractive ~ height + weight + rating + academic
            academic ~~ attractive", sample.cov = covariances, sample.nobs = 209)
found$attractiveness <- list(
  "chi-square (2)" = measure(fit, "chisq"),
  "academic on marks" = value(fit, "academic~gpa"),
  "academic on attractive" = value(fit, "academic~attractive"),
  "its standard error" = value(fit, "academic~attractive", "se"),
  "attractive on academic" = value(fit, "attractive~academic"),
  "attractive on rating" = value(fit, "attractive~rating"),
  "attractive on weight" = value(fit, "attractive~weight"))

fit <- sem("control =~ control1 + control2 + control3
  sympathy =~ sympathy1 + sympathy2 + sympathy3
  anger =~ anger1 + anger2 + anger3
  help =~ help1 + help2 + help3
  control ~ drunk\nsympathy ~ control\nanger ~ control\nhelp ~ sympathy + anger",
  sample.cov = triangle("helping"), sample.nobs = 138)
found$helping <- list(
  "chi-square (61)" = measure(fit, "chisq"), 
  "CFI" = measure(fit, "cfi"), "RMSEA" = measure(fit, "rmsea"),
  "control on drunk" = value(fit, "control~drunk"),
  "sympathy on control" = value(fit, "sympathy~control"),
  "anger on control" = value(fit, "anger~control"),
  "help on sympathy" = value(fit, "help~sympathy"),
  "help on anger" = value(fit, "help~anger"),
  "its standard error" = value(fit, "help~anger", "se"))

fit <- cfa(paste0("women_access =~ access1 + access2 + access3\nmen_access =~ access4 + access5 + access6
  women_easy =~ easy1 + easy2 + easy3\nmen_easy =~ easy4 + easy5 + easy6\n",
  paste0("access", 1:6, " ~~ easy", 1:6, collapse = "\n")),
  sample.cov = triangle("informants"), sample.nobs = 220)
found$informants <- list(
  "chi-square (42)" = measure(fit, "chisq"),
  "CFI" = measure(fit, "cfi"), "RMSEA" = measure(fit, "rmsea"),
  "first woman's shared error" = value(fit, "access1~~easy1"),
  "first man's shared error" = value(fit, "access4~~easy4"),
  "women and men on access" = value(fit, "women_access~~men_access"))

writeLines(toJSON(found, auto_unbox = TRUE, digits = 8, pretty = TRUE), file.path(OUT, "gallery.json"))
