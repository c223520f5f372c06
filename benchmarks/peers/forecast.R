# The R side of forecast.py: exports series of R's packages, and forecasts them by the package forecast (Hyndman and Khandakar 2008) with its defaults.
#
#   Rscript forecast.R export FOLDER development|seen|kept-back
#   Rscript forecast.R forecast FOLDER
#   Rscript forecast.R subjects FOLDER development|kept-back
#
# Needs r-cran-forecast, r-cran-nlme, r-cran-lme4, r-cran-geepack and the packages whose series are named below.

suppressPackageStartupMessages(library(forecast))

LONGEST <- 300

# The series that were in sight while the tool's methods were made: the package where the object has the series' name, or package, object and column.
development <- list(
  BondYield = c("AER", "BondYield"), DutchSales = c("AER", "DutchSales"), USProdIndex = c("AER", "USProdIndex", "unadjusted"), unemp = c("tseries", "unemp"),
  vel = c("tseries", "vel"),
  AirPassengers = "datasets", nottem = "datasets", UKgas = "datasets", USAccDeaths = "datasets", LakeHuron = "datasets", Nile = "datasets", WWWusage = "datasets",
  BJsales = "datasets", co2 = "datasets", ldeaths = "datasets", austres = "datasets", JohnsonJohnson = "datasets", lynx = "datasets", sunspot.year = "datasets",
  nhtemp = "datasets", presidents = "datasets", lh = "datasets", treering = "datasets", discoveries = "datasets", UKDriverDeaths = "datasets", wineind = "forecast",
  woolyrnq = "forecast", gas = "forecast")

# In sight too, and in neither list: UKInflation and USMoney (AER), ip and cpi (tseries), uspop (datasets).

# The series that were kept back from the first choices, and were scored then: they are in sight since.
seen <- list(
  ArgentinaCPI = c("AER", "ArgentinaCPI"), FrozenJuice = c("AER", "FrozenJuice", "price"),
  GermanUnemployment = c("AER", "GermanUnemployment", "unadjusted"), MotorCycles2 = c("AER", "MotorCycles2"), PepperPrice = c("AER", "PepperPrice", "black"),
  UKNonDurables = c("AER", "UKNonDurables"), manaus = c("boot", "manaus"), bondyield = c("lmtest", "bondyield", 1),
  chickens = c("lmtest", "ChickEgg", "chicken"), eggs = c("lmtest", "ChickEgg", "egg"), ftemp = c("lmtest", "ftemp"), jocci = c("lmtest", "jocci", 1),
  lhur = c("lmtest", "lhur", 1), RealInt = c("strucchange", "RealInt", 1), USIncExp = c("strucchange", "USIncExp", 1), durab = c("strucchange", "durab", 1),
  M1 = c("tseries", "M1"), bev = c("tseries", "bev"), nino3 = c("tseries", "nino3"), stock.prices = c("tseries", "stock.prices"), tcm10y = c("tseries", "tcm10y"),
  UKconsumption = c("urca", "UKconsumption", 1))

# The series that no choice saw, named before any of them was scored: package, object, column.
kept_back <- list(
  agriculture = c("AER", "ChinaIncome", "agriculture"), inflation = c("AER", "BenderlyZwick", "inflation"), distribution = c("AER", "ConsumerGood", "distribution"),
  dowjones = c("AER", "DJFranses"), television = c("AER", "DutchAdvert", "tv"), consumption = c("AER", "KleinI", "consumption"),
  orange.county = c("AER", "OrangeCounty", "employment"), output = c("AER", "TechChange", "output"), gasoline = c("AER", "USGasG", "gas"),
  mbase = c("AER", "USMacroB", "mbase"), gbpusd = c("AER", "USMacroSW", "gbpusd"), unemployment.q = c("AER", "USMacroSW", "unemp"), oil = c("AER", "USMacroSWM", "oil"),
  production = c("AER", "USMacroSWM", "production"), dividend = c("AER", "USStocksSW", "dividend"), logm1 = c("dynlm", "M1Germany", "logm1"), gold = c("forecast", "gold"),
  substitution = c("lmtest", "currencysubstitution", "logCUS"), fyff = c("lmtest", "fyff", "y"), gmdc = c("lmtest", "gmdc", "y"), money = c("lmtest", "moneydemand", "logM"),
  pw561 = c("lmtest", "pw561", "y"), unemployment = c("lmtest", "unemployment", "UN"), stocks = c("lmtest", "valueofstocks", "VST"), gasprice = c("quantreg", "gasprice"),
  wages.uk = c("strucchange", "PhillipsCurve", "w"), nom.wages = c("tseries", "nom.wages"), rl = c("tseries", "rl"), wool = c("boot", "wool"),
  beaver = c("boot", "beaver", "temp"), airmiles = c("datasets", "airmiles"), freeny.y = c("datasets", "freeny.y"), kms = c("datasets", "Seatbelts", "kms"),
  petrol = c("datasets", "Seatbelts", "PetrolPrice"), van = c("datasets", "Seatbelts", "VanKilled"), ftse = c("datasets", "EuStockMarkets", "FTSE"))

