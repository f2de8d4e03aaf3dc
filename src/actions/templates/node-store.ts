/**
 * What a script leaves on its node: files that are kept for the next one, by their hash, and for each VM that is being made a
 * folder, which reserves its name. Both are in the cache of the user that logs in.
 */
import { createHash, randomBytes } from 'node:crypto';
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

/** A folder of a run on the node. It is known before it is there, so that it can be taken away where no answer comes. */
export const newFolder = (): string => `/tmp/drover-template-${randomBytes(8).toString('hex')}`;

export const isFolder = (text: string): boolean => /^\/tmp\/drover-template-\w+$/.test(text);

/**
 * Reserves the name and makes the folder. Writes its path, then the hash of each file that is kept with what it is called: one that
 * differs is broken. Where the name is reserved it ends with RESERVED, and writes to stderr where that is kept, and the folder of
 * the run that has it. What is ended on the way leaves neither.
 */
export const prepareCommand = (reservation: string, folder: string): string =>
  [
    'umask 077',
    `cache=${CACHE}`,
    'mkdir -p "$cache/files" "$cache/making" || exit',
    `mine="$cache/making/${reservation}" folder=${shellWord(folder)}`,
    'if ! said=$(mkdir "$mine" 2>&1); then',
    '  [ -d "$mine" ] || { echo "$said" >&2; exit 1; }',
    `  { echo "$mine"; cat "$mine/by" 2>/dev/null; } >&2; exit ${RESERVED}`,
    'fi',
    `trap 'rm -rf "$mine" "$folder"; exit 143' TERM HUP INT`,
    'echo "$folder" >"$mine/by" || { rm -rf "$mine"; exit 1; }',
    'mkdir "$folder" || { rm -rf "$mine"; exit 1; }',
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
 * what it has made is removed, and the name is free again. `undo FOLDER RESERVATION` does that later, and also a second time: it writes
 * what is left, and ends with another code than 0 then.
 */
export const RUN = `does=$1 folder=$2 reservation=$3
shift 3
cache=${CACHE}

undo() {
  if [ -f "$folder/made" ]; then
    left=$folder/left.$$ whole=yes
    printf '' >"$left" || whole=
    while IFS= read -r one; do
      [ -e "$one" ] || [ -L "$one" ] || continue
      case $one in
        /dev/*) lvremove -q -f "$one" >/dev/null </dev/null ;;
        *) rm -f -- "$one" </dev/null ;;
      esac || printf '%s\\n' "$one" >>"$left" || whole=
    done <"$folder/made"
    [ -z "$whole" ] || mv -f "$left" "$folder/made"
  fi
  if [ "$(cat "$cache/making/$reservation/by" 2>/dev/null)" = "$folder" ]; then rm -rf "$cache/making/$reservation"; fi
  [ ! -s "$folder/made" ]
}

give_up() {
  trap '' TERM HUP INT
  [ -z "$child" ] || kill -KILL "$child" 2>/dev/null
  undo
  exit 143
}

place() {
  for one in "$folder"/files/new/*; do
    [ -f "$one" ] || continue
    hash=\${one##*/}
    # Another run finds it whole or not at all: /tmp may be another file system.
    if cp "$one" "$cache/files/.$hash.$$" && mv -f "$cache/files/.$hash.$$" "$cache/files/$hash"; then rm -f "$one"
    else rm -f "$cache/files/.$hash.$$"; return 1; fi
  done
  tab=$(printf '\\t')
  while IFS=$tab read -r hash mode path; do
    to=$folder/files/store/$path
    mkdir -p "$(dirname "$to")" && cp "$cache/files/$hash" "$to" && chmod "$mode" "$to" || return
    touch "$cache/files/$hash"
  done <"$folder/files/manifest"
}

if [ "$does" = undo ]; then
  undo && exit
  cat "$folder/made"
  exit 1
fi
child=
trap give_up TERM HUP INT
# Where nothing reads what this shell says any more, it goes on; a signal that is caught, not ignored, is as usual for the script.
trap : PIPE
place || { undo; exit 1; }
"$@" &
child=$!
wait "$child"
code=$?
[ "$code" = 0 ] || undo
exit "$code"
`;
