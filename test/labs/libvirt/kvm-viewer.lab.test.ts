/** A program of the desktop shows a guest's display: one that speaks RFB with QEMU through drover's tunnel stands in its place. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, DROVER, openDesk } from '../../cli/run-drover.ts';
import { openPty } from '../../terminal/open-pty.ts';
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

/** Begins as SPICE's clients do, with a link message for the main channel (spice-protocol, protocol.h), and writes down the answer. */
const SPICE_VIEWER = `
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
const [, , vv, out] = process.argv;
const file = readFileSync(vv, 'utf8');
const socket = connect(Number(/^port=(\\d+)$/m.exec(file)[1]), /^host=(.*)$/m.exec(file)[1]);
const [HEAD, MESSAGE] = [16, 18];
const message = Buffer.alloc(HEAD + MESSAGE);
message.write('REDQ');
for (const [at, value] of [[4, 2], [8, 2], [12, MESSAGE], [HEAD + 14, MESSAGE]]) message.writeUInt32LE(value, at);
message.writeUInt8(1, HEAD + 4);
socket.write(message);
let heard = Buffer.alloc(0);
socket.on('data', (data) => {
  heard = Buffer.concat([heard, data]);
  if (heard.length < HEAD + 4) return;
  writeFileSync(out, JSON.stringify({ magic: heard.toString('latin1', 0, 4), major: heard.readUInt32LE(4), error: heard.readUInt32LE(HEAD), file }));
  socket.end();
});
socket.on('close', () => process.exit(0));
`;

describe('a guest whose display is SPICE alone', () => {
  const SPICY = 'spicy';
  const onSpicy = (...args: readonly string[]) => ['vm', 'console', SPICY, '-C', host.name, ...args] as const;
  beforeAll(async () => {
    await writeFile(join(folder, 'spice-viewer.mjs'), SPICE_VIEWER);
    const definition = join(folder, 'spicy.xml');
    await writeFile(
      definition,
      `<domain type='qemu'><name>${SPICY}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='q35'>hvm</type></os><devices><video><model type='vga' vram='1024'/></video>
      <graphics type='spice' autoport='yes' listen='127.0.0.1' passwd='${PASSWORD}'/></devices></domain>`,
    );
    await virsh(host, 'define', definition);
    await virsh(host, 'start', SPICY);
  });
  afterAll(async () => {
    await virsh(host, 'destroy', SPICY);
    await virsh(host, 'undefine', SPICY);
  });

  it('says so at a terminal, and which command shows it', async () => {
    const env = { HOME: desk.home, DROVER_CONFIG: site.files.config };
    const pty = openPty({ argv: [DROVER, ...onSpicy('--graphic')], columns: 120, env });
    expect((await pty.exit).code).not.toBe(0);
    expect(pty.screen()).toContain(`${SPICY} has a display of the kind spice, and drover shows VNC`);
    expect(pty.screen()).toContain(`drover vm console ${SPICY} --viewer`);
  });

  it('F-061 is reached by a viewer through a tunnel: the SPICE server of its QEMU answers there', async () => {
    const seenSpice = join(folder, 'seen-spice');
    const words = `${process.execPath} ${join(folder, 'spice-viewer.mjs')} {vv} ${seenSpice}`;
    const env = { DROVER_CONFIG: site.files.config };
    const ran = await desk.runBuilt({ env }, ...onSpicy('--viewer', '--program', words));
    expect([ran.code, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toMatch(/shows it, at spice:\/\/127\.0\.0\.1:\d+/);
    expect(ran.stderr).not.toContain(PASSWORD);
    const { file, ...answer } = JSON.parse(await readFile(seenSpice, 'utf8'));
    expect(answer).toEqual({ magic: 'REDQ', major: 2, error: 0 });
    expect(file).toContain('type=spice\n');
    expect(file).toContain(`password=${PASSWORD}\n`);
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