na.contiguous.ends <- function(x) {
  there <- which(!is.na(x))
  window(x, start = time(x)[min(there)], end = time(x)[max(there)])
}

load_series <- function(entry) {
  frame <- new.env()
  suppressWarnings(suppressMessages(data(list = entry[2], package = entry[1], envir = frame)))
  if (!exists(entry[2], envir = frame, inherits = FALSE)) {
    # Some series lie in a file of another name; the package's own list knows it.
    items <- data(package = entry[1])$results[, "Item"]
    item <- items[startsWith(items, paste0(entry[2], " "))][1]
    data(list = sub(".*\\((.*)\\)", "\\1", item), package = entry[1], envir = frame)
  }
  x <- get(entry[2], envir = frame)
  if (!is.null(dim(x))) {
    column <- if (length(entry) < 3) 1 else suppressWarnings(if (is.na(as.integer(entry[3]))) entry[3] else as.integer(entry[3]))
    x <- x[, column]
  }
  frequency <- frequency(x)

  # Missing values at the ends say nothing, and a year of days or weeks is longer than what is kept.
  x <- ts(as.numeric(x), start = tsp(as.ts(x))[1], frequency = frequency)
  x <- na.contiguous.ends(x)
  if (frequency > 24) { x <- ts(as.numeric(x)); frequency <- 1 }
  if (length(x) > LONGEST) ts(tail(as.numeric(x), LONGEST), end = end(x), frequency = frequency) else x
}

time_text <- function(x) {
  year <- floor(time(x) + 1e-6)
  if (frequency(x) == 12) sprintf("%d-%02d", as.integer(year), as.integer(cycle(x)))
  else if (frequency(x) == 4) sprintf("%dQ%d", as.integer(year), as.integer(cycle(x)))
  else if (frequency(x) == 1) as.character(as.integer(round(time(x))))
  else as.character(seq_along(x))
}

