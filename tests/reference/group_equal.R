# Equality over groups of ordinal items: what each combination of group.equal holds and frees.
#
#     Rscript tests/reference/group_equal.R
#
# Writes group_equal.json beside itself: chi-square, degrees of freedom and number of parameters. It wants lavaan 0.7 or later, which
# holds equal what is named; earlier ones add "intercepts" to "thresholds".

suppressMessages({
  library(lavaan)
  library(jsonlite)
})

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
here <- dirname(normalizePath(file))
stopifnot(packageVersion("lavaan") >= "0.7")
sets <- list(
  "thresholds", c("thresholds", "loadings"), c("thresholds", "intercepts"), c("thresholds", "loadings", "intercepts"),
  c("thresholds", "loadings", "residuals"), c("thresholds", "loadings", "intercepts", "residuals"),
  c("thresholds", "loadings", "intercepts", "means"), c("thresholds", "loadings", "lv.variances"), c("thresholds", "means"), "loadings"
)
models <- list(
  five = list(text = "f1 =~ q1 + q2 + q3\nf2 =~ q6 + q7 + q8", data = "ordinal_five", group = "location", ordered = c("q1", "q2", "q3", "q6", "q7", "q8")),
  two = list(text = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6", data = "ordinal_two", group = "school", ordered = paste0("x", 1:6)),
  mixed = list(text = "f1 =~ q1 + q2 + q3\nf3 =~ c1 + c2 + c3", data = "ordinal_five", group = "location", ordered = c("q1", "q2", "q3"))
)

found <- list()
for (name in names(models)) for (set in sets) for (scale in c("delta", "theta")) for (unit in c(FALSE, TRUE)) {
  model <- models[[name]]
  data <- read.csv(file.path(here, "data", paste0(model$data, ".csv")))
  fit <- tryCatch(suppressWarnings(cfa(
    model$text, data, ordered = model$ordered, group = model$group, group.equal = set, parameterization = scale, std.lv = unit,
    se = "none", test = "standard"
  )), error = function(problem) NULL)
  if (is.null(fit) || !lavInspect(fit, "converged")) next
  measures <- fitMeasures(fit, c("chisq", "df", "npar"))
  found[[length(found) + 1]] <- list(
    model = name, equal = I(sub("lv.variances", "lv_variances", set, fixed = TRUE)), parameterization = scale, std_lv = unit,
    chisq = unname(measures[1]), df = unname(measures[2]), npar = unname(measures[3])
  )
}
write(toJSON(list(version = as.character(packageVersion("lavaan")), models = models, fits = found), auto_unbox = TRUE, digits = 12, pretty = TRUE),
  file.path(here, "group_equal.json"))
