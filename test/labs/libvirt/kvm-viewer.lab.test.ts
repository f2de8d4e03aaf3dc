/** A program of the desktop shows a guest's display: one that speaks RFB with QEMU through drover's tunnel stands in its place. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, DROVER, openDesk } from '../../cli/run-drover.ts';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host1, removeGuests, site, virsh } from './hosts.ts';

const host = host1;
const VM = 'shown';
const PASSWORD = 'geheim12';

/**
 * Reads a connection file, connects to where it leads, and writes down what QEMU says: its version, and which logins it wants
 * (2 is a password). An exit code of 3 says that the file is not private.
 */
const VIEWER = `
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
const [, , vv, out, ...more] = process.argv;
if ((statSync(vv).mode & 0o077) !== 0) process.exit(3);
const file = readFileSync(vv, 'utf8');
const port = Number(/^port=(\\d+)$/m.exec(file)[1]);
const socket = connect(port, /^host=(.*)$/m.exec(file)[1]);
let heard = Buffer.alloc(0);
socket.on('data', (data) => {
  heard = Buffer.concat([heard, data]);
  if (heard.length === 12) socket.write(heard);
  if (heard.length < 14) return;
  writeFileSync(out, JSON.stringify({ version: heard.toString('latin1', 0, 11), logins: [...heard.subarray(13)], file, more }));
  socket.end();
});
socket.on('close', () => process.exit(0));
`;

let desk: Desk;
let folder: string;

const drover = (...args: readonly string[]) =>
  desk.runBuilt({ env: { DROVER_CONFIG: site.files.config } }, 'vm', 'console', VM, '-C', host.name, ...args);
const seen = async () =>
  JSON.parse(await readFile(join(folder, 'seen'), 'utf8')) as {
    version: string;
    logins: number[];
    file: string;
    more: string[];
  };

beforeAll(async () => {
  desk = await openDesk();
  folder = await mkdtemp(join(tmpdir(), 'drover-viewer-'));
  await writeFile(join(folder, 'viewer.mjs'), VIEWER);
  await makeFreshGuests(host, VM);
  const xml = await virsh(host, 'dumpxml', '--inactive', VM);
  const definition = join(folder, 'guest.xml');
  await writeFile(definition, xml.replace(/<graphics type='vnc'/, `<graphics type='vnc' passwd='${PASSWORD}'`));
  await virsh(host, 'define', definition);
  await virsh(host, 'start', VM);
});
afterAll(async () => {
  await removeGuests(host, VM);
  await desk.clear();
  await rm(folder, { recursive: true, force: true });
});

describe('a viewer of the desktop', () => {
  const words = () => `${process.execPath} ${join(folder, 'viewer.mjs')} {vv} ${join(folder, 'seen')} {url} {name}`;

  it('F-061 F-251 F-356 reaches the display through a tunnel, with the password in a file of its own', async () => {
    const ran = await drover('--viewer', '--program', words());
    expect([ran.code, ran.stdout]).toEqual([0, '']);
    const { version, logins, file, more } = await seen();
    expect(version).toMatch(/^RFB 003\.00\d$/);
    expect(logins).toContain(2);
    expect(file).toContain(`type=vnc\n`);
    expect(file).toContain(`password=${PASSWORD}\n`);
    expect(more).toEqual([expect.stringMatching(/^vnc:\/\/127\.0\.0\.1:\d+$/), VM]);
    expect(ran.stderr).toContain(`shows it, at ${more[0]}`);
    expect(ran.stderr).not.toContain(PASSWORD);
    // what it was read from is gone with the program
    const port = /:(\d+)$/.exec(more[0] ?? '')?.[1];
    await expect(run(['bash', '-c', `: < /dev/tcp/127.0.0.1/${port}`])).rejects.toThrow();
  });

  it('says how the program failed, and that none is there', async () => {
    const failed = await drover('--viewer', '--program', 'false');
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('false ended with exit code 1')]);
    const none = await drover('--viewer', '--program', 'drover-has-no-such-viewer {url}');
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining("drover-has-no-such-viewer can't be started"),
    ]);
  });

  it('is given a connection file, whose tunnel ends when it has been used', async () => {
    const vv = join(folder, 'shown.vv');
    const child = execFile(DROVER, ['vm', 'console', VM, '-C', host.name, '--vv', vv], {
      env: { ...process.env, DROVER_CONFIG: site.files.config, HOME: desk.home },
    });
    let said = '';
    child.stderr?.on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await until('the connection file', 30_000, () => said.includes('until this ends'));
    expect((await stat(vv)).mode & 0o777).toBe(0o600);
    expect(said).not.toContain(PASSWORD);
    await run([process.execPath, join(folder, 'viewer.mjs'), vv, join(folder, 'seen')]);
    expect((await seen()).logins).toContain(2);
    expect(await ended).toBe(0);
    const again = await drover('--vv', vv);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
  });
});

describe('command lines to consoles', () => {
  it('F-062 lead to the display without drover, and hold no secret', async () => {
    const { stdout } = await drover('--print-command', '--viewer', '--program', 'echo {url}');
    expect(stdout).not.toContain(PASSWORD);
    // the port that the line opens here leads to QEMU
    // ssh stays in the background, and would hold the output of this shell
    const greeting = stdout.trim().replace(/ && .*$/, ' > /dev/null 2>&1 && head -c 12 < /dev/tcp/127.0.0.1/5999');
    expect(await run(['bash', '-c', greeting])).toMatch(/^RFB 003\.00\d/);
    expect(stdout).toMatch(/ && echo vnc:\/\/127\.0\.0\.1:5999\n$/);
  });

  it('F-062 lead to the serial console by the virsh of the node', async () => {
    const { stdout } = await drover('--print-command');
    const uuid = (await virsh(host, 'domuuid', VM)).trim();
    expect(stdout).toMatch(
      new RegExp(`^ssh -t .* -- ${host.address} 'virsh --connect qemu:///system console ${uuid}'\\n$`),
    );
    const asked = stdout.trim().replace(' console ', ' domname ').replace('ssh -t', 'ssh');
    expect((await run(['sh', '-c', asked])).trim()).toBe(VM);
  });
});
