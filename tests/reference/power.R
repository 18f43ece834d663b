# Power by formula, from semTools: of an RMSEA (MacCallum et al.) and of wrong models (Satorra & Saris).
#
#     Rscript tests/reference/power.R
#
# Writes power.json beside itself.

HERE <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(HERE, "version.R"))
suppressMessages(library(semTools))

rmsea <- expand.grid(null = c(0, .05), true = c(.01, .08), df = c(24, 164), n = c(100, 440), groups = 1:2)
rmsea$power <- mapply(
  function(null, true, df, n, groups) findRMSEApower(null, true, df, n, group = groups),
  rmsea$null, rmsea$true, rmsea$df, rmsea$n, rmsea$groups
)
needed <- expand.grid(null = c(0, .05), true = c(.01, .08), df = c(24, 164))
needed$n <- mapply(
  function(null, true, df) findRMSEAsamplesize(null, true, df, power = .8), needed$null, needed$true, needed$df
)

population <- "
  NPC =~ .68*npc1 + .76*npc2 + .8*npc3
  KSSE =~ .7*k1 + .8*k2 + .75*k3
  KS =~ .7*ks1 + .8*ks2 + .6*ks3
  NPC ~~ 1*NPC
  KSSE ~ .35*NPC
  KS ~ .2*KSSE + .1*NPC
  KSSE ~~ .8775*KSSE
  KS ~~ .936*KS
  npc1 ~~ .5376*npc1
  npc2 ~~ .4224*npc2
  npc3 ~~ .36*npc3
  k1 ~~ .51*k1
  k2 ~~ .36*k2
  k3 ~~ .4375*k3
  ks1 ~~ .51*ks1
  ks2 ~~ .36*ks2
  ks3 ~~ .64*ks3
"
measured <- "NPC =~ npc1 + npc2 + npc3\nKSSE =~ k1 + k2 + k3\nKS =~ ks1 + ks2 + ks3\n"
restricted <- list(
  no_path = paste0(measured, "KSSE ~ NPC\nKS ~ KSSE + 0*NPC"),
  equal = paste0(measured, "KSSE ~ a*NPC\nKS ~ a*KSSE + NPC"),
  neither = paste0(measured, "KSSE ~ NPC\nKS ~ 0*KSSE + 0*NPC")
)
lost <- c(no_path = 1, equal = 1, neither = 2)
wrong <- do.call(rbind, lapply(names(restricted), function(name) {
  do.call(rbind, lapply(c(200, 440), function(n) {
    data.frame(
      model = name, n = n,
      power = SSpower(restricted[[name]], n = n, nparam = lost[[name]], popModel = population, fun = "sem")
    )
  }))
}))
versions <- list(
  R = paste(R.version$major, R.version$minor, sep = "."),
  lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools"))
)
write(
  toJSON(list(versions = versions, rmsea = rmsea, needed = needed, wrong = wrong), auto_unbox = TRUE, digits = 12, pretty = TRUE),
  file.path(OUT, "power.json")
)
