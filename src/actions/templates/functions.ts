/**
 * Shell functions for the scripts of templates, as `common/functions` beside the template on the node. POSIX sh; what a script makes by
 * them is listed, and removed again where no VM is made.
 */
export const FUNCTIONS = String.raw`# Functions for the scripts of templates. In a script:
#   . "$(dirname "$0")/../../common/functions"
#   read_arguments "$@"
# Each ends with another code than 0 where it has failed, and has said why.

failed() { printf '%s\n' "$*" >&2; return 1; }

# Sets VM_CONFIG, STORE, TEMPLATE and LOG_FILE, and the variables of the template, VM_NAME, SERVER_NAME and IMAGE_NAME.
read_arguments() {
  OPTIND=1
  while getopts x:p:s:i:l:c: argument "$@"; do
    case $argument in
      x) VM_CONFIG=$OPTARG ;;
      p) ARGS_FILE=$OPTARG ;;
      s) STORE=$OPTARG ;;
      i) TEMPLATE=$OPTARG ;;
      l) LOG_FILE=$OPTARG ;;
      c) IMAGE_CONF=$OPTARG ;;
      *) return 2 ;;
    esac
  done
  MADE=$(dirname "$LOG_FILE")/made custom_list= kernel_src= ramdisk_src=
  . "$IMAGE_CONF" && . "$ARGS_FILE"
}

# vm_setting memory: a setting of the VM, by the name of its flag; nothing where it has none.
vm_setting() { sed -n "s/^$1 = //p" "$VM_CONFIG" | sed 's/^"\(.*\)"$/\1/; s/\\\(["\\]\)/\1/g'; }

# log_msg TEXT…: into the log, and for those who watch.
log_msg() {
  printf '%s\n' "$*"
  printf '%s %s\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$*" >>"$LOG_FILE"
}

# note_made PATH: a file or logical volume that the script has made by itself; it is removed where no VM is made.
note_made() { printf '%s\n' "$1" >>"$MADE"; }

# fetch_file FROM TO: by http, https or ftp, or a copy of a file. What is there is not fetched again.
fetch_file() {
  [ ! -e "$2" ] || return 0
  part=$2.part.$$
  note_made "$part"
  case $1 in
    http://* | https://* | ftp://*)
      export http_proxy https_proxy ftp_proxy
      if command -v curl >/dev/null 2>&1; then curl -fsSL --connect-timeout 30 -o "$part" "$1"
      elif command -v wget >/dev/null 2>&1; then wget -q -T 30 -O "$part" "$1"
      else failed 'neither curl nor wget is here'; fi ;;
    *) cp "$1" "$part" ;;
  esac && mv "$part" "$2" && return 0
  rm -f "$part"
  failed "$1 could not be fetched"
}

# fetch_kernel: what the variables kernel_src and ramdisk_src name, each an address, a path of the node or one below the template, to
# where the settings kernel and initrd of the VM are. It stays there for the next VM, as downloads do.
fetch_kernel() {
  fetch_boot_file kernel_src "$kernel_src" kernel && fetch_boot_file ramdisk_src "$ramdisk_src" initrd
}

# fetch_boot_file VARIABLE SOURCE SETTING
fetch_boot_file() {
  [ -n "$2" ] || return 0
  boot_file=$(vm_setting "$3")
  case $boot_file in
    /*) ;;
    *) failed "$1 is set, and the VM has no $3 to put it"; return ;;
  esac
  case $2 in
    *://* | /*) boot_source=$2 ;;
    *) boot_source=$STORE/$TEMPLATE/$2 ;;
  esac
  [ ! -e "$boot_file" ] || return 0
  log_msg "fetching $2 to $boot_file"
  # What runs the VM reads it as another user.
  (umask 022 && mkdir -p "$(dirname "$boot_file")") || return
  fetch_file "$boot_source" "$boot_file" && chmod 644 "$boot_file"
}

# create_disk PATH MEGABYTES [raw|qcow2|vmdk|lvm]: never over what is there. lvm: PATH is /dev/GROUP/VOLUME.
create_disk() {
  case $1 in
    /dev/disk/* | /dev/etherd/* | */../* | *'
'*) failed "$1: no disk is made there"; return ;;
    /*) ;;
    *) failed "$1: the path must begin with /"; return ;;
  esac
  case $2 in
    '' | 0* | *[!0-9]*) failed "$1: $2 is no size in MB"; return ;;
  esac
  if [ -e "$1" ] || [ -L "$1" ]; then failed "$1 is there already"; return; fi
  kind=raw
  [ $# -lt 3 ] || kind=$(printf '%s' "$3" | tr '[:upper:]' '[:lower:]')
  case $kind in
    lvm) create_volume "$1" "$2" ;;
    raw | vbd)
      create_file "$1" || return
      said=$(LC_ALL=C dd if=/dev/null of="$1" bs=1048576 count=0 seek="$2" 2>&1) ||
        failed "$1: $(printf '%s\n' "$said" | head -n 1)" ;;
    qcow2) create_file "$1" && qemu-img create -q -f qcow2 "$1" "$2M" ;;
    vmdk) create_file "$1" && qemu-img create -q -f vmdk "$1" "$2M" ;;
    *) failed "$kind: a disk is raw, qcow2, vmdk or lvm" ;;
  esac
}

# Of two scripts that make it at once, one makes it.
create_file() {
  case $1 in
    /dev/*) failed "$1: a file is no device"; return ;;
  esac
  (set -C && : >"$1") 2>/dev/null || { failed "$1 can't be made, or is there already"; return; }
  note_made "$1"
}

create_volume() {
  group=$(printf '%s' "$1" | cut -d/ -f3)
  volume=$(printf '%s' "$1" | cut -d/ -f4-)
  case $1 in
    /dev/*/*) ;;
    *) failed "$1: a logical volume is /dev/GROUP/VOLUME"; return ;;
  esac
  case "$group$volume" in
    *[!A-Za-z0-9+_.-]*) failed "$1: a logical volume is /dev/GROUP/VOLUME"; return ;;
  esac
  lvcreate -q -y -L "$2m" -n "$volume" "$group" >/dev/null && note_made "$1"
}

# make_fs PATH ext2|ext3|ext4|xfs|swap: on a raw disk that this script has made, and on no other.
make_fs() {
  grep -Fxq -e "$1" "$MADE" 2>/dev/null || { failed "$1 was not made here"; return; }
  case $(head -c 4 "$1" | LC_ALL=C tr -cd '[:alnum:]# ') in
    QFI | KDMV | '# Di') failed "$1 is an image with a format: only a raw disk can have a file system"; return ;;
  esac
  case $2 in
    ext2 | ext3 | ext4) mkfs."$2" -q -F "$1" ;;
    xfs) mkfs.xfs -q -f "$1" ;;
    swap) mkswap "$1" >/dev/null ;;
    *) failed "$2: a file system is ext2, ext3, ext4, xfs or swap" ;;
  esac
}

# copy_disk_content FROM TO [FORMAT of TO] [FORMAT of FROM]: an image or a device, on a disk that this script has made. Without the
# format of FROM it is seen by its content, and an image that names another file is refused: it may name any file of the node.
copy_disk_content() {
  grep -Fxq -e "$2" "$MADE" 2>/dev/null || { failed "$2 was not made here"; return; }
  kind=raw
  [ $# -lt 3 ] || kind=$3
  if [ $# -ge 4 ]; then qemu-img convert -n -f "$4" -O "$kind" "$1" "$2"; return; fi
  said=$(qemu-img info --output=json "$1") || return
  case $said in
    *'"backing-filename"'* | *'"data-file"'*)
      failed "$1 names another file: say its format as the fourth word where you trust it"; return ;;
  esac
  qemu-img convert -n -O "$kind" "$1" "$2"
}

# Of each folder that the variable custom_list names: its scripts in the order of their names. A folder is looked for in
# custom_scripts of the template, then in _custom_scripts of the library. They are given the same arguments.
run_custom_scripts() {
  for name in $(printf '%s' "$custom_list" | tr ',' ' '); do
    case $name in
      *[!A-Za-z0-9_.-]* | .*) failed "custom_list: $name is no name"; return ;;
    esac
    folder=$STORE/$TEMPLATE/custom_scripts/$name
    [ -d "$folder" ] || folder=$STORE/custom_scripts/$name
    [ -d "$folder" ] || { failed "custom_list: there is no folder $name"; return; }
    for script in "$folder"/*; do
      [ -f "$script" ] || continue
      log_msg "running $name/$(basename "$script")"
      sh "$script" -x "$VM_CONFIG" -p "$ARGS_FILE" -s "$STORE" -i "$TEMPLATE" -l "$LOG_FILE" -c "$IMAGE_CONF" ||
        { failed "$name/$(basename "$script") has failed"; return; }
    done
  done
}
`;
