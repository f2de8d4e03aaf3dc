/**
 * What is run on a host to look at it: lines of `NAME<tab>VALUE`, a name as often as it has values. It changes nothing, needs no
 * root, and each program that may wait for another has its time. Plain sh, since the host may have nothing else yet.
 */
export const LOOK_SCRIPT = `
LC_ALL=C; export LC_ALL; PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
say() { printf '%s\\t%s\\n' "$1" "$2"; }
each() { while IFS= read -r line; do say "$1" "$line"; done; }
has() { command -v "$1" >/dev/null 2>&1; }
brief() { if has timeout; then timeout 10 "$@" 2>/dev/null; else "$@" 2>/dev/null; fi </dev/null; }
# What fails, or is cut off, is not an empty list: WHAT is listed only once all of it was read.
lists() {
  what=$1 name=$2; shift 2
  if list=$("$@"); then say listed "$what"; printf '%s\\n' "$list" | each "$name"; fi
}
for file in /etc/os-release /usr/lib/os-release; do
  if [ -r "$file" ]; then sed -n '/^\\(ID\\|ID_LIKE\\|VERSION_ID\\|PRETTY_NAME\\)=/p' "$file" | each os; break; fi
done
say arch "$(uname -m)"
say uid "$(id -u)"; say user "$(id -un)"
for group in $(id -Gn); do say group "$group"; done
for group in $(id -Gn "$(id -un)"); do say account-group "$group"; done
for group in libvirt; do grep -q "^$group:" /etc/group && say group-there "$group"; done
grep -o -m 1 -w -e vmx -e svm /proc/cpuinfo 2>/dev/null | head -n 1 | each cpu-flag
if [ -e /dev/kvm ]; then
  if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then say kvm usable; else say kvm there; fi
fi
for tool in virsh libvirtd virtqemud dnsmasq qemu-img swtpm swtpm_setup virt-ssh-helper nc ncat socat \\
  nft iptables ufw firewall-cmd systemctl apt-get dnf zypper pacman; do
  has "$tool" && say tool "$tool"
done
if [ -d /etc/pve ] || has pveversion; then say pve yes; fi
for emulator in "qemu-system-$(uname -m)" qemu-kvm; do has "$emulator" && say emulator "$emulator"; done
for emulator in /usr/libexec/qemu-kvm; do [ -x "$emulator" ] && say emulator "$emulator"; done
for emulator in "qemu-system-$(uname -m)" /usr/libexec/qemu-kvm qemu-kvm; do
  if has "$emulator"; then brief "$emulator" --version | head -n 1 | each emulator-version; break; fi
done
for folder in /usr/share/qemu/firmware /etc/qemu/firmware; do
  for file in "$folder"/*.json; do [ -e "$file" ] && grep -q '"uefi"' "$file" && say uefi "$file"; done
done
for daemon in libvirtd virtqemud; do has pgrep && pgrep -x "$daemon" >/dev/null && say daemon "$daemon"; done
for socket in virtqemud-sock libvirt-sock; do [ -S "/run/libvirt/$socket" ] && say socket "$socket"; done
if has systemctl && [ -d /run/systemd/system ]; then
  say systemd yes
  brief systemctl list-unit-files --no-legend --no-pager 'libvirtd.*' 'virt*.socket' | while read -r unit is more; do say unit "$unit $is"; done
  for unit in firewalld nftables ufw; do say active "$unit $(brief systemctl is-active "$unit")"; done
fi
if has virsh; then
  v() { brief virsh -q -c qemu:///system "$@"; }
  if v version --daemon >/dev/null; then
    v version --daemon | sed -n 's/^Running against daemon: //p' | each daemon-version
    lists networks network v net-list --all
    lists pools pool v pool-list --all
    say answers yes
  fi
fi
for file in /usr/share/libvirt/networks/default.xml /etc/libvirt/qemu/networks/default.xml.rpmnew; do [ -r "$file" ] && say network-file "$file"; done
for bridge in /sys/class/net/*/bridge; do [ -d "$bridge" ] && bridge=\${bridge%/bridge} && say bridge "\${bridge##*/}"; done
[ -r /etc/ufw/ufw.conf ] && sed -n 's/^ENABLED=//p' /etc/ufw/ufw.conf | each ufw-enabled
if has firewall-cmd; then
  brief firewall-cmd --state | each firewalld
  brief firewall-cmd --list-ports | each firewalld-ports
  brief firewall-cmd --list-services | each firewalld-services
fi
if [ "$(id -u)" = 0 ]; then
  has nft && lists nft nft brief nft list ruleset
  if grep -qx filter /proc/net/ip_tables_names 2>/dev/null; then
    say legacy-rules yes
    has iptables-legacy && brief iptables-legacy -S INPUT | each iptables-legacy
  fi
  has iptables && brief iptables -S INPUT | each iptables
  has ufw && brief ufw status | each ufw
fi
for folder in /var/lib/libvirt/images /var/lib/libvirt /var/lib; do
  if [ -d "$folder" ]; then say space "$folder $(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 { print $4 }')"; break; fi
done
if has timedatectl; then brief timedatectl show -p NTPSynchronized --value | each time-sync; fi
if has chronyc; then brief chronyc -n tracking | sed -n 's/^Leap status *: //p' | each chrony; fi
say end yes
`;
