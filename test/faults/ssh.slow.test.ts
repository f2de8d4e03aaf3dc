import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../cli/run-drover.ts';
import { type BadHost, refusingSshHost } from './bad-ssh-host.ts';

let desk: Desk;
let host: BadHost | undefined;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(async () => {
  await host?.close();
  host = undefined;
  await desk.clear();
});

const DEMO = 'demo: { platform: fake, vms: 4, events-every: 0 }';

describe('names that are made for a shell', () => {
  it.each([
    'host: "db1;touch ran"',
    'host: "-oProxyCommand=touch ran"',
    'host: db1, user: "`touch ran`"',
    'host: db1, user: "-oProxyCommand=touch ran", ssh: system',
    'uri: "qemu+ssh://root@$(touch%20ran)/system"',
  ])('are refused with the name, and the other endpoints go on: %s', async (fields) => {
    await desk.write(`endpoints:\n  ${DEMO}\n  db1: { platform: kvm, ${fields} }\n`);
    const alone = await desk.run('vm', 'list', '-C', 'db1');
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringMatching(/can't be a (host|user) name for SSH/)]);
    const all = await desk.run('vm', 'list', '-o', 'json');
    expect(all.code).toBe(0);
    expect(all.json<{ id: string | null }[]>().filter(({ id }) => id !== null)).toHaveLength(4);
    expect(all.stderr).toMatch(/db1.*can't be a/);
  });
});

describe('a host key that is not known', () => {
  it('is refused without a terminal, and accepted by its fingerprint', async () => {
    const ssh = await refusingSshHost();
    host = ssh;
    const knownHosts = join(desk.home, 'known_hosts');
    writeFileSync(knownHosts, '');
    const fields = `host: 127.0.0.1, port: ${ssh.port}, user: tester, known-hosts: ${knownHosts}`;
    await desk.write(`endpoints:\n  db1: { platform: kvm, ${fields} }\n`);
    const refused = await desk.run('endpoint', 'trust', 'db1', '--yes');
    expect(refused.code).toBe(4);
    expect(readFileSync(knownHosts, 'utf8')).toBe('');
    const [, fingerprint = ''] = /--fingerprint (SHA256:\S+)/.exec(refused.stderr) ?? [];
    expect((await desk.run('endpoint', 'trust', 'db1', '--fingerprint', fingerprint)).code).toBe(0);
    expect(readFileSync(knownHosts, 'utf8')).toContain(ssh.hostKey);
    expect(ssh.passwords).toEqual([]);
  });
});
