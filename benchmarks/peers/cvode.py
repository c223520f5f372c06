"""The stiff problems of the benchmark table by CVODE (SUNDIALS; Debian's libsundials-dev and gcc): builds cvode.c beside and runs it.

    python3 benchmarks/peers/cvode.py [--clock wall|cpu] [--json FILE]
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent / "cvode.c"
LIBRARIES = ["cvode", "nvecserial", "sunmatrixdense", "sunmatrixband", "sunlinsoldense", "sunlinsolband"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", help="the table's; stiff is all there is")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "cvode")
        libraries = [f"-lsundials_{name}" for name in LIBRARIES]
        subprocess.run(["cc", "-O3", "-march=native", SOURCE, "-o", program, *libraries, "-lm"], check=True)
        lines = subprocess.run([program, options.clock], check=True, capture_output=True, text=True).stdout.splitlines()
    rows = []
    for line in lines:
        name, tolerance, lower, median, upper, steps, evaluations, failures, setups, jacobians = line.split()
        note = f"CVODE: {steps} steps, {failures} rejected, {evaluations} evaluations, {setups} factorizations, {jacobians} Jacobians"
        rows.append({"key": f"stiff {name} {tolerance}", "unit": "ns", "lower": float(lower), "median": float(median), "upper": float(upper), "note": note})
        print(f"{name} {tolerance}: {float(median) / 1e3:.1f} µs ({note})")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as stream:
            json.dump({"rows": rows}, stream, indent=1)


if __name__ == "__main__":
    main()
