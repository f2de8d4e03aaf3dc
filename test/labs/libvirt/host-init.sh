#!/bin/bash
# PID 1 of a lab host, in namespaces of its own: host-init.sh NAME DIR
# All that the host may change lies below DIR; here it is put where the programs look for it.
set -e
name=$1 dir=$2

hostname "$name"
mount -t sysfs sysfs /sys # shows the interfaces of this host, not those of the machine below
mount --bind "$dir/etc/libvirt" /etc/libvirt
for file in hosts passwd shadow; do mount --bind "$dir/etc/$file" "/etc/$file"; done
mount --bind "$dir/lib" /var/lib/libvirt
mount --bind "$dir/cache" /var/cache/libvirt
mount --bind "$dir/log" /var/log
mount --bind "$dir/run" /run
# those who emulate TPMs here must not find what another user of the machine has left
if [ -d /var/lib/swtpm-localca ]; then
  chown --reference=/var/lib/swtpm-localca "$dir/tpm-ca"
  mount --bind "$dir/tpm-ca" /var/lib/swtpm-localca
fi
touch /run/furnished

# The host lives as long as this loop, and the kernel ends all its processes with it. bash reaps the orphans meanwhile.
while :; do
  sleep 3600 &
  wait -n || true
done
