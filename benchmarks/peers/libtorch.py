"""Runs this library's benchmarks and tuned libtorch (TorchSharp) in turn, one thread on one core, and prints the ratios as a Markdown table.

    python3 benchmarks/peers/libtorch.py [SECTION...] [--rounds 3] [--core 0] [--clock wall|cpu]

Sections are gemm, wide, conv, mnist, latent, fields and training. The peer is a C# program in the folder that TORCHSHARP names; where there is none, this script says so and ends. It is built in a temporary folder, from NuGet's TorchSharp-cpu, and tuned: AVX-512 in its MKL on processors that are not
Intel's (a preloaded function), memory that the allocator keeps instead of returning it, and for images the faster of its two layouts. g++ is needed, and patchelf where the system's
C++ library is older than the one that TorchSharp was built with.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import compare

# The work, its section, the keys of this library's rows (whose times add up), those of the peer's (the fastest counts), and the least ratio that is aimed at.
ROWS = [
    ("MNIST ODE-Net step, direct", "mnist", ["mnist direct"], ["mnist direct", "mnist direct channels-last"], 2.0),
    ("ResNet step", "mnist", ["mnist resnet"], ["mnist resnet", "mnist resnet channels-last"], 1.65),
    ("MLP 64-128-128-64, batch 512: f", "wide", ["wide f"], ["wide f"], None),
    ("MLP 64-128-128-64, batch 512: f and VJP", "wide", ["wide vjp"], ["wide vjp"], None),
    ("y³-2-50-2, batch 20: f", "fields", ["cubic f"], ["cubic f"], None),
    ("y³-2-50-2, batch 20: f and VJP", "fields", ["cubic vjp"], ["cubic vjp"], None),
    ("2-16-16-2: f", "fields", ["spiral f"], ["spiral f"], None),
    ("2-16-16-2: f and VJP", "fields", ["spiral vjp"], ["spiral vjp"], None),
    ("spiral iteration, direct", "training", ["spiral direct"], ["spiral direct"], 200),
    ("latent ODE step, Euler, direct", "latent", ["latent direct"], ["latent direct"], 5.8),
] + [
    (
        f"convolution 3x3 64→64, {n}x{n}, forward and both gradients",
        "conv",
        [[f"convolution {what}{tile} 3x3, 64→64, {n}x{n}→{n}x{n}" for tile in ("", ", tiles of 3", ", tiles of 4")] for what in ("forward", "data gradient", "weight gradient")],
        [f"conv 64→64 {n}x{n} forward+backward", f"conv 64→64 {n}x{n} channels-last forward+backward"],
        least,
    )
    for n, least in ((6, 1.8), (7, 1.6))
] + [(f"matrix product, float, {n}x{n}x{n}", "gemm", [f"gemm float {n}x{n}x{n}"], [f"gemm float {n}x{n}x{n}"], None) for n in (256, 512, 1024)]


def build(source, folder):
    """Builds the peer, and says in which environment it runs."""
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("bin", "obj"))
    for path in pathlib.Path(folder).rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    environment = dict(os.environ, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", "-nologo", folder], check=True, stdout=sys.stderr, env=environment)
    program = next(pathlib.Path(folder, "bin", "Release").glob("net*/tsb.dll"))
    library = next(program.parent.glob("runtimes/linux-x64/native/libLibTorchSharp.so"))
    preload = []
    native = pathlib.Path(folder)
    if b"GLIBCXX_3.4.32" not in system_cpp().read_bytes():
        subprocess.run(["patchelf", "--clear-symbol-version", "_ZSt21ios_base_library_initv", library], check=True)
        subprocess.run([sys.executable, native / "soften.py", library], check=True, stdout=sys.stderr)
        subprocess.run(["g++", "-shared", "-fPIC", "-o", native / "libshim.so", native / "init-shim.cpp"], check=True)
        preload.append(str(native / "libshim.so"))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", native / "libmklintel.so", native / "mklintel.c"], check=True)
    preload.append(str(native / "libmklintel.so"))
    large = str(4_000_000_000)
    environment.update(
        LD_PRELOAD=":".join(preload), MALLOC_TRIM_THRESHOLD_=large, MALLOC_MMAP_THRESHOLD_=large, MALLOC_TOP_PAD_=str(1 << 28), ATEN_CPU_CAPABILITY="avx512"
    )
    return ["dotnet", str(program)], environment


def system_cpp():
    for path in pathlib.Path("/usr/lib").glob(f"{platform.machine()}-linux-gnu/libstdc++.so.6"):
        return path
    sys.exit("The system's C++ library is not where Debian has it.")


def own(rows, keys):
    """The time of a row, or the sum of the fastest of several alternatives each."""
    parts = [key if isinstance(key, list) else [key] for key in keys]
    times = [[nanoseconds(rows[key]) for key in names if key in rows] for names in parts]
    return sum(min(x) for x in times) if all(times) else None


def nanoseconds(row):
    if row["unit"] == "ns":
        return row["median"]
    # A rate: the operations are in the key of a convolution or a product.
    sizes = [int(x) for x in row["key"].replace("→", "x").replace(",", "x").replace(" ", "x").split("x") if x.isdigit()]
    if row["key"].startswith("gemm"):
        operations = 2.0 * sizes[0] * sizes[1] * sizes[2]
    else:
        kernel, _, inputs, outputs, *_, height, width = sizes[-8:]
        operations = 2.0 * 32 * height * width * kernel * kernel * inputs * outputs
    return operations / row["median"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    options = parser.parse_args()
    source = pathlib.Path(os.environ.get("TORCHSHARP", compare.ROOT.parent / "torchsharp"))
    if not (source / "tsb.csproj").exists():
        print("Skipped: there is no TorchSharp program; TORCHSHARP names its folder.")
        return
    sections = options.sections or ["gemm", "conv", "fields", "wide", "training", "mnist", "latent"]
    rows = [row for row in ROWS if row[1] in sections]
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", "-nologo", compare.PROJECT], check=True, stdout=sys.stderr)
    ratios = {row[0]: [] for row in rows}
    times = {row[0]: [] for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        peer, environment = build(source, os.path.join(folder, "peer"))
        file = os.path.join(folder, "rows.json")
        for i in range(options.rounds):
            print(f"round {i + 1} of {options.rounds}", file=sys.stderr, flush=True)
            ours = compare.run(
                ["dotnet", compare.OURS, "table", *sections, "--clock", options.clock, "--core", str(options.core)], os.environ, file)
            clock = ["cpu"] if options.clock == "cpu" else []
            theirs = compare.run(["taskset", "-c", str(options.core), *peer, *sections, *clock], environment, file)
            for name, _, mine, other, _ in rows:
                time, fastest = own(ours, mine), min((theirs[key]["median"] for key in other if key in theirs), default=None)
                if time is not None and fastest is not None:
                    ratios[name].append(fastest / time)
                    times[name].append((time, fastest))
    print("| work | NeuralOde | libtorch, tuned | ratio | range | at least |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, _, _, _, least in rows:
        if times[name]:
            mine, other = (statistics.median(x) for x in zip(*times[name]))
            print(
                f"| {name} | {compare.text(mine, 'ns')} | {compare.text(other, 'ns')} | {statistics.median(ratios[name]):.3g} "
                f"| {min(ratios[name]):.3g} – {max(ratios[name]):.3g} | {least or ''} |"
            )


if __name__ == "__main__":
    main()
