# Reference fits of the dose tables: naive pooled maximum likelihood, with standard errors from the observed information (numDeriv), or for least squares R's nls.
#   Rscript benchmarks/peers/doses.R DIR      # DIR holds warfarin.csv, theo_md.csv, pheno_sd.csv, oral_1cpt.csv, bolus_2cpt_mm.csv
# Responses to doses are summed in closed form; the two compartments with saturable elimination are solved by Runge-Kutta steps of an eighth of an hour.
# A value at the time of a dose was measured before it.
library(numDeriv)
steps_per_hour <- 8
folder <- commandArgs(trailingOnly = TRUE)[1]
table <- function(name) read.csv(file.path(folder, name), na.strings = c("NA", "."))

# The sum of an answer over the doses that a subject had before each of its values.
superpose <- function(data, values, answer) {
  doses <- data[data$AMT > 0 & data$EVID == 1, ]
  f <- numeric(nrow(values))
  for (id in unique(values$ID)) {
    own <- which(values$ID == id)
    for (k in which(doses$ID == id)) {
      since <- values$TIME[own] - doses$TIME[k]
      f[own] <- f[own] + ifelse(since > 0, answer(since, doses$AMT[k]), 0)
    }
  }
  f
}

oral <- function(t, dose, ka, V, CL) dose * ka / V / (ka - CL / V) * (exp(-CL / V * t) - exp(-ka * t))

# Minimizes over logarithms, and again from there; errors by the observed information.
fit <- function(name, start, value, transform = exp) {
  found <- list(par = start)
  for (round in 1:6) found <- optim(found$par, value, method = if (round %% 2) "BFGS" else "Nelder-Mead", control = list(maxit = 5000, reltol = 1e-14))
  found <- optim(found$par, value, method = "BFGS", control = list(maxit = 5000, reltol = 1e-15))
  covariance <- solve(hessian(value, found$par))
  estimate <- transform(found$par)
  slope <- abs(sapply(seq_along(found$par), function(i) grad(function(x) { p <- found$par; p[i] <- x; transform(p)[i] }, found$par[i])))
  cat(sprintf("%s: -log L = %.6f\n", name, found$value))
  cat(sprintf("  %-8s %.8g +- %.6g\n", names(start), estimate, slope * sqrt(diag(covariance))), sep = "")
}

lognormal <- function(y, f, s) if (!isTRUE(all(f > 0))) 1e10 else -sum(dlnorm(y, log(f), s, log = TRUE))

warfarin <- table("warfarin.csv")
w <- warfarin[warfarin$EVID == 0 & warfarin$DVID == "cp" & warfarin$DV > 0, ]
fit("warfarin", c(ka = 0, V = log(8), CL = log(0.13), lag = log(0.7), sd = log(0.3), cv = log(0.2)), function(p) {
  q <- exp(p)
  f <- superpose(warfarin, w, function(t, dose) ifelse(t > q[4], oral(pmax(t - q[4], 0), dose, q[1], q[2], q[3]), 0))
  -sum(dnorm(w$DV, f, sqrt(q[5]^2 + (q[6] * f)^2), log = TRUE))
})

theo <- table("theo_md.csv")
t <- theo[theo$EVID == 0 & !is.na(theo$DV), ]
model <- function(ka, V, CL) superpose(theo, t, function(since, dose) oral(since, dose, ka, V, CL))
print(summary(nls(DV ~ model(ka, V, CL), data = t, start = list(ka = 1.5, V = 30, CL = 2.8), control = nls.control(tol = 1e-7, minFactor = 1e-12, maxiter = 200)))$coefficients, digits = 8)

pheno <- table("pheno_sd.csv")
p <- pheno[pheno$EVID == 0 & !is.na(pheno$DV), ]
newborn <- function(cl, v) {
  doses <- pheno[pheno$AMT > 0 & pheno$EVID == 1, ]
  sapply(seq_len(nrow(p)), function(i) {
    own <- doses[doses$ID == p$ID[i] & doses$TIME < p$TIME[i], ]
    sum(own$AMT / (v * p$WT[i]) * exp(-cl / v * (p$TIME[i] - own$TIME)))
  })
}
print(summary(nls(DV ~ newborn(cl, v), data = p, start = list(cl = 0.005, v = 1), control = nls.control(tol = 1e-7, minFactor = 1e-12, maxiter = 200)))$coefficients, digits = 8)

single <- table("oral_1cpt.csv")
o <- single[single$EVID == 0 & !is.na(single$DV), ]
fit("oral_1cpt", c(ka = 0, V = log(70), CL = log(4), sd = log(0.4)), function(p) {
  q <- exp(p)
  k <- q[3] / q[2]
  # From the row with SS on, the state is as after endless doses every 24 h; what came before does not matter.
  steady <- function(t, dose) dose * q[1] / q[2] / (q[1] - k) * (exp(-k * t) / (1 - exp(-24 * k)) - exp(-q[1] * t) / (1 - exp(-24 * q[1])))
  doses <- single[single$AMT > 0 & single$EVID == 1, ]
  last <- doses[doses$SS == 1, ]
  f <- superpose(single, o, function(since, dose) oral(since, dose, q[1], q[2], q[3]))
  since <- o$TIME - last$TIME[match(o$ID, last$ID)]
  f <- ifelse(since > 0, steady(pmax(since, 0), last$AMT[match(o$ID, last$ID)]), f)
  lognormal(o$DV, f, q[4])
})

two <- table("bolus_2cpt_mm.csv")
b <- two[two$EVID == 0 & !is.na(two$DV), ]
times <- sort(unique(c(two$TIME)))
ids <- unique(two$ID)
dose_of <- function(time) sapply(ids, function(id) sum(two$AMT[two$ID == id & two$EVID == 1 & two$TIME == time]))
doses <- sapply(times, dose_of)
fit("bolus_2cpt_mm", c(VM = log(1000), KM = log(300), V = log(60), V2 = log(40), Q = log(4), sd = log(0.3)), function(p) {
  q <- exp(p)
  slope <- function(y) {
    flow <- q[5] / q[3] * y[, 1] - q[5] / q[4] * y[, 2]
    cbind(-q[1] * y[, 1] / q[3] / (q[2] + y[, 1] / q[3]) - flow, flow)
  }
  y <- matrix(0, length(ids), 2)
  C <- matrix(0, length(ids), length(times))
  for (j in seq_along(times)) {
    if (j > 1) {
      n <- ceiling((times[j] - times[j - 1]) * steps_per_hour)
      h <- (times[j] - times[j - 1]) / n
      for (i in seq_len(n)) {
        k1 <- slope(y); k2 <- slope(y + h / 2 * k1); k3 <- slope(y + h / 2 * k2); k4 <- slope(y + h * k3)
        y <- y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
      }
    }
    C[, j] <- y[, 1] / q[3]
    y[, 1] <- y[, 1] + doses[, j]
  }
  lognormal(b$DV, C[cbind(match(b$ID, ids), match(b$TIME, times))], q[6])
})
