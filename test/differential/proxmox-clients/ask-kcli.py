"""What kcli says of a Proxmox VE: the address and login come as JSON on stdin, its answers go out as JSON on stdout."""

import contextlib
import json
import sys

from kvirt.providers.proxmox import Kproxmox

asked = json.load(sys.stdin)
# kcli prints to stdout what it has to say
with contextlib.redirect_stdout(sys.stderr):
    kcli = Kproxmox(verify_ssl=False, **asked["login"])
    calls = {
        "list": lambda: kcli.list(),
        "info": lambda: {name: kcli.info(name) for name in asked["names"]},
        "pools": lambda: sorted(kcli.list_pools()),
        "paths": lambda: {pool: kcli.get_pool_path(pool) for pool in kcli.list_pools()},
        "networks": lambda: kcli.list_networks(),
        "disks": lambda: kcli.list_disks(),
        "isos": lambda: kcli.volumes(iso=True),
        "templates": lambda: kcli.volumes(),
        "host": lambda: kcli.info_host(),
        "start": lambda: [kcli.start(name) for name in asked["names"]],
        "stop": lambda: [kcli.stop(name) for name in asked["names"]],
        "memory": lambda: [kcli.update_memory(name, asked["memory"]) for name in asked["names"]],
        "plan": lambda: [kcli.update_metadata(name, "plan", asked["plan"]) for name in asked["names"]],
    }
    answers = {what: calls[what]() for what in asked["what"]}
json.dump(answers, sys.stdout)
