# Freeze lavaan's, GPArotation's and psych's numbers for tests/test_efa.py and tests/test_rotation.py.
#
#   LAVAAN_LIBRARY=/folder/with/lavaan-0.7-2 Rscript tests/reference/efa.R [efa] [rotation]
#
# lavaan's `efa` and `standardizedSolution`, GPArotation's rotations, psych's `fa` and R's `factanal`
# are used through their documented results. lavaan rotates by gradient projection with a small
# `gpa_tol`, and pair by pair where that does not end (0.6-14: always). Without LAVAAN_LIBRARY, lavaan 0.6-14 writes efa-0.6.json: its
# errors of oblique rotations are ours to about 1e-4, as far as it differentiates; those of 0.7-2 are
# not, by up to .016, though its errors of orthogonal ones are ours to 1e-8.

script_folder <- function() {
  argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(argument) == 0) "tests/reference" else dirname(sub("^--file=", "", argument[1]))
}

HERE <- script_folder()
source(file.path(HERE, "common.R"))
suppressMessages({ library(GPArotation); library(psych) })

pupils <- read_data("HolzingerSwineford1939")[paste0("x", 1:9)]
simulated <- read_data("simulated_four_factors")[paste0("y", 1:20)]

survey <- read.csv(file.path(HERE, "..", "..", "tpn_sem", "datasets", "teachers.csv"))
teachers <- na.omit(survey[c(paste0("npc", 1:5), paste0("ksse", 1:5))])

# ---------------------------------------------------------------- lavaan

rotation_words <- function(words) {
  names(words) <- if (LAVAAN_7) gsub(".", "_", names(words), fixed = TRUE) else names(words)
  words
}

explored <- function(data, factors, rotation, words = list(), pairs = FALSE, ...) {
  set.seed(20240301)
  algorithm <- if (pairs || !LAVAAN_7) "pairwise" else "gpa"
  words <- rotation_words(modifyList(list(gpa.tol = 1e-7, tol = 1e-12, algorithm = algorithm, rstarts = 10L), words))
  fit <- suppressWarnings(efa(data, nfactors = factors, rotation = rotation, rotation.args = words, output = "lavaan", ...))
  all <- standardizedSolution(fit)
  loadings <- all[all$op == "=~", ]
  pairs <- all[all$op == "~~" & all$lhs != all$rhs, ]
  table <- function(column) matrix_rows(matrix(loadings[[column]], ncol = factors))
  cat(rotation, factors, "\n")
  list(loadings = table("est.std"), se = if (is.null(loadings$se)) NULL else table("se"),
       first = I(pairs$lhs), second = I(pairs$rhs), correlations = I(pairs$est.std),
       correlations_se = if (is.null(pairs$se)) NULL else I(pairs$se),
       chisq = fitMeasures(fit, "chisq")[[1]], df = fitMeasures(fit, "df")[[1]])
}

lavaan_cases <- list(
  varimax = function() explored(pupils, 3, "varimax"),
  quartimax = function() explored(pupils, 3, "quartimax", list(orthogonal = TRUE)),
  oblimin = function() explored(pupils, 3, "oblimin"),
  cf_varimax = function() explored(pupils, 3, "cf-varimax"),
  cf_equamax = function() explored(pupils, 3, "cf-equamax"),
  cf_parsimax = function() explored(pupils, 3, "cf-parsimax"),
  infomax = function() explored(pupils, 3, "infomax"),
  promax = function() explored(pupils, 3, "promax"),
  entropy = function() explored(pupils, 3, "entropy", list(orthogonal = TRUE), pairs = TRUE),
  geomin = function() explored(pupils, 3, "geomin", pairs = TRUE),
  geomin_01 = function() explored(pupils, 3, "geomin", list(geomin.epsilon = 0.01), pairs = TRUE),
  geomin_orthogonal = function() explored(pupils, 3, "geomin", list(orthogonal = TRUE, geomin.epsilon = 0.01), pairs = TRUE),
  bigeomin = function() explored(pupils, 3, "bigeomin", list(geomin.epsilon = 0.01), pairs = TRUE),
  biquartimin = function() explored(pupils, 3, "biquartimin", pairs = TRUE),
  four_oblimin = function() explored(simulated, 4, "oblimin", list(rstarts = 3L)),
  missing = function() explored(read_data("hs_missing")[paste0("x", 1:9)], 3, "oblimin", missing = "fiml"),
  survey = function() explored(teachers, 2, "oblimin"),
  robust = function() explored(pupils, 3, "oblimin", estimator = "MLR"),
  ordinal = function() explored(read_data("ordinal_five")[1:8], 2, "oblimin", ordered = TRUE)
)

