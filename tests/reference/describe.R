# Freeze psych's and lavaan's numbers for tests/test_describe.py.
#
#   Rscript tests/reference/describe.R
#
# psych's `describe` and `alpha` and lavaan's `lavCor` are used through their documented results.
# Little's test has a published value for R's airquality (chi-square 35.1, df 14, p .00142 in the
# documentation of the package naniar); here it is written out, with lavaan's unrestricted moments.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))

WORDS <- c("n", "mean", "sd", "skew", "kurtosis", "min", "max")

described <- function(data) {
  found <- as.data.frame(psych::describe(data, type = 2))[WORDS]
  setNames(lapply(seq_len(nrow(found)), function(i) as.list(found[i, ])), rownames(found))
}

scale_of <- function(data) {
  complete <- na.omit(data)
  found <- psych::alpha(complete, check.keys = FALSE, warnings = FALSE)
  score <- rowMeans(complete)
  list(n = nrow(complete), mean = mean(score), sd = sd(score), alpha = found$total$raw_alpha,
       alpha_lower = found$feldt$lower.ci[[1]], alpha_upper = found$feldt$upper.ci[[1]],
       mean_correlation = found$total$average_r)
}

unrestricted <- function(data) {
  text <- paste(apply(combn(names(data), 2), 2, paste, collapse = " ~~ "), collapse = "\n")
  em <- list(tol = 1e-13, iter.max = 20000)
  fit <- lavaan(text, data = data, missing = "fiml", auto.var = TRUE, int.ov.free = TRUE, meanstructure = TRUE,
                fixed.x = FALSE, em.h1.tol = em$tol, em.h1.iter.max = em$iter.max)
  lavInspect(fit, "sampstat")
}

little <- function(data) {
  data <- data[rowSums(!is.na(data)) > 0, ]
  moments <- unrestricted(as.data.frame(scale(data)))
  data <- as.data.frame(scale(data))
  patterns <- split(data, apply(is.na(data), 1, paste, collapse = ""))
  parts <- sapply(patterns, function(rows) {
    there <- !is.na(unlist(rows[1, ]))
    gap <- colMeans(rows[there]) - moments$mean[there]
    c(nrow(rows) * c(gap %*% solve(unclass(moments$cov)[there, there], gap)), sum(there))
  })
  df <- sum(parts[2, ]) - ncol(data)
  statistic <- sum(parts[1, ])
  list(statistic = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE), patterns = length(patterns))
}

write_data(airquality, "airquality")
pupils <- read_data("HolzingerSwineford1939")[paste0("x", 1:9)]
answers <- read_data("bfi_missing")[c(paste0("A", 1:5), paste0("C", 1:5))]
air <- read_data("airquality")

result <- list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")),
                  psych = as.character(packageVersion("psych"))),
  pupils = list(items = described(pupils), visual = scale_of(pupils[1:3]), textual = scale_of(pupils[4:6]),
                speed = scale_of(pupils[7:9])),
  answers = list(items = described(answers), C = scale_of(answers[6:10]),
                 pearson = matrix_rows(cor(answers, use = "pairwise.complete.obs")),
                 listwise = matrix_rows(cor(na.omit(answers))),
                 fiml = matrix_rows(cov2cor(unclass(unrestricted(answers)$cov))),
                 lavcor_fiml = matrix_rows(lavCor(answers, missing = "fiml")),
                 polychoric = matrix_rows(lavCor(answers, ordered = names(answers), missing = "pairwise")),
                 little = little(answers)),
  air = list(little = little(air))
)
write(toJSON(result, digits = 15, auto_unbox = TRUE, na = "null", pretty = FALSE), file.path(OUT, "describe.json"))
