#!/usr/bin/env bash
# One archive that times training on a Linux x64 host with a GPU driver and nothing else, no network: this repository
# built, node, the webgpu binding, the Vulkan loader and, for hosts without a display, the X and GL libraries that
# NVIDIA's driver is linked to. Unpack it anywhere and run `make bench-gpu` (or ./bench-gpu) in it.
#   bench/gpu/make-bundle.sh [output, default build/lawn-ranker-gpu.tar.xz]
# PEER_TORCH=path adds the PyTorch peer's script.
set -euo pipefail
cd "$(dirname "$0")/../.."
output=${1:-build/lawn-ranker-gpu.tar.xz}
refuse() { echo "gpu-bundle: $1" >&2; exit 1; }
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || refuse "made on Linux x64 only, found $(uname -s) $(uname -m)"
binding=node_modules/webgpu/dist/linux-x64/dawn.node
[ -f "$binding" ] || refuse "$binding is missing; npm install webgpu"
loader=$(ldconfig -p | awk '/libvulkan\.so\.1 .*x86-64/ { print $NF; exit }')
[ -n "$loader" ] || refuse "libvulkan.so.1 is missing; install the Vulkan loader (Debian: libvulkan1)"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
top=$folder/lawn-ranker-gpu
mkdir -p "$top"/{lib/host,bench/peers,node_modules/webgpu/dist/linux-x64,src/engine/webgpu/device}
cp "$(readlink -f "$(command -v node)")" "$top/node"
strip "$top/node" 2>/dev/null || true
cp -L "$loader" "$top/lib/libvulkan.so.1"
for name in libX11.so.6 libXext.so.6 libxcb.so.1 libXau.so.6 libXdmcp.so.6 libbsd.so.0 libmd.so.0 \
  libGLdispatch.so.0 libGLX.so.0 libGL.so.1 libEGL.so.1 libOpenGL.so.0; do
  file=$(ldconfig -p | awk -v name="$name" '$1 == name && /x86-64/ { print $NF; exit }')
  if [ -n "$file" ]; then cp -L "$file" "$top/lib/host/$name"; else echo "gpu-bundle: no $name here; a host without it may find no GPU" >&2; fi
done
cp package.json LICENSE "$top/"
cp -r dist "$top/dist"
find "$top/dist" \( -name '*.map' -o -name '*.d.ts' -o -name '.built' -o -name '.tsbuildinfo' \) -delete
cp bench/{throughput,gpu,made-up-task}.mjs "$top/bench/"
cp -r bench/gpu "$top/bench/"
cp bench/peers/{machine,models,run-measurement}.mjs "$top/bench/peers/"
cp src/engine/webgpu/device/probe-adapter.mjs "$top/src/engine/webgpu/device/"
cp node_modules/webgpu/{index.js,package.json,LICENSE.md} "$top/node_modules/webgpu/"
cp "$binding" "$top/node_modules/webgpu/dist/linux-x64/"
peer=${PEER_TORCH:-../shared/peers/ncf_torch.py}
if [ -f "$peer" ]; then cp "$peer" "$top/bench/gpu/ncf_torch.py"; fi

cat > "$top/bench-gpu" <<'RUN'
#!/usr/bin/env bash
# Times the webgpu engine on this host's GPU: ./bench-gpu [flags of bench/gpu.mjs]
cd "$(dirname "$0")"
export LD_LIBRARY_PATH="$PWD/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" PATH="$PWD:$PATH"
# What the host has is the host's own; the rest comes from here.
mkdir -p lib/missing
for file in lib/host/*; do
  ldconfig -p 2>/dev/null | grep -q "$(basename "$file") " || ln -sf "../host/$(basename "$file")" lib/missing/
done
LD_LIBRARY_PATH="$LD_LIBRARY_PATH:$PWD/lib/missing"
if [ -f bench/gpu/ncf_torch.py ]; then export PEER_TORCH="${PEER_TORCH:-$PWD/bench/gpu/ncf_torch.py}"; fi
exec ./node bench/gpu.mjs --output bench-gpu.json "$@"
RUN
chmod +x "$top/bench-gpu"
printf 'bench-gpu:\n\t@./bench-gpu $(ARGS)\n.PHONY: bench-gpu\n' > "$top/Makefile"

mkdir -p "$(dirname "$output")"
tar -C "$folder" -c lawn-ranker-gpu | xz -T0 -6 > "$output.part"
mv "$output.part" "$output"
bytes=$(stat -c %s "$output")
echo "$output: $((bytes / 1000000)) MB"
[ "$bytes" -lt 60000000 ] || refuse "the archive has $bytes bytes, expected less than 60,000,000"
