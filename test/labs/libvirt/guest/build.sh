#!/bin/bash
# build.sh OUT: makes OUT/vmlinuz and OUT/initrd.gz, a guest that boots in seconds without KVM: Debian's cloud kernel
# and busybox, with modules for the devices that the lab's domains have.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
out=$1
kernel=$(printf '%s\n' /boot/vmlinuz-*-cloud-amd64 | sort -V | tail -n 1)
version=${kernel#/boot/vmlinuz-}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root"/{bin,dev,proc,root,sys,tmp,var,etc/acpi/PWRF}
for applet in $(busybox --list); do ln -sf busybox "$root/bin/$applet"; done
install -m 755 /bin/busybox "$root/bin/busybox" # last: it lists itself as an applet
for module in virtio_pci virtio_blk virtio_net virtio_balloon virtio_console virtio_scsi virtio_rng button evdev sr_mod isofs; do
  modprobe -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' >"$root/etc/modlist"
while read -r file; do install -D -m 644 "$file" "$root$file"; done <"$root/etc/modlist"

install -m 755 "$here/init" "$root/init"
install -m 755 "$here/udhcpc" "$root/etc/udhcpc"
printf '#!/bin/sh\npoweroff -f\n' >"$root/etc/acpi/PWRF/00000080"
chmod 755 "$root/etc/acpi/PWRF/00000080"
echo 'root::0:0:root:/root:/bin/sh' >"$root/etc/passwd" # no password: the prompt is what counts
echo 'root:x:0:' >"$root/etc/group"
echo 'Log in as root, without a password.' >"$root/etc/issue"
echo "export PATH=/bin PS1='root@\\h:\\w\\\$ '" >"$root/etc/profile"

mkdir -p "$out"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$out/initrd.gz"
cp "$kernel" "$out/vmlinuz"
