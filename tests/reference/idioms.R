# What people type: idioms of the model language and options, as lavaan reads them.
#
#     LAVAAN_LIBRARY=... Rscript tests/reference/idioms.R
#
# Writes idioms.json beside itself: estimates, standard errors, chi-square and degrees of freedom. Data: lavaan's Holzinger & Swineford
# (1939) sample, which the library ships; ordinal items are its variables cut at thirds of their range.

file <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
HERE <- dirname(normalizePath(file))
source(file.path(HERE, "common.R"))
suppressMessages({library(jsonlite)})

plain <- HolzingerSwineford1939
ordinal <- plain
for (name in paste0("x", 1:9)) ordinal[[name]] <- as.integer(cut(plain[[name]], 3))
f4 <- "f =~ x1 + x2 + x3 + x4"
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
labelled <- "f =~ x1 + a*x2 + b*x3 + x4"

CASES <- list(
  phantom = list("f =~ x1 + x2 + x3\nph =~ 0\nph ~~ 0*ph\nph ~ a*x5\nf ~ b*ph + x6\nb == 0.5", list()),
  as_numeric = list("f =~ as.numeric(NA)*x1 + x2 + as.numeric(0.5)*x3 + x4", list()),
  brackets = list("f =~ x1 + (a)*x2 + (0.5)*x3 + x4", list()),
  leading_plus = list("+ f =~ x1 + x2 + x3 + x4", list()),
  group_arithmetic = list("f =~ x1 + c(0.5, 2*0.3)*x2 + c(sqrt(.5), 1/2)*x3 + x4", list(group = "school")),
  plabel_equality = list(paste0(labelled, "\n.p2. == .p3."), list()),
  plabel_sum = list("f =~ x1 + x2 + x3 + x4\n.p2. + .p3. == 1.5", list()),
  forward_definition = list(paste0(labelled, "\nm := n * 2\nn := a * b"), list()),
  mean_of_vector = list(paste0(labelled, "\nm := mean(c(a, b))"), list()),
  maximum = list(paste0(labelled, "\nm := max(a, b)\nl := min(a, b)"), list()),
  choice = list(paste0(labelled, "\nm := ifelse(a > b, a^2, b^2)"), list()),
  probabilities = list(paste0(labelled, "\np := plogis(a)\nq := pnorm(b)"), list()),
  observed_product = list("f =~ x1 + x2 + x3\nf ~ x4 + x5 + x4:x5", list()),
  group_equal_all = list(f4, list(group = "school", group.equal = "all")),
  group_equal_all_factors = list(three, list(group = "school", group.equal = "all")),
  group_equal_none = list(f4, list(group = "school", group.equal = "none")),
  constraints_option = list(labelled, list(constraints = "a == b")),
  lower_case_estimator = list(three, list(estimator = "mlr")),
  dotted_se = list(three, list(se = "robust.huber.white")),
  dotted_test = list(three, list(test = "satorra.bentler", se = "robust.sem")),
  std_ov = list(three, list(std.ov = TRUE)),
  std_ov_groups = list(three, list(std.ov = TRUE, group = "school")),
  std_ov_x = list("f =~ x1 + x2 + x3\nf ~ x5 + x6", list(std.ov = TRUE)),
  std_ov_random_x = list("f =~ x1 + x2 + x3\nf ~ x5 + x6", list(std.ov = TRUE, fixed.x = FALSE)),
  auto_cov_x = list("f =~ x1 + x2 + x3 + x4\nx9 ~ f + x5 + x6", list(auto.cov.x = TRUE)),
  orthogonal_x = list(paste0(three, "\nspeed ~ visual"), list(orthogonal.x = TRUE)),
  orthogonal_y = list(paste0(three, "\nspeed + textual ~ visual"), list(orthogonal.y = TRUE)),
  marker_int_zero = list(three, list(marker.int.zero = TRUE)),
  mimic_mplus = list(three, list(mimic = "Mplus")),
  mimic_mplus_groups = list(three, list(mimic = "Mplus", group = "school", estimator = "ML")),
  mimic_eqs = list(three, list(mimic = "EQS")),
  ridge = list(three, list(ridge = TRUE, ridge.constant = 0.1)),
  pos_ov_var = list(three, list(bounds = "pos.ov.var")),
  ordinal_all = list("f =~ x1 + x2 + x3 + x4", list(group = "school", group.equal = "all", ordered = paste0("x", 1:4))),
  thresholds_written = list("f =~ x1 + x2 + x3 + x4\nx1 | t1 + t2\nx2 | t1 + t2\nx3 | t1 + t2\nx4 | t1 + t2",
                            list(ordered = paste0("x", 1:4), auto.th = FALSE, auto.delta = FALSE))
)

result <- list()
for (name in names(CASES)) {
  case <- CASES[[name]]
  data <- if ("ordered" %in% names(case[[2]])) ordinal else plain
  arguments <- c(list(case[[1]], data), case[[2]])
  fit <- suppressWarnings(do.call(sem, arguments))
  if (!lavInspect(fit, "converged")) stop(name)
  table <- suppressWarnings(parameterEstimates(fit, remove.eq = TRUE))
  table <- table[!table$op %in% c("==", "<", ">"), ]
  measures <- fitMeasures(fit, c("npar", "chisq", "df"))
  result[[name]] <- list(
    model = case[[1]], options = case[[2]], ordinal = "ordered" %in% names(case[[2]]),
    npar = unname(measures[1]), chisq = unname(measures[2]), df = unname(measures[3]),
    lhs = table$lhs, op = table$op, rhs = table$rhs, group = if (is.null(table$group)) rep(1, nrow(table)) else table$group,
    est = table$est, se = table$se
  )
}
write(toJSON(list(version = as.character(packageVersion("lavaan")), cases = result), auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null"),
      file.path(HERE, "idioms.json"))
