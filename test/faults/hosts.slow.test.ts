import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Desk, openDesk } from '../cli/run-drover.ts';
import { timesFaster } from '../clock.ts';
import { type OpenFleet, openFleet } from '../screens/driver.tsx';
import { openPty } from '../terminal/open-pty.ts';
import { type BadHost, refusingSshHost, silentHost } from './bad-ssh-host.ts';

let desk: Desk;
let host: BadHost | undefined;
let fleet: OpenFleet | undefined;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(async () => {
  await fleet?.close();
  await host?.close();
  fleet = undefined;
  host = undefined;
  await desk.clear();
});

const DEMO = 'demo: { platform: fake, vms: 4, events-every: 0 }';

/** A simulated fleet, and a libvirt host over SSH that trusts `knownKey`. */
async function besideSshHost(port: number, knownKey: string, more = ''): Promise<void> {
  const knownHosts = join(desk.home, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${knownKey}\n`);
  const ssh = `platform: kvm, host: 127.0.0.1, port: ${port}, user: nobody, known-hosts: ${knownHosts}`;
  await desk.write(`endpoints:\n  ${DEMO}\n  db1: { ${ssh}${more} }\n`);
}

const OTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGvnZs5TsuDsZPTmXl5pZIDjb9BqYwZ0ndQb5cYQqFzL';

/** The rows that are VMs; the others say what is wrong with an endpoint. */
const vmsIn = (stdout: string): readonly unknown[] =>
  (JSON.parse(stdout) as readonly { readonly id: string | null }[]).filter(({ id }) => id !== null);

describe('a host whose key has changed', () => {
  it('is refused before any login, and nobody is asked to trust it', async () => {
    const ssh = await refusingSshHost();
    host = ssh;
    await besideSshHost(ssh.port, OTHER_KEY, ', password: env:PASSWORD');
    const { code, stdout, stderr } = await desk.runWith({ env: { PASSWORD: 'hunter2' } }, 'vm', 'list', '-C', 'db1');
    expect(code).toBe(4);
    expect(stdout).not.toContain('running');
    expect(stderr).toMatch(/db1.*(key|changed)/i);
    expect(stderr).toContain('known_hosts');
    expect(ssh.passwords).toEqual([]);
  });
});

describe('a wrong password', () => {
  it('is sent once and never tried again by itself', async () => {
    const ssh = await refusingSshHost();
    host = ssh;
    await besideSshHost(ssh.port, ssh.hostKey, ', password: env:PASSWORD');
    const { code, stdout, stderr } = await desk.runWith({ env: { PASSWORD: 'hunter2' } }, 'vm', 'list', '-o', 'json');
    expect(code).toBe(0);
    expect(vmsIn(stdout)).toHaveLength(4);
    expect(stderr).toMatch(/db1.*(login|password)/i);
    expect(stderr).not.toContain('hunter2');
    expect(ssh.passwords).toEqual(['hunter2']);
  });

  it.each([
    ['refuses', false],
    ['does not answer', true],
  ])('is not sent again however long drover stays open: the host %s', async (_what, mute) => {
    const ssh = await refusingSshHost({ mute });
    host = ssh;
    writeFileSync(join(desk.home, 'password'), 'hunter2\n', { mode: 0o600 });
    await besideSshHost(ssh.port, ssh.hostKey, `, password: "file:${join(desk.home, 'password')}"`);
    fleet = await openFleet({ config: readFileSync(desk.config, 'utf8') });
    // The clock of the screen stands still until the host has the password.
    await vi.waitFor(() => expect(ssh.passwords).toHaveLength(1), 30_000);
    // And until drover has heard the refusal: it leaves then.
    if (!mute) await vi.waitFor(() => expect(ssh.openNow()).toBe(0), 30_000);
    await fleet.see(/db1.*blocked/);
    // Why and the next step, whole, where the cursor is.
    await fleet.press('G');
    await fleet.see(mute ? 'has not answered the login in time' : 'refused the login (tried: password)');
    await fleet.see(mute ? 'connect again' : 'a password that the host accepts');
    await fleet.see('r reconnect');
    await fleet.idle(120_000);
    expect(ssh.passwords).toEqual(['hunter2']);
  });

  it('is asked for once: the second question would lock the account', async () => {
    const ssh = await refusingSshHost();
    host = ssh;
    await besideSshHost(ssh.port, ssh.hostKey);
    const pty = openPty({
      argv: [join(process.cwd(), 'bin/drover'), 'endpoint', 'test', 'db1', '--config', desk.config],
      env: { HOME: desk.home },
    });
    await pty.until(/[Pp]assword/);
    pty.type('hunter2\r');
    const { code } = await pty.exit;
    expect(code).toBe(4);
    expect(pty.screen()).toContain('FAILED');
    expect(pty.screen()).not.toContain('hunter2');
    expect(ssh.passwords).toEqual(['hunter2']);
    pty.close();
  });
});

describe('a host that accepts TCP and says nothing', () => {
  it('is given up within its deadline, with the sentence that says so', async () => {
    host = await silentHost();
    await desk.write(
      `endpoints:\n  ${DEMO}\n  mute: { platform: kvm, transport: tcp, host: 127.0.0.1, port: ${host.port} }\n`,
    );
    // no machine is so busy that a link on it takes half a second to open; only the deadline is waited for
    const clock = timesFaster(20);
    const { code, stderr } = await desk.runWith({ clock }, 'vm', 'list', '-C', 'mute');
    expect(code).toBe(4);
    expect(stderr).toMatch(/mute.*no answer (for|within) \d+ s/);
  });

  it('holds up nobody: the others are on the screen before', async () => {
    host = await silentHost();
    fleet = await openFleet({
      config: `endpoints:\n  ${DEMO}\n  mute: { platform: kvm, host: 127.0.0.1, port: ${host.port} }\n`,
    });
    await fleet.see('1/2 endpoints');
    await fleet.see('billing-web1');
    await fleet.idle(25_000);
    await fleet.see(/mute.*(down|no answer)/);
  });
});

describe('a secret or a key file that is not there', () => {
  it('is named with where it was looked for, and the other endpoints go on', async () => {
    await desk.write(`endpoints:\n  ${DEMO}\n  lab: { platform: fake, vms: 2, password: "env:NO_SUCH" }\n`);
    const all = await desk.run('vm', 'list', '-o', 'json');
    expect(all.code).toBe(0);
    expect(vmsIn(all.stdout)).toHaveLength(4);
    expect(all.stderr).toContain('lab: Password: the environment variable NO_SUCH is not set');
    for (const command of [
      ['vm', 'start', 'lab/vm-1'],
      ['vm', 'list', '-C', 'lab'],
      ['node', 'list', '-C', 'lab'],
    ]) {
      expect((await desk.run(...command)).code).toBe(2);
    }
  });

  it('is told by the file that can not be read', async () => {
    const ssh = await refusingSshHost();
    host = ssh;
    await besideSshHost(ssh.port, ssh.hostKey, ', key: /no/such/id_ed25519');
    const { code, stderr } = await desk.run('vm', 'info', 'db1/x');
    expect(code).toBe(2);
    expect(stderr).toContain("can't read the key /no/such/id_ed25519\n  check the path and its permissions");
  });
});

describe('1,000 endpoints of which 300 are down', () => {
  /** Three of ten are down, all through the list: half of these refuse, half of them say nothing. */
  const thousand = (port: number): string => {
    const endpoints = Array.from({ length: 1_000 }, (_, at) =>
      at % 10 < 7
        ? [`up${at}`, { platform: 'fake', vms: 2, seed: at, 'events-every': 0 }]
        : [`down${at}`, { platform: 'kvm', transport: 'tcp', host: '127.0.0.1', port: at % 20 < 10 ? port : 1 }],
    );
    return JSON.stringify({ endpoints: Object.fromEntries(endpoints) });
  };

  it('shows the 700 without waiting for the rest, and has few connections open at once', async () => {
    host = await silentHost();
    await desk.write(thousand(host.port));
    const pty = openPty({
      argv: [join(process.cwd(), 'bin/drover'), '--config', desk.config],
      columns: 100,
      env: { HOME: desk.home, XDG_STATE_HOME: desk.home, XDG_CACHE_HOME: desk.home },
    });
    try {
      // Rows and keys long before everybody has answered.
      await pty.until(/[1-9]\d{0,2}\/1000 endpoints/);
      pty.type('?');
      await pty.until('Keys');
      pty.type('\x1b');
      await pty.until(/700\/1000 endpoints/, 30_000);
      pty.type('q');
      expect((await pty.exit).code).toBe(0);
    } finally {
      pty.close();
    }
    expect(host.mostOpen()).toBeLessThanOrEqual(2 * 150);
  });

  it('lists the 700, names the 300, and ends with 0', async () => {
    // Nobody listens on port 1, so that this takes no deadline.
    await desk.write(thousand(1));
    const { code, stdout, stderr } = await desk.run('vm', 'list', '-o', 'jsoncompact');
    expect(code).toBe(0);
    expect(vmsIn(stdout)).toHaveLength(1_400);
    expect(stderr.match(/^down\d+: can't connect/gm)).toHaveLength(300);
  });
});
