# The population model of theophylline by nlme (its alternating approximation) and, where lme4 is installed, by Laplace's approximation.
#   Rscript benchmarks/peers/population.R
library(nlme)
found <- nlme(conc ~ SSfol(Dose, Time, lKe, lKa, lCl), data = Theoph, fixed = lKe + lKa + lCl ~ 1, random = pdDiag(lKa + lCl ~ 1), method = "ML",
              start = c(lKe = -2.4, lKa = 0.45, lCl = -3.2))
print(summary(found)$tTable, digits = 7)
print(VarCorr(found))
cat("-log L", -as.numeric(logLik(found)), "\n")
if (requireNamespace("lme4", quietly = TRUE)) {
  laplace <- lme4::nlmer(conc ~ SSfol(Dose, Time, lKe, lKa, lCl) ~ 0 + lKe + lKa + lCl + (0 + lKa | Subject) + (0 + lCl | Subject), Theoph,
                         start = c(lKe = -2.45, lKa = 0.47, lCl = -3.23), control = lme4::nlmerControl(tolPwrss = 1e-10))
  print(summary(laplace)$coefficients, digits = 7)
  print(as.data.frame(lme4::VarCorr(laplace)), digits = 7)
  cat("-log L", -as.numeric(logLik(laplace)), "\n")
}

# The same with all three varying and correlated (Omega full).
full <- nlme(conc ~ SSfol(Dose, Time, lKe, lKa, lCl), data = Theoph, fixed = lKe + lKa + lCl ~ 1, random = lKe + lKa + lCl ~ 1, method = "ML",
             start = c(lKe = -2.4, lKa = 0.45, lCl = -3.2))
print(VarCorr(full))
print(fixef(full), digits = 7)
cat("full Omega: -log L", -as.numeric(logLik(full)), "\n")
if (requireNamespace("lme4", quietly = TRUE)) {
  laplace <- lme4::nlmer(conc ~ SSfol(Dose, Time, lKe, lKa, lCl) ~ 0 + lKe + lKa + lCl + (lKe + lKa + lCl | Subject), Theoph,
                         start = c(lKe = -2.45, lKa = 0.47, lCl = -3.23), control = lme4::nlmerControl(tolPwrss = 1e-10))
  print(lme4::fixef(laplace), digits = 7)
  print(as.data.frame(lme4::VarCorr(laplace)), digits = 7)
  cat("full Omega: -log L", -as.numeric(logLik(laplace)), "\n")
}