guarded <- function(task) tryCatch(setTimeLimit_(task, 200), error = function(e) list(refused = conditionMessage(e)))
setTimeLimit_ <- function(task, seconds) {
  setTimeLimit(elapsed = seconds, transient = TRUE)
  on.exit(setTimeLimit(elapsed = Inf))
  task()
}

# ---------------------------------------------------------------- GPArotation

best_of <- function(rotate, loadings, n = 30) {
  set.seed(20240301)
  found <- lapply(seq_len(n), function(i) {
    start <- if (i == 1) diag(ncol(loadings)) else Random.Start(ncol(loadings))
    tryCatch(suppressWarnings(rotate(loadings, start)), error = function(e) NULL)
  })
  found <- Filter(function(one) !is.null(one) && isTRUE(one$convergence), found)
  if (length(found) == 0) return(NULL)
  values <- vapply(found, function(one) tail(one$Table[, 2], 1), 0)
  best <- found[[which.min(values)]]
  list(loadings = matrix_rows(best$loadings), correlations = if (is.null(best$Phi)) NULL else matrix_rows(best$Phi))
}

target <- matrix(0, 9, 3)
for (j in 1:3) target[3 * j - 2:0, j] <- 0.8
weights <- 1 * (target == 0)
control <- list(eps = 1e-6, maxit = 2000)
peer <- function(name, ...) function(A, T) do.call(name, c(list(A, Tmat = T, ...), control))

gpa_cases <- list(
  varimax = peer("Varimax"), quartimax = peer("quartimax"), oblimin = peer("oblimin"), oblimin_half = peer("oblimin", gam = 0.3),
  quartimin = peer("quartimin"), geomin = peer("geominQ", delta = 0.01), geomin_orthogonal = peer("geominT", delta = 0.01),
  infomax = peer("infomaxQ"), infomax_orthogonal = peer("infomaxT"), simplimax = peer("simplimax"),
  bentler = peer("bentlerQ"), bentler_orthogonal = peer("bentlerT"), cf = peer("cfQ", kappa = 1 / 9), cf_orthogonal = peer("cfT", kappa = 1 / 9),
  target = peer("targetQ", Target = target), target_orthogonal = peer("targetT", Target = target),
  pst = peer("pstQ", W = weights, Target = target), bifactor = peer("bifactorQ"), bifactor_orthogonal = peer("bifactorT"),
  entropy = peer("entropy")
)

unrotated <- function(data, factors) {
  found <- factanal(data, factors, rotation = "none", control = list(opt = list(factr = 1e2)))
  unclass(found$loadings)[, ]
}

rotations_of <- function(A) c(list(unrotated = matrix_rows(A)), lapply(gpa_cases, best_of, A))

# ---------------------------------------------------------------- psych

extracted <- function(method) {
  found <- suppressWarnings(fa(pupils, 3, rotate = "none", fm = method, min.err = 1e-12, max.iter = 20000))
  A <- unclass(found$loadings)[, ]
  list(common = matrix_rows(A %*% t(A)))
}

scores <- function() {
  found <- factanal(pupils, 3, rotation = "varimax", scores = "regression", control = list(opt = list(factr = 1e2)))
  list(loadings = matrix_rows(unclass(found$loadings)), first = matrix_rows(found$scores[1:10, ]))
}

versions_of <- function() {
  c(versions(), list(gparotation = as.character(packageVersion("GPArotation")), psych = as.character(packageVersion("psych"))))
}

rotation_file <- function() list(versions = versions_of(), gparotation = rotations_of(unrotated(pupils, 3)))

efa_file <- function() {
  list(versions = versions_of(), lavaan = lapply(lavaan_cases, guarded),
       psych = list(minres = extracted("minres"), pa = extracted("pa"), ml = extracted("ml")), factanal = scores())
}

wanted <- commandArgs(TRUE)
if (length(wanted) == 0 || "rotation" %in% wanted) write(json(rotation_file()), file.path(OUT, "rotation.json"))
if (length(wanted) == 0 || "efa" %in% wanted) write(json(efa_file()), file.path(OUT, if (LAVAAN_7) "efa.json" else "efa-0.6.json"))