export <- function(folder, set) {
  entries <- switch(set, development = development, seen = seen, "kept-back" = kept_back, stop("There is no set ", set))
  for (name in names(entries)) if (length(entries[[name]]) == 1) entries[[name]] <- c(entries[[name]], name)
  rows <- data.frame()
  for (name in names(entries)) {
    x <- load_series(entries[[name]])
    write.csv(data.frame(time = time_text(x), value = as.numeric(x)), file.path(folder, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
    rows <- rbind(rows, data.frame(name = name, package = entries[[name]][1], frequency = frequency(x), length = length(x)))
  }
  write.csv(rows, file.path(folder, "series.csv"), row.names = FALSE, quote = FALSE)
}

methods <- list(
  "auto.arima" = function(x, h) forecast(auto.arima(x), h = h, level = c(80, 95)),
  "ets" = function(x, h) if (frequency(x) > 24) stlf(x, h = h, level = c(80, 95)) else forecast(ets(x), h = h, level = c(80, 95)),
  "tbats" = function(x, h) forecast(tbats(x, use.parallel = FALSE), h = h, level = c(80, 95)),
  "nnetar" = function(x, h) { set.seed(1); forecast(nnetar(x), h = h) },
  "thetaf" = function(x, h) thetaf(x, h = h, level = c(80, 95)),
  "snaive (R)" = function(x, h) snaive(x, h = h, level = c(80, 95)),
  "naive (R)" = function(x, h) naive(x, h = h, level = c(80, 95)),
  "rwf, drift (R)" = function(x, h) rwf(x, h = h, drift = TRUE, level = c(80, 95)))

forecast_all <- function(folder) {
  series <- read.csv(file.path(folder, "series.csv"))
  splits <- read.csv(file.path(folder, "splits.csv"))
  output <- file(file.path(folder, "r.csv"), "w")
  writeLines("method,series,cut,step,median,lower_80,upper_80,lower_95,upper_95,seconds", output)
  for (i in seq_len(nrow(splits))) {
    split <- splits[i, ]
    table <- read.csv(file.path(folder, paste0(split$series, ".csv")))
    x <- ts(table$value[seq_len(split$cut)], frequency = series$frequency[series$name == split$series])
    x <- na.interp(x)
    for (method in names(methods)) {
      start <- proc.time()[["elapsed"]]
      f <- tryCatch(suppressWarnings(methods[[method]](x, split$length)), error = function(e) { message(split$series, ", ", method, ": ", conditionMessage(e)); NULL })
      seconds <- proc.time()[["elapsed"]] - start
      if (!is.null(f)) {
        # Bands of nnetar are simulated for half a minute: they are left out.
        bands <- if (is.null(f$lower)) matrix(NA_real_, split$length, 4) else cbind(f$lower[, 1], f$upper[, 1], f$lower[, 2], f$upper[, 2])
        writeLines(sprintf("\"%s\",%s,%d,%d,%.10g,%.10g,%.10g,%.10g,%.10g,%.3f", method, split$series, split$cut, seq_len(split$length), as.numeric(f$mean),
          bands[, 1], bands[, 2], bands[, 3], bands[, 4], seconds), output)
        flush(output)
      }
    }
  }
  close(output)
}

# Subjects: a curve of known form for each, fitted to the first part of its values; to all subjects' where that does not converge. First the tables in sight.
curves_development <- list(
  Indometh = list(data = function() with(datasets::Indometh, data.frame(id = Subject, time = time, value = conc)),
    formula = value ~ SSbiexp(time, A1, lrc1, A2, lrc2)),
  Theoph = list(data = function() with(datasets::Theoph, data.frame(id = Subject, time = Time, value = conc, dose = Dose)),
    formula = value ~ SSfol(dose, time, lKe, lKa, lCl)),
  Orange = list(data = function() with(datasets::Orange, data.frame(id = Tree, time = age, value = circumference)), formula = value ~ SSlogis(time, Asym, xmid, scal)),
  Loblolly = list(data = function() with(datasets::Loblolly, data.frame(id = Seed, time = age, value = height)), formula = value ~ SSasymp(time, Asym, R0, lrc)),
  ChickWeight = list(data = function() with(datasets::ChickWeight, data.frame(id = Chick, time = Time, value = weight)), formula = value ~ SSlogis(time, Asym, xmid, scal)),
  Soybean = list(data = function() with(nlme::Soybean, data.frame(id = Plot, time = Time, value = weight)), formula = value ~ SSlogis(time, Asym, xmid, scal)))

# Those that no choice saw, named before any of them was scored. Lines are fitted by least squares, and the cycle of follicles by its first harmonic.
curves_kept_back <- list(
  Cefamandole = list(data = function() with(nlme::Cefamandole, data.frame(id = Subject, time = Time, value = conc)),
    formula = value ~ SSbiexp(time, A1, lrc1, A2, lrc2)),
  dietox = list(data = function() { e <- new.env(); data("dietox", package = "geepack", envir = e)
      with(e$dietox, data.frame(id = Pig, time = Time, value = Weight)) }, formula = value ~ SSlogis(time, Asym, xmid, scal)),
  Oxboys = list(data = function() with(nlme::Oxboys, data.frame(id = Subject, time = age, value = height)), formula = value ~ time, linear = TRUE),
  BodyWeight = list(data = function() with(nlme::BodyWeight, data.frame(id = Rat, time = Time, value = weight)), formula = value ~ time, linear = TRUE),
  sleepstudy = list(data = function() with(lme4::sleepstudy, data.frame(id = Subject, time = Days, value = Reaction)), formula = value ~ time, linear = TRUE),
  Ovary = list(data = function() with(nlme::Ovary, data.frame(id = Mare, time = Time, value = follicles)),
    formula = value ~ sin(2 * pi * time) + cos(2 * pi * time), linear = TRUE))

subjects <- function(folder, set) {
  curves <- switch(set, development = , seen = curves_development, "kept-back" = curves_kept_back, stop("There is no set ", set))
  output <- file(file.path(folder, "curves.csv"), "w")
  writeLines("table,id,index,observed,curve", output)
  for (name in names(curves)) {
    d <- curves[[name]]$data()
    d$id <- as.character(d$id)
    d <- d[order(d$id, d$time), ]
    counts <- table(d$id)
    d <- d[d$id %in% names(counts)[counts >= 5], ]
    write.csv(d[, c("id", "time", "value")], file.path(folder, paste0(name, ".subjects.csv")), row.names = FALSE, quote = FALSE)

    # The last fifth of each subject, rounded, but one value at least.
    d$rank <- ave(d$time, d$id, FUN = seq_along)
    d$length <- ave(d$time, d$id, FUN = length)
    d$ahead <- d$rank > d$length - pmax(1, floor(0.2 * d$length + 0.5))
    fitter <- if (isTRUE(curves[[name]]$linear)) lm else nls
    pooled <- tryCatch(fitter(curves[[name]]$formula, d[!d$ahead, ]), error = function(e) NULL)
    for (id in unique(d$id)) {
      one <- d[d$id == id, ]
      fit <- tryCatch(fitter(curves[[name]]$formula, one[!one$ahead, ]), error = function(e) pooled)
      if (!is.null(fit)) {
        values <- predict(fit, one[one$ahead, ])
        writeLines(sprintf("%s,%s,%d,%.10g,%.10g", name, id, which(one$ahead), one$value[one$ahead], values), output)
      }
    }
  }
  close(output)
}

arguments <- commandArgs(trailingOnly = TRUE)
switch(arguments[1], export = export(arguments[2], arguments[3]), forecast = forecast_all(arguments[2]), subjects = subjects(arguments[2], arguments[3]),
  stop("export FOLDER SET, forecast FOLDER or subjects FOLDER SET"))
