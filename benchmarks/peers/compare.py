"""Runs this library's benchmarks and the peers' in turn, several rounds, on one core, and prints the ratios as a Markdown table.

    python3 benchmarks/peers/compare.py [SECTION...] [--peer workloads|compiled|jitted|cvode|boost] [--rounds 3] [--core 0] [--clock wall|cpu] [--json FILE]

A ratio is taken within a round, so that whatever else the machine does meets both sides alike; the table has the rounds' median and
range. PyTorch runs under /usr/bin/python3 (Debian's python3-torch), or under what PEER_PYTHON names; "compiled" is PyTorch 2 under torch.compile, "jitted" JAX with Diffrax, and
where that Python has none of them, the script says so and compares nothing. The section "stiff" has CVODE for a peer
(compare.py stiff --peer cvode), the section "dopri5" Boost.odeint (compare.py dopri5 --peer boost).
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROJECT = ROOT / "benchmarks" / "NeuralOde.Benchmarks"
OURS = ROOT / "artifacts" / "bin" / "NeuralOde.Benchmarks" / "release" / "NeuralOde.Benchmarks.dll"


def peer_environment():
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    # Where they are set, they choose kernels for another processor, and halve OpenBLAS's speed.
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        environment.pop(name, None)
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        if "avx512vl" in info.read():
            environment.setdefault("ATEN_CPU_CAPABILITY", "avx512")
    return environment


def run(command, environment, file):
    subprocess.run([*command, "--json", file], check=True, env=environment, stdout=subprocess.DEVNULL)
    with open(file, encoding="utf-8") as stream:
        return {row["key"]: row for row in json.load(stream)["rows"]}


def text(value, unit):
    if unit != "ns":
        return f"{value:.1f} {unit}"
    for factor, name in ((1e6, "ms"), (1e3, "µs")):
        if value >= factor:
            return f"{value / factor:.3g} {name}"
    return f"{value:.3g} ns"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*")
    parser.add_argument("--peer", choices=["workloads", "compiled", "jitted", "cvode", "boost"], default="workloads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--json", help="also write the numbers of every round here")
    options = parser.parse_args()
    dotnet = shutil.which("dotnet") or sys.exit("The .NET SDK is not on the path.")
    subprocess.run([dotnet, "build", "-c", "Release", "-v", "quiet", "-nologo", PROJECT], check=True, stdout=sys.stderr)
    common = [*options.sections, "--clock", options.clock]
    # Our own program keeps its measuring thread on the core itself, and leaves the compiler's thread free.
    ours = [dotnet, OURS, "table", *common, "--core", str(options.core)]
    peers = ["taskset", "-c", str(options.core), os.environ.get("PEER_PYTHON", "/usr/bin/python3"), HERE / f"{options.peer}.py", *common]
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "rows.json")
        for i in range(options.rounds):
            print(f"round {i + 1} of {options.rounds}", file=sys.stderr, flush=True)
            mine = run(ours, os.environ, file)
            theirs = run(peers, peer_environment(), file)
            rounds.append((mine, theirs))
    print("| work | NeuralOde | peer | ratio | range | peer's |")
    print("| --- | --- | --- | --- | --- | --- |")
    for key, row in rounds[0][1].items():
        pairs = [(mine[key], theirs[key]) for mine, theirs in rounds if key in mine and key in theirs]
        if not pairs:
            continue
        unit = row["unit"]
        values = [[x["median"] for x in pair] for pair in pairs]
        ratios = [peer / own if unit == "ns" else own / peer for own, peer in values]
        own, peer = (statistics.median(x) for x in zip(*values))
        print(
            f"| {key} | {text(own, unit)} | {text(peer, unit)} | {statistics.median(ratios):.3g} "
            f"| {min(ratios):.3g} – {max(ratios):.3g} | {row['note']} |"
        )
    if options.json:
        with open(options.json, "w", encoding="utf-8") as stream:
            json.dump([{"ours": mine, "peers": theirs} for mine, theirs in rounds], stream, indent=1)


if __name__ == "__main__":
    main()
