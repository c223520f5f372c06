#!/usr/bin/env bash
# Feeds damaged files to the readers of tables, .ts, PNG, idx, safetensors and model files, and keeps those that a reader does not answer with a
# clear error. It needs afl++ (apt-get install afl++) and fetches SharpFuzz's tool from NuGet.
#   tests/Fuzz/run.sh [SECONDS [TARGET...]]     default: 60 seconds for each target
# Exit code 1: there are such files, and the last lines name them. To see an error's place:
#   artifacts/bin/NeuralOde.Fuzz/release/NeuralOde.Fuzz TARGET FILE
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
command -v afl-fuzz > /dev/null || { echo "There is no afl-fuzz. Install afl++." >&2; exit 2; }

dotnet build -c Release tests/Fuzz
work=artifacts/fuzz
rm -rf "$work/program"
mkdir -p "$work"
cp -r artifacts/bin/NeuralOde.Fuzz/release "$work/program"
[ -x "$work/tool/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$work/tool"
for assembly in NeuralOde NeuralOde.Series NeuralOde.Experiments; do
    "$work/tool/sharpfuzz" "$work/program/$assembly.dll"
done

# The program is no binary of afl's; the machine's settings for crashes and clock speed are left alone.
export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1
program=$work/program/NeuralOde.Fuzz.dll
[ $# -gt 0 ] || set -- $(dotnet artifacts/bin/NeuralOde.Fuzz/release/NeuralOde.Fuzz.dll list)
status=0
for target; do
    rm -rf "$work/seeds/$target" "$work/found/$target"
    mkdir -p "$work/seeds" "$work/found"
    dotnet artifacts/bin/NeuralOde.Fuzz/release/NeuralOde.Fuzz.dll seeds "$target" "$work/seeds/$target"
    afl-fuzz -i "$work/seeds/$target" -o "$work/found/$target" -V "$seconds" -t 5000 -m none -- dotnet "$program" "$target" > "$work/$target.log" 2>&1 \
        || { tail -n 20 "$work/$target.log" >&2; exit 2; }
    stats=$work/found/$target/default/fuzzer_stats
    echo "$target: $(awk '/^execs_done/ { print $3 }' "$stats") files, $(awk '/^edges_found/ { print $3 }' "$stats") places reached"
    for file in "$work/found/$target/default/"{crashes,hangs}/id*; do
        [ ! -e "$file" ] || { echo "  $file"; status=1; }
    done
done
exit "$status"
