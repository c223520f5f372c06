#!/usr/bin/env bash
# Prints what the tool learns from fixed seeds, without timings: two builds that compute the same numbers print the same.
#   benchmarks/same-numbers.sh [PROGRAM [DATA]] > numbers.txt
# PROGRAM is the built tool (default: this checkout's release build), DATA the folder with the images (default: NEURALODE_DATA).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/artifacts/bin/NeuralOde.Cli/release/neuralode}")
data=${2:-${NEURALODE_DATA:-}}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ -z "$data" ] || data=$(realpath "$data")
cp "$root/samples/hare-lynx.csv" "$folder"
cd "$folder"

run() {
    echo "== neuralode $*"
    "$program" "$@" 2>errors.txt || { cat errors.txt; exit 1; }
}

# Sentences without their times, and without the lines that name files.
untimed() {
    sed -E -e 's/(Learned in|iterations in|epochs in) [0-9.,]+ (s|min|h)/\1/' -e 's/, [0-9.,]+ ms each//' -e '/^(Wrote|Model:|Report:)/d'
}

# Rows of a table over seeds without the columns that are times.
rows() {
    awk -v columns="$1" '$1 ~ /^(==|median|worst)$/ { print; next } $1 ~ /^[0-9]+$/ { n = split(columns, c, ","); for (i = 1; i <= n; i++) printf "%s ", $c[i]; print "" }'
}

# Every loss and every learned value, to the last bit, as checksums: they show what rounded errors hide.
bits() {
    local file header
    for file in "$@"; do
        case $file in
            *.csv) echo "losses: $(cut -d, -f1-4 "$file" | cksum)" ;;
            *)
                # The first eight bytes of a safetensors file are the length of its header, which has free text.
                header=$(od -An -t u8 -N 8 "$file" | tr -d ' ')
                echo "values: $(tail -c +$((header + 9)) "$file" | cksum)"
                ;;
        esac
    done
}

run learn spiral --seeds 0-4 | rows 1,2,3,6
run learn nonlinear --seeds 0-2 | rows 1,2,3,6
run learn spiral --field linear --no-report --metrics learn.csv --save learn.safetensors | untimed
bits learn.csv learn.safetensors

run fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --seeds 0-1 | rows 1,2,3,4,5
run fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --save fit.safetensors | untimed
bits fit.safetensors

run experiment latent-spirals --model both --iterations 60 --validate-every 10 --spirals 60 --validation-spirals 10 --test-spirals 10 \
    --no-report --metrics spirals.csv --save spirals.safetensors | untimed
bits spirals.csv spirals-*.safetensors

run experiment per-sample --iterations 300 --no-report --save per-sample.safetensors | untimed
bits per-sample.safetensors

if [ -n "$data" ] && [ -e "$data" ]; then
    small=(--data "$data" --train-images 320 --test-images 200 --channels 8 --schedule constant --no-report --metrics images.csv --save images.safetensors)
    run experiment mnist "${small[@]}" --epochs 2 | untimed | sed "s#$data#DATA#"
    bits images.csv images.safetensors

    # The same again in two runs, the second resumed from the first one's checkpoint.
    run experiment mnist "${small[@]}" --epochs 1 --checkpoint run.safetensors > first.txt
    run experiment mnist "${small[@]}" --epochs 2 --checkpoint run.safetensors --resume | untimed | sed "s#$data#DATA#"
    bits images.csv images.safetensors
else
    echo "The images are left out: name their folder as the second argument or in NEURALODE_DATA." >&2
fi
