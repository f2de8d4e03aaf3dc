"""The far end of a guest's serial line: a login prompt, behind it a shell that knows five words."""

import eventlet

RELEASE = "Debian GNU/Linux 12"


def boot_log(hostname):
    return (
        "[    0.000000] Linux version 6.1.0-lab (drover@lab)\n"
        "[    0.412000] Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled\n"
        "[    1.870000] systemd[1]: Hostname set to <%s>.\n\n%s %s ttyS0\n\n%s login: "
    ) % (hostname, RELEASE, hostname, hostname)


class SerialLine:
    """Listens on a port of its own. Whoever connects finds a login prompt; `power_off` is called when the guest shuts itself off."""

    def __init__(self, hostname, power_off):
        self._hostname = hostname
        self._power_off = power_off
        self._user = None
        self._listener = eventlet.listen(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._server = eventlet.spawn(eventlet.serve, self._listener, self._talk)

    def close(self):
        self._server.kill()
        self._listener.close()

    def _talk(self, peer, _address):
        # what is raised here would end eventlet's server: a caller that hangs up in mid-sentence must not
        try:
            self._serve(peer)
        except OSError:
            return

    def _serve(self, peer):
        peer.sendall(b"\r\n%s %s ttyS0\r\n\r\n" % (RELEASE.encode(), self._hostname.encode()))
        peer.sendall(self._prompt())
        typed = bytearray()
        while True:
            received = peer.recv(4096)
            if not received:
                return
            for byte in received:
                key = bytes([byte])
                if key in b"\r\n":
                    answer = self._enter(typed.decode("utf-8", "replace").strip())
                    peer.sendall(b"\r\n" + answer + self._prompt())
                    typed.clear()
                elif key in b"\x7f\b":
                    if typed:
                        typed.pop()
                        peer.sendall(b"\b \b")
                elif key == b"\x03":
                    typed.clear()
                    peer.sendall(b"^C\r\n" + self._prompt())
                else:
                    typed.append(byte)
                    peer.sendall(key)

    def _prompt(self):
        prompt = "%s login: " % self._hostname if self._user is None else "%s@%s:~# " % (self._user, self._hostname)
        return prompt.encode()

    def _enter(self, line):
        if self._user is None:
            self._user = line or None
            return b""
        word, _, rest = line.partition(" ")
        if word == "exit":
            self._user = None
            return b"\r\n"
        if word == "poweroff":
            self._power_off()
            return b"Power down.\r\n"
        if word in ("", "hostname", "whoami", "echo"):
            said = {"": "", "hostname": self._hostname, "whoami": self._user, "echo": rest}[word]
            return said.encode() + b"\r\n" if word else b""
        return b"sh: %s: not found\r\n" % word.encode()
