# Freeze lavaan's numbers of models with method for tests/test_common_method_agreement.py.
#
#   LAVAAN_LIBRARY=... Rscript tests/reference/common_method.R
#
# Made with R 4.2.2 and lavaan 0.7-2.
# The models are written out in full here; lavaan is used through its documented functions.

HERE <- local({
  file <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
  if (length(file)) dirname(file) else "."
})
source(file.path(HERE, "common.R"))

# The tightest tolerance at which the optimiser still reports success.
run <- function(model, data, ...) {
  for (tolerance in c(1e-14, 1e-13, 1e-12, 1e-11, 1e-10)) {
    control <- list(rel.tol = tolerance, iter.max = 20000, eval.max = 50000)
    fit <- suppressWarnings(do.call(sem, c(list(model, data, control = control, baseline = FALSE, ...), EXTRA_OPTIONS)))
    if (lavInspect(fit, "converged")) return(fit)
  }
  stop("not converged: ", model)
}

entry <- function(fit) {
  table <- standardizedSolution(fit)
  kept <- table$op %in% c("=~", "~") | (table$op == "~~" & table$lhs != table$rhs)
  table <- table[kept, ]
  values <- parameterEstimates(fit)
  values <- values[values$op %in% c("=~", "~"), ]
  list(chisq = fitMeasures(fit, "chisq")[[1]], df = fitMeasures(fit, "df")[[1]],
       standardized = setNames(as.list(table$est.std), paste0(table$lhs, table$op, table$rhs)),
       estimates = setNames(as.list(values$est), paste0(values$lhs, values$op, values$rhs)),
       errors = setNames(as.list(values$se), paste0(values$lhs, values$op, values$rhs)))
}

difference <- function(restricted, general) {
  table <- lavTestLRT(general, restricted)
  list(chisq_diff = table$`Chisq diff`[2], df_diff = table$`Df diff`[2], p_value = table$`Pr(>Chisq)`[2])
}

found <- versions()

# ---------------------------------------------------------------- teachers, full information

teachers <- read.csv(file.path(HERE, "..", "..", "tpn_sem", "datasets", "teachers.csv"))
factors <- c("NPC", "KSSE", "KS", "KR")
of <- function(factor) paste0(tolower(factor), 1:5)
items <- unlist(lapply(factors, of))
measured <- paste0(factors, " =~ ", vapply(factors, function(f) paste(of(f), collapse = " + "), ""), collapse = "\n")
substantive <- paste0(measured, "\nKSSE ~ NPC\nKS ~ NPC + KSSE\nKR ~ NPC + KSSE\nKS ~~ KR")
apart <- paste0("Method ~~ 0*", factors, collapse = "\n")
equal <- paste0(substantive, "\nMethod =~ ", paste0("1*", items, collapse = " + "), "\n", apart)
free <- paste0(substantive, "\nMethod =~ ", paste0("NA*", items, " + start(0.16)*", items, collapse = " + "), "\nMethod ~~ 1*Method\n", apart)
single <- paste0("General =~ ", paste(items, collapse = " + "))
pairs <- combn(factors, 2)
bifactor <- paste0(measured, "\nGeneral =~ ", paste(items, collapse = " + "), "\n",
                   paste0("General ~~ 0*", factors, collapse = "\n"), "\n",
                   paste0(pairs[1, ], " ~~ 0*", pairs[2, ], collapse = "\n"))

fits <- list(baseline = run(substantive, teachers, missing = "fiml"), equal = run(equal, teachers, missing = "fiml"),
             free = run(free, teachers, missing = "fiml"), single = run(single, teachers, missing = "fiml"),
             bifactor = run(bifactor, teachers, missing = "fiml", std.lv = TRUE))
found$teachers <- lapply(fits, entry)
found$teachers_differences <- list(equal = difference(fits$baseline, fits$equal), free = difference(fits$baseline, fits$free))

robust <- list(baseline = run(substantive, teachers, missing = "fiml", estimator = "MLR"),
               equal = run(equal, teachers, missing = "fiml", estimator = "MLR"),
               free = run(free, teachers, missing = "fiml", estimator = "MLR"))
found$robust_differences <- list(equal = difference(robust$baseline, robust$equal), free = difference(robust$baseline, robust$free))

# ---------------------------------------------------------------- pupils: a random intercept

