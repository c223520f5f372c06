"""Forecasts by the tool and by R's package forecast, on the same series from the same origins: one command prints the tables.

    python3 benchmarks/peers/forecast.py --set development
    python3 benchmarks/peers/forecast.py --set seen --no-subjects
    python3 benchmarks/peers/forecast.py --set kept-back

Needs Rscript with forecast, nlme, lme4, geepack, AER, boot, dynlm, lmtest, quantreg, strucchange, tseries and urca (Debian: r-cran-*), and the built tool. forecast.R names the series of the
sets: those in sight while the methods were made, those that an earlier day kept back and scored, and those that no choice saw. `neuralode evaluate` forecasts the last fifth of each series, and as much from two earlier origins; R gets the same
values, and knows the season, which the tool has to find. Errors are divided by the mean absolute change from value to value, or from season to season, of what was learned from, so
that the ratio to auto.arima is that of mean absolute errors. Means are geometric, over series, each with the same weight; the interval is that of 95 % of 4,000 bootstrap samples
of whole series. FOLDER keeps what was forecast: a second run
only repeats the tool's part, and with --reuse only the scores.
"""

import argparse
import csv
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REFERENCE = "auto.arima"
LEVELS = (80, 95)


def rscript(*arguments):
    subprocess.run(["Rscript", os.path.join(HERE, "forecast.R"), *arguments], check=True)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return math.nan if text in ("NA", "") else float(text)


