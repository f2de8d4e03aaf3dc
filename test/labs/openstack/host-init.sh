#!/bin/bash
# PID 1 of the cloud, in namespaces of its own: host-init.sh DIR LOWER
# LOWER: the folders that its files are in, as overlayfs takes them; whatever the cloud changes lies in DIR/changes.
set -e
dir=$1 lower=$2

hostname cloud
mkdir -p "$dir"/{changes,work,root,logs}
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$dir/changes,workdir=$dir/work" "$dir/root"
cd "$dir/root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mkdir -p run/{lab,lock,mysqld,tls}
mount --bind "$dir/logs" run/lab
mount --bind "$dir/tls" run/tls
pivot_root . mnt
umount --lazy /mnt
touch /run/lab/booted

# The cloud lives as long as this loop, and the kernel ends all its processes with it. bash reaps the orphans meanwhile.
while :; do
  sleep 3600 &
  wait -n || true
done
