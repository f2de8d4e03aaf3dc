#!/bin/bash
# build.sh OUT: makes OUT, a qcow2 image of the Debian that this machine runs, from this machine's own apt sources: kernel,
# cloud-init, SSH, QEMU's agent. It starts by BIOS and by UEFI, also with secure boot. Needs root; mounts nothing of the image.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
. /etc/os-release

packages=(
  cloud-guest-utils cloud-init dbus fdisk iproute2 linux-image-cloud-amd64 mokutil openssh-server qemu-guest-agent
  systemd-sysv tiny-initramfs udev
)
boot_packages=(grub-pc-bin grub-efi-amd64-signed shim-signed)

# Documents, translations and sources of locales are a quarter of all files.
unwanted=('/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' '/usr/share/i18n/*' '/usr/share/perl/*/unicore/lib/*')
sources=$(apt-get indextargets --format "deb \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
  'Created-By: Packages' 'Origin: Debian' | grep -E " $VERSION_CODENAME(-[a-z]+)? " | sort -u)
mmdebstrap --quiet --mode=root --variant=minbase --dpkgopt=force-unsafe-io "${unwanted[@]/#/--dpkgopt=path-exclude=}" \
  --include="$(IFS=, && echo "${packages[*]}")" "$VERSION_CODENAME" "$root" - <<<"$sources"

cp -r --no-preserve=ownership "$here/files/." "$root"
rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/systemd/system/timers.target.wants/*
: >"$root/etc/machine-id"
version=$(basename "$root"/boot/vmlinuz-* | cut -d- -f2-)
# the modules are what a disk of virtio needs; ext4 is in the kernel itself; a TMPDIR of this machine is no folder in there
chroot "$root" env -u TMPDIR mktirfs --microcode=no --auto-modules=no --include-modules=virtio_pci,virtio_blk -o /boot/initrd "$version"
rm "$root"/boot/initrd.img-*
ln "$root/boot/vmlinuz-$version" "$root/boot/vmlinuz"
chroot "$root" systemctl --quiet enable systemd-networkd
# each unit is a process, and each process a second on an emulated CPU
chroot "$root" systemctl --quiet mask {dev-hugepages,dev-mqueue,sys-fs-fuse-connections,sys-kernel-{config,debug,tracing}}.mount \
  proc-sys-fs-binfmt_misc.automount e2scrub_reap.service modprobe@.service \
  systemd-{binfmt,firstboot,pcrphase,pcrphase-sysinit,pstore,repart,update-utmp-runlevel}.service

mkdir "$work/debs" "$work/loader"
(cd "$work/debs" && apt-get -qq -o APT::Sandbox::User=root download "${boot_packages[@]}")
for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/loader"; done

# MBR, 1 MiB for GRUB; 8 MiB for UEFI; the rest is the root, which grows with the disk.
truncate -s 1G "$work/disk"
sfdisk -q "$work/disk" <<<'label: dos
start=1MiB, size=8MiB, type=ef
start=9MiB, type=83, bootable'

grub=$work/loader/usr/lib/grub/i386-pc
grub-mkimage -O i386-pc -d "$grub" -p '(hd0,msdos2)/boot/grub' -o "$work/core" \
  biosdisk part_msdos ext2 normal linux
dd if="$grub/boot.img" of="$work/disk" bs=440 count=1 conv=notrunc status=none
dd if="$work/core" of="$work/disk" bs=512 seek=1 conv=notrunc status=none # where boot.img looks for it
mkdir "$root/boot/grub"
cp "$here/grub.cfg" "$root/boot/grub/"

efi=$work/efi
truncate -s 8M "$efi"
mformat -i "$efi" ::
mmd -i "$efi" ::EFI ::EFI/BOOT ::EFI/debian
mcopy -i "$efi" "$work/loader/usr/lib/shim/shimx64.efi.signed" ::EFI/BOOT/BOOTX64.EFI
mcopy -i "$efi" "$work/loader/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::EFI/BOOT/grubx64.efi
mcopy -i "$efi" "$here/grub.cfg" ::EFI/debian/grub.cfg
dd if="$efi" of="$work/disk" bs=1M seek=1 conv=notrunc status=none

mke2fs -q -t ext4 -d "$root" -E offset=$((9 * 1024 ** 2)) "$work/disk" $((1015 * 1024))
qemu-img convert -O qcow2 "$work/disk" "$out"
