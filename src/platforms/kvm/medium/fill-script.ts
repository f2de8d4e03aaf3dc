/**
 * A file system with files in it, made by the host's own programs: mke2fs copies a folder, and an archive is unpacked into a folder of
 * its own first, which goes again. Nothing is mounted, and no file of an archive comes to lie anywhere else.
 */

/** Lines of a list, each some dozens of bytes, and what no folder of files for one disk has. */
const MOST_FILES = 1_000_000;
/** Blocks of 512 bytes, as ulimit counts: of a list that is longer than so many files have. */
const LARGEST_LIST = 1_048_576;
/** Seconds: of an archive that unpacks without end. */
const UNPACK_S = 240;

/**
 * Takes the kind of the file system, the volume and the folder or archive, ended by NUL. What it says ends with its exit code.
 * Both programs unpack below the folder that they are given, whatever a name or a link says, and fail at `..` in a name.
 *
 * Nothing ends it when drover gives up, so that it looks before it writes: what it says must still be read, and the volume must be
 * the one of its beginning. That one is held open: no other file gets its inode meanwhile, and no block device goes away.
 */
export const FILL = `tr '\\0' '\\n' | {
IFS= read -r kind; IFS= read -r to; IFS= read -r from
exec 4<"$to" || exit 1
PATH=$PATH:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL; umask 022
said=/dev/null; no() { head -c 2000 "$said"; echo "$1"; exit 1; }
if [ -d "$from" ]; then files=$from
else
  [ -f "$from" ] || no "the host has no folder or archive $from"
  own=$(mktemp -d "\${TMPDIR:-/var/tmp}/drover-XXXXXXXX") || exit 1
  said=$own/said
  trap 'rm -rf -- "$own"' EXIT; trap 'exit 1' HUP INT TERM PIPE
  case $(head -c 2 -- "$from") in
    PK) program=bsdtar; column=5;;
    *) program=tar; column=3;;
  esac
  command -v $program >/dev/null || no "the host has no $program to unpack it"
  (ulimit -f ${LARGEST_LIST}; timeout ${UNPACK_S} $program --numeric-owner -tvf "$from" >"$own/list" 2>"$said") || no "$from can not be unpacked"
  odd=$(grep -m1 -v '^[-dlh]' "$own/list") && no "$from has what is no file, folder or link: $odd"
  need=$(awk -v at=$column '{ sum += int($at / 4096) + 1 } END { if (NR > ${MOST_FILES}) print "many"; else printf "%.0f", sum * 4 }' "$own/list")
  [ "$need" != many ] || no "$from has more than ${MOST_FILES} files"
  size=$(blockdev --getsize64 "$to" 2>/dev/null || stat -Lc %s -- "$to") || exit 1
  [ "$need" -le $((size / 1024)) ] || no "the files of $from have $need KiB, and the disk $((size / 1024))"
  room=$(df -Pk -- "$own" | awk 'NR == 2 { print $4 }')
  [ "$need" -lt "$room" ] || no "$own has no room for the files of $from"
  files=$own/files; mkdir "$files" || exit 1
  (ulimit -f $((need * 2)); timeout ${UNPACK_S} $program -xpf "$from" -C "$files" >"$said" 2>&1) || no "$from can not be unpacked"
fi
echo "$from is ready" || exit 1
[ "$to" -ef /proc/self/fd/4 ] || no "$to is another volume by now"
"mkfs.$kind" -q -d "$files" -- "$to"
} 2>&1; echo "== $?"`;
