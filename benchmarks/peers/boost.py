"""The section dopri5 of the benchmark table by Boost.odeint (Debian's libboost-dev and g++): builds boost.cpp beside and runs it.

    python3 benchmarks/peers/boost.py [--clock wall|cpu] [--json FILE]
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent / "boost.cpp"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", help="the table's; dopri5 is all there is")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "boost")
        subprocess.run(["c++", "-O3", "-march=native", "-std=c++17", SOURCE, "-o", program], check=True)
        lines = subprocess.run([program, options.clock], check=True, capture_output=True, text=True).stdout.splitlines()
    rows = []
    for line in lines:
        name, tolerance, lower, median, upper, steps, evaluations, error = line.split()
        note = f"Boost.odeint: {steps + ' steps, ' if int(steps) else ''}{evaluations} evaluations, error {error}"
        # Boost's one form stands beside each of ours.
        for form in ("dopri5", "dopri5-inlined", "dopri5-following"):
            key = f"{name.replace('dopri5', form)} {tolerance}"
            rows.append({"key": key, "unit": "ns", "lower": float(lower), "median": float(median), "upper": float(upper), "note": note})
        print(f"{name} {tolerance}: {float(median) / 1e3:.2f} µs ({note})")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as stream:
            json.dump({"rows": rows}, stream, indent=1)


if __name__ == "__main__":
    main()
