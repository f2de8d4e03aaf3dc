#!/bin/bash
# install-packages.sh PACKAGE…: from Debian, without starting the daemons that some of them bring.
set -uo pipefail
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
fi
apt-get -q -o Acquire::Retries=3 update &&
  apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends --no-upgrade "$@"
