#!/bin/bash
# Lays the files of Debian's packages out in a folder: build-root.sh FOLDER
# No package is installed: nothing of this machine is asked or changed, no script runs, no daemon starts. That takes
# seconds where an installation takes minutes. What scripts of packages would have made lies in `root` beside this file.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")") folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{archives,lists,debs}/partial "$folder"/usr/{bin,sbin,lib,lib64}
: >"$work/status"
for merged in bin sbin lib lib64; do ln -sT "usr/$merged" "$folder/$merged"; done

# apt with this machine's sources, and an opinion of its own about what is installed: nothing
cat >"$work/apt.conf" <<END
Dir::State "$work";
Dir::State::status "$work/status";
Dir::Cache "$work";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Retries "3";
END
export APT_CONFIG=$work/apt.conf DEBIAN_FRONTEND=noninteractive

apt-get -qq update
xargs apt-get -qq --simulate install <"$here/packages/with-dependencies" >"$work/plan"
awk '/^Inst /{print $2}' "$work/plan" | grep -vxEf "$here/packages/left-out" >"$work/wanted"
(cd "$work/debs" && sort -u "$work/wanted" "$here/packages/alone" | xargs apt-get -qq download)

lay_out() {
  dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --warning=no-timestamp \
    --exclude=./usr/share/{doc,man,locale,info} --exclude='*/tests/*'
}
export -f lay_out
find "$work/debs" -name '*.deb' -print0 | xargs -0 -P "$(nproc)" -I{} bash -c 'set -eo pipefail; lay_out "$@"' _ {} "$folder"

mkdir -p "$folder"/{dev,etc,proc,sys,run,tmp,mnt,root} "$folder"/var/lib/{cinder,glance/images,keystone,mysql,neutron,nova,rabbitmq}
ln -sf mawk "$folder/usr/bin/awk"
chroot "$folder" ldconfig
