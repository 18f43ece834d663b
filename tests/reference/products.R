# Values of modsem for models with latent products: Rscript tests/reference/products.R
# It reads tests/reference/products.json for the models, and writes the same file anew.
# modsem is a black box here: its documented functions are called and their numbers written down.

library(modsem)
library(jsonlite)

here <- "tests/reference"
frozen <- fromJSON(file.path(here, "products.json"), simplifyVector = FALSE)

one <- function(result) {
  data <- read.csv(file.path(here, "data", paste0("products_", result$case, ".csv")))
  model <- frozen$models[[result$case]]
  start <- proc.time()[["user.self"]]
  fit <- modsem(model, data = data, method = result$method)
  spent <- proc.time()[["user.self"]] - start
  table <- parameter_estimates(fit)
  errors <- if ("std.error" %in% names(table)) table$std.error else table$se
  inside <- which(!is.na(errors) & errors > 0)
  result$logl <- as.numeric(if (result$method %in% c("lms", "qml")) fit$logLik else logLik(extract_lavaan(fit)))
  result$cpu_s <- spent
  result$estimates <- lapply(inside, function(i) {
    list(table$lhs[i], table$op[i], table$rhs[i], table$est[i], errors[i])
  })
  result
}

frozen$program <- paste("modsem", packageVersion("modsem"))
frozen$results <- lapply(frozen$results, one)
write_json(frozen, file.path(here, "products.json"), digits = 10, auto_unbox = TRUE, null = "null")