pupils <- HolzingerSwineford1939
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
turned <- c(x2 = 1, x5 = 1, x9 = 1)
weights <- ifelse(paste0("x", 1:9) %in% names(turned), -1, 1)
intercept <- paste0(three, "\nMethod =~ ", paste0(weights, "*x", 1:9, collapse = " + "),
                    "\nMethod ~~ 0*visual + 0*textual + 0*speed")
found$random_intercept <- entry(run(intercept, pupils))

# ---------------------------------------------------------------- pupils: a marker

two <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nMarker =~ x7 + x8 + x9"
cfa_marker <- run(two, pupils, std.lv = TRUE)
own <- parameterEstimates(cfa_marker)
value <- function(lhs, op, rhs) sprintf("%.17g", own$est[own$lhs == lhs & own$op == op & own$rhs == rhs])
held <- paste0("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nMarker =~ ",
               paste0(vapply(paste0("x", 7:9), function(x) value("Marker", "=~", x), ""), "*x", 7:9, collapse = " + "), "\n",
               paste0("x", 7:9, " ~~ ", vapply(paste0("x", 7:9), function(x) value(x, "~~", x), ""), "*x", 7:9, collapse = "\n"),
               "\nMarker ~~ 0*visual + 0*textual")
method_c <- paste0(held, "\nMarker =~ ", paste0("a*x", 1:6, collapse = " + "))
method_u <- paste0(held, "\nMarker =~ ", paste0("x", 1:6, collapse = " + "))
plain <- run(held, pupils, std.lv = TRUE)
correlation <- standardizedSolution(plain)
correlation <- correlation$est.std[correlation$lhs == "visual" & correlation$rhs == "textual"]
equal_marker <- run(method_c, pupils, std.lv = TRUE)
method_r <- paste0(method_c, "\nvisual ~~ ", sprintf("%.17g", correlation), "*textual")
loading <- parameterEstimates(equal_marker)
loading <- loading[loading$label == "a", ][1, ]
ends <- c(loading$est + qnorm(0.975) * loading$se, loading$est + qnorm(0.995) * loading$se)
method_s <- function(end) paste0(held, "\nMarker =~ ", paste0(sprintf("%.17g", end), "*x", 1:6, collapse = " + "))
steps <- list(cfa = cfa_marker, baseline = plain, method_c = equal_marker, method_u = run(method_u, pupils, std.lv = TRUE),
              method_r = run(method_r, pupils, std.lv = TRUE), method_s05 = run(method_s(ends[1]), pupils, std.lv = TRUE),
              method_s01 = run(method_s(ends[2]), pupils, std.lv = TRUE))
found$marker <- lapply(steps, entry)
found$marker_differences <- list(present = difference(steps$baseline, steps$method_c), unequal = difference(steps$method_c, steps$method_u),
                                 bias = difference(steps$method_r, steps$method_c))

# ---------------------------------------------------------------- teachers, ordinal

complete <- teachers[stats::complete.cases(teachers[, items]), ]
ordinal <- list(baseline = run(substantive, complete, ordered = items), free = run(free, complete, ordered = items))
found$ordinal <- lapply(ordinal, entry)

# ---------------------------------------------------------------- pupils: correlations of sums

sums <- data.frame(visual = rowMeans(pupils[, paste0("x", 1:3)]), textual = rowMeans(pupils[, paste0("x", 4:6)]),
                   marker = rowMeans(pupils[, paste0("x", 7:9)]))
r <- cor(sums)
shared <- min(r["marker", c("visual", "textual")])
adjusted <- (r["visual", "textual"] - shared) / (1 - shared)
t <- adjusted / sqrt((1 - adjusted^2) / (nrow(sums) - 3))
alpha <- function(x) ncol(x) / (ncol(x) - 1) * (1 - sum(diag(cov(x))) / sum(cov(x)))
reliabilities <- c(alpha(pupils[, paste0("x", 1:3)]), alpha(pupils[, paste0("x", 4:6)]))
found$partial <- list(correlation = r["visual", "textual"], r_marker = shared, adjusted = adjusted, t = t,
                      p_value = 2 * pt(-abs(t), nrow(sums) - 3),
                      disattenuated = (r["visual", "textual"] - shared) / sqrt(prod(reliabilities - shared)))
found$eigenvalues <- eigen(cor(pupils[, paste0("x", 1:9)]))$values[1:2]

writeLines(json(found), file.path(OUT, "common_method.json"))