def evaluate(tool, table, output, *options):
    """Runs the tool; its forecasts by method and origin, in the order of the file."""
    start = time.monotonic()
    result = subprocess.run([tool, "evaluate", table, "--time", "time", "--out", output, *options], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{table}: {result.stderr}")
    return rows(output), time.monotonic() - start


def our_forecasts(args, series, folder):
    """What the tool forecast, as (method, series, cut) -> list of (step, median, bands), and where it was asked to."""
    forecasts, splits, seconds = {}, {}, []
    for name in series:
        table = os.path.join(folder, name + ".csv")
        index = {row["time"]: i for i, row in enumerate(rows(table))}
        options = ["--methods", args.methods] if args.methods else []
        output = os.path.join(folder, name + ".ours.csv")
        written, elapsed = (rows(output), math.nan) if args.reuse and os.path.exists(output) else evaluate(args.tool, table, output, *options)
        seconds.append(elapsed)
        for row in written:
            # The tool writes a date's first day; the table has the month or the quarter.
            cut = index[table_time(row["origin"], index)] + 1
            values = [number(row["median"])] + [number(row[f"{end}_{level}"]) for level in LEVELS for end in ("lower", "upper")]
            forecasts.setdefault((row["method"], name, cut), []).append(values)
        for method, _, cut in list(forecasts):
            if _ == name:
                splits[name, cut] = len(forecasts[method, name, cut])
    return forecasts, splits, seconds


def table_time(text, index):
    if text in index:
        return text
    year, month, _ = text.rsplit("-", 2)
    return next(x for x in (f"{year}-{month}", f"{year}Q{(int(month) + 2) // 3}") if x in index)


def r_forecasts(folder, splits):
    """What R forecast; kept in the folder as long as it has all origins."""
    path, done = os.path.join(folder, "r.csv"), os.path.join(folder, "r.done")
    known = {(row["series"], int(row["cut"])) for row in rows(path)} if os.path.exists(done) else set()
    if not known.issuperset(splits):
        with open(os.path.join(folder, "splits.csv"), "w") as file:
            file.write("series,cut,length\n" + "".join(f"{name},{cut},{length}\n" for (name, cut), length in sorted(splits.items())))
        rscript("forecast", folder)
        open(done, "w").close()
    forecasts = {}
    for row in rows(path):
        if (row["series"], int(row["cut"])) not in splits:
            continue
        values = [number(row["median"])] + [number(row[f"{end}_{level}"]) for level in LEVELS for end in ("lower", "upper")]
        forecasts.setdefault((row["method"], row["series"], int(row["cut"])), []).append(values)
    return forecasts


def score(values, truth, scale):
    """Error, coverage and interval scores of one forecast; those of bands are NaN where there are none."""
    pairs = [(f, y) for f, y in zip(values, truth) if not math.isnan(y)]
    result = {"mase": statistics.fmean(abs(f[0] - y) for f, y in pairs) / scale}
    for i, level in enumerate(LEVELS):
        bands = [(f[1 + 2 * i], f[2 + 2 * i], y) for f, y in pairs]
        fine = 2 / (1 - level / 100)
        result["coverage", level] = math.nan if math.isnan(bands[0][0]) else statistics.fmean(low <= y <= high for low, high, y in bands)
        result["score", level] = statistics.fmean(high - low + fine * (max(0, low - y) + max(0, y - high)) for low, high, y in bands) / scale
    return result


def scale_of(values, period):
    lag = period if 1 < period < len(values) else 1
    changes = [abs(a - b) for a, b in zip(values[lag:], values) if not math.isnan(a - b)]
    return statistics.fmean(changes)


def score_all(forecasts, folder, frequency, splits):
    scores = {}
    truths = {name: [number(row["value"]) for row in rows(os.path.join(folder, name + ".csv"))] for name in frequency}
    for (method, name, cut), values in forecasts.items():
        length = splits[name, cut]
        if len(values) != length:
            sys.exit(f"{method} forecast {len(values)} values of {name} after {cut}, not {length}")
        scores[method, name, cut] = score(values, truths[name][cut:cut + length], scale_of(truths[name][:cut], frequency[name]))
    return scores


def mean_ratio(scores, method, key, reference=REFERENCE):
    """Geometric mean over series of the ratio to the reference with its bootstrap interval, and the worst task; only tasks that both did."""
    by_series = {}
    for (m, name, cut), s in scores.items():
        other = scores.get((reference, name, cut))
        if m == method and other and s[key] > 0 and other[key] > 0:
            by_series.setdefault(name, []).append(math.log(s[key] / other[key]))
    if not by_series:
        return None
    means = [statistics.fmean(x) for x in by_series.values()]
    source = random.Random(0)
    draws = sorted(statistics.fmean(source.choices(means, k=len(means))) for _ in range(4000))
    worst = max((value, name) for name, values in by_series.items() for value in values)
    return [math.exp(x) for x in (statistics.fmean(means), draws[99], draws[3899], worst[0])] + [worst[1]]


def print_table(scores, tasks):
    methods = sorted({m for m, _, _ in scores}, key=lambda m: statistics.fmean(math.log(max(s["mase"], 1e-9)) for (x, _, _), s in scores.items() if x == m))
    print("| method | tasks | MASE over auto.arima's | 95 % | worst | in 80 % | in 95 % | score 80 over auto.arima's | score 95 |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for method in methods:
        own = [s for (m, _, _), s in scores.items() if m == method]
        ratio, fine80, fine95 = (mean_ratio(scores, method, key) for key in ("mase", ("score", 80), ("score", 95)))
        cover = [100 * statistics.fmean(s["coverage", level] for s in own) for level in LEVELS]
        shown = [f"{x[0]:.2f}" if x else "-" for x in (fine80, fine95)]
        if ratio:
            shares = ["-" if math.isnan(x) else f"{x:.0f} %" for x in cover]
            print(f"| {method} | {len(own)} of {tasks} | {ratio[0]:.3f} | {ratio[1]:.2f}-{ratio[2]:.2f} | {ratio[3]:.2f} ({ratio[4]}) "
                  f"| {shares[0]} | {shares[1]} | {shown[0]} | {shown[1]} |")


def print_simple(scores, ours):
    """On no task worse than twice the best of last value, drift and seasonal naive?"""
    print("\nWorst ratio to the best of the last value, drift and the seasonal naive forecast:\n")
    for method in ours:
        worst = max(
            (s["mase"] / best, name, cut)
            for (m, name, cut), s in scores.items() if m == method
            for best in [min(scores[x, name, cut]["mase"] for x in ("snaive (R)", "naive (R)", "rwf, drift (R)") if (x, name, cut) in scores)] if best > 0)
        print(f"- {method}: {worst[0]:.2f} ({worst[1]} after {worst[2]} values)")


def print_subjects(args, folder):
    """Subject data beside a curve of known form for each subject: mean absolute errors over the curve's."""
    rscript("subjects", folder, args.set)
    curves = {}
    for row in rows(os.path.join(folder, "curves.csv")):
        curves.setdefault(row["table"], {})[row["id"], int(row["index"])] = (float(row["observed"]), float(row["curve"]))
    ratios = {}
    print("\nSubjects, mean absolute error over that of a curve of known form:\n")
    for table, values in curves.items():
        path = os.path.join(folder, table + ".subjects.csv")
        ranks, seen = {}, {}
        for row in rows(path):
            seen[row["id"]] = seen.get(row["id"], 0) + 1
            ranks[row["id"], float(row["time"])] = seen[row["id"]]
        methods = ["--methods", args.subject_methods] if args.subject_methods else []
        written, _ = evaluate(args.tool, path, os.path.join(folder, table + ".subjects.ours.csv"), "--series", "id", "--origins", "1", *methods)
        errors = {}
        for row in written:
            place = row["series"], ranks[row["series"], float(row["time"])]
            if place in values:
                errors.setdefault(row["method"], []).append(abs(float(row["median"]) - values[place][0]))
        curve = statistics.fmean(abs(y - f) for y, f in values.values())
        for method, error in errors.items():
            if len(error) != len(values):
                sys.exit(f"{table}, {method}: {len(error)} values, and {len(values)} of the curve")
            ratios.setdefault(method, []).append((statistics.fmean(error) / curve, table))
    print("| method | " + " | ".join(curves) + " | geometric mean |")
    print("| --- |" + " --- |" * (len(curves) + 1))
    for method, pairs in ratios.items():
        found = {table: ratio for ratio, table in pairs}
        print(f"| {method} | " + " | ".join(f"{found[t]:.2f}" if t in found else "-" for t in curves)
              + f" | {math.exp(statistics.fmean(math.log(r) for r, _ in pairs)):.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=["development", "seen", "kept-back"], default="development")
    parser.add_argument("--tool", default=os.path.join(ROOT, "artifacts", "bin", "NeuralOde.Cli", "release", "neuralode"))
    parser.add_argument("--methods", help="the tool's methods; the default of `neuralode evaluate`")
    parser.add_argument("--subject-methods", help="the tool's methods for subjects; the default of `neuralode evaluate`")
    parser.add_argument("--no-subjects", action="store_true")
    parser.add_argument("--reuse", action="store_true", help="takes the tool's forecasts from FOLDER where they are there")
    parser.add_argument("--folder", help="where series and forecasts are kept; a temporary one by default")
    args = parser.parse_args()
    folder = args.folder or tempfile.mkdtemp(prefix="forecast-")
    os.makedirs(folder, exist_ok=True)
    rscript("export", folder, args.set)
    series = rows(os.path.join(folder, "series.csv"))
    frequency = {row["name"]: int(row["frequency"]) for row in series}
    forecasts, splits, seconds = our_forecasts(args, frequency, folder)
    ours = sorted({m for m, _, _ in forecasts})
    forecasts.update(r_forecasts(folder, splits))
    scores = score_all(forecasts, folder, frequency, splits)
    took = [x for x in seconds if not math.isnan(x)]
    times = f" The tool took {statistics.median(took):.1f} s for a series (median; the longest {max(took):.1f} s), all of its methods and origins." if took else ""
    print(f"{len(frequency)} series ({args.set}): {', '.join(frequency)}. {len(splits)} tasks.{times}\n")
    print_table(scores, len(splits))
    print_simple(scores, ours)
    if not args.no_subjects and args.set != "seen":
        print_subjects(args, folder)


if __name__ == "__main__":
    main()
