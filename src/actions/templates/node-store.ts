/**
 * What a script leaves on its node: files that are kept for the next one, by their hash, and for each VM that is being made a
 * folder, which reserves its name. Both are in the cache of the user that logs in.
 */
import { createHash } from 'node:crypto';
import { shellWord } from '../../shell-word.ts';

const CACHE = '"$HOME/.cache/drover"';
/** Files that no script has asked for so long are removed. */
const KEPT_DAYS = 30;

/** The exit code where another run has the name. */
export const RESERVED = 75;

/** The name of its folder; names of VMs may have any characters, and nodes may share the folders of their users. */
export function reservationOf(node: string, vm: string): string {
  const readable = vm.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40);
  return `${readable}-${createHash('sha256').update(`${node}\0${vm}`).digest('hex').slice(0, 16)}`;
}

export const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/**
 * Reserves the name and makes a folder in /tmp. Writes the path of the folder, then the hash of each file that is kept with what
 * it is called: one that differs is broken. Ends with RESERVED where the name is reserved.
 */
export const prepareCommand = (reservation: string): string =>
  [
    'umask 077',
    `cache=${CACHE}`,
    'mkdir -p "$cache/files" "$cache/making" || exit',
    `mine="$cache/making/${reservation}"`,
    `mkdir "$mine" 2>/dev/null || { echo "$mine" >&2; exit ${RESERVED}; }`,
    'folder=$(mktemp -d /tmp/drover-template-XXXXXXXXXX) || { rmdir "$mine"; exit 1; }',
    'echo "$folder" >"$mine/by"',
    'echo "$folder"',
    'cd "$cache/files" || exit',
    `find . -type f -mtime +${KEPT_DAYS} -exec rm -f {} +`,
    'sha256sum -- * 2>/dev/null',
    'true',
  ].join('\n');

/** Gives the name free where this run still has it, and takes the folder away. */
export const releaseCommand = (folder: string, reservation: string): string =>
  [
    `mine=${CACHE}/making/${reservation}`,
    `if [ "$(cat "$mine/by" 2>/dev/null)" = ${shellWord(folder)} ]; then rm -rf "$mine"; fi`,
    `rm -rf ${shellWord(folder)}`,
  ].join('\n');

/**
 * `run FOLDER RESERVATION COMMAND…` puts the files where the script finds them, and runs it: where it fails, or this shell is ended,
 * what it has made is removed, and the name is free again. `undo FOLDER RESERVATION` does that later.
 */
export const RUN = `does=$1 folder=$2 reservation=$3
shift 3
cache=${CACHE}

undo() {
  if [ -f "$folder/made" ]; then
    while IFS= read -r one; do
      case $one in
        /dev/*) [ ! -e "$one" ] || lvremove -q -f "$one" >/dev/null ;;
        *) rm -f -- "$one" ;;
      esac || echo "$one is left, and can't be removed" >&2
    done <"$folder/made"
    rm -f "$folder/made"
  fi
  if [ "$(cat "$cache/making/$reservation/by" 2>/dev/null)" = "$folder" ]; then rm -rf "$cache/making/$reservation"; fi
}

give_up() {
  trap '' TERM HUP INT
  [ -z "$child" ] || kill -KILL "$child" 2>/dev/null
  undo
  exit 143
}

place() {
  for one in "$folder"/files/new/*; do
    [ ! -f "$one" ] || mv -f "$one" "$cache/files/" || return
  done
  tab=$(printf '\\t')
  while IFS=$tab read -r hash mode path; do
    to=$folder/files/store/$path
    mkdir -p "$(dirname "$to")" && cp "$cache/files/$hash" "$to" && chmod "$mode" "$to" || return
    touch "$cache/files/$hash"
  done <"$folder/files/manifest"
}

if [ "$does" = undo ]; then undo; exit; fi
child=
trap give_up TERM HUP INT
place || { undo; exit 1; }
"$@" &
child=$!
wait "$child"
code=$?
[ "$code" = 0 ] || undo
exit "$code"
`;
