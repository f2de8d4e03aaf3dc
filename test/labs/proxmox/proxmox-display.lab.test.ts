/** Displays of Proxmox VE: its tickets and websockets, over TLS, with the VNC server of a real QEMU behind them. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openLink } from '../../../src/display/open-link.ts';
import { shownOn, textOf } from '../../../src/display/screenshot.ts';
import { endpointName, type VmId, vmId } from '../../../src/ids.ts';
import type { Connection, Endpoint, Settings } from '../../../src/platforms/contract.ts';
import { platform } from '../../../src/platforms/proxmox/index.ts';
import { ACCOUNTS } from '../../../src/platforms/proxmox/testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from '../../../src/platforms/proxmox/testkit/server.ts';
import { createTestClock } from '../../clock.ts';
import { present } from '../../contract/bench.ts';
import { closeShown, show } from '../../display/shown-display.ts';
import { differences, type QemuDisplay, startQemuDisplay } from '../qemu-display.ts';

const PVE = endpointName('pve');
const { signal } = new AbortController();
const fixture = (name: string) =>
  readFileSync(`${import.meta.dirname}/../../../src/platforms/transport/fixtures/${name}`);
const tls = { key: fixture('server-key.pem'), cert: fixture('server.pem') };
const { fingerprint256: tlsFingerprint } = new X509Certificate(tls.cert);
const clock = createTestClock();

let qemu: QemuDisplay;
let server: FakeProxmox;
let web1: VmId;
/** What QEMU is told in place of the password that the server has given out. */
let otherPassword: string | undefined;
/** To the last client that has come to the display. */
let way: Duplex | undefined;
const open: Connection[] = [];

beforeAll(async () => {
  qemu = await startQemuDisplay('127.0.0.1', { password: true });
  server = await startFakeProxmox(clock, {
    tls,
    // As `qm vncproxy` does: a password for this client, and then bytes both ways.
    async display(stream, password) {
      way = stream;
      await qemu.setPassword(otherPassword ?? password);
      const socket = qemu.connect();
      // One that was cut takes nothing more of what QEMU still says.
      stream.on('error', () => {}).once('close', () => socket.destroy());
      stream.pipe(socket).pipe(stream);
    },
  });
  const guest = server.world.addGuest('qemu', 'pve1', { name: 'web1', ostype: 'l26', vga: 'virtio,memory=32' });
  guest.status = 'running';
  web1 = vmId(PVE, `qemu/${guest.vmid}`);
});
afterEach(async () => {
  server.answerInstead = undefined;
  otherPassword = undefined;
  closeShown();
  for (const connection of open.splice(0)) await connection.close();
});
afterAll(async () => {
  await server.close();
  await qemu.stop();
  expect(server.complaints).toEqual([]);
});

async function display(values: Settings) {
  const endpoint: Endpoint = {
    name: PVE,
    platform: 'proxmox',
    values: { host: server.origin, fingerprint: tlsFingerprint, ...values },
  };
  const connection = await platform.connect(endpoint, { signal, clock: systemClock, wire: () => {}, ask: {} });
  open.push(connection);
  return () => present(connection.console?.display)(web1, signal);
}

const byPassword = { login: 'password', ...ACCOUNTS.root };
const [user = '', token = ''] = ACCOUNTS.token.id.split('!');
const byToken = { login: 'token', user, token, secret: ACCOUNTS.token.secret };

it.each([
  ['password', byPassword],
  ['token', byToken],
])(
  'F-061 F-356 shows the picture that QEMU has, for a login by %s, and again with a new ticket',
  async (_how, login) => {
    const link = await display(login);
    for (let time = 0; time < 2; time++) {
      const frame = await shownOn(await link(), signal);
      expect(textOf(frame)).toContain('No bootable device');
      expect(differences(frame, await qemu.screendump())).toEqual([]);
    }
  },
);

it('a display goes on when its link drops, with a new ticket', async () => {
  const link = await display(byPassword);
  const open = async (until: AbortSignal) => openLink(await link(), until);
  const asked = () => server.requests.filter((request) => request.endsWith('/vncproxy')).length;
  const time = createTestClock();
  const { see, lines, settle } = await show(await open(signal), 80, 25, time, { detachKey: 'ctrl-]', open });
  const seeScreen = async () => {
    while (!lines().includes('No bootable device.')) await settle();
  };
  await seeScreen();
  const before = asked();
  way?.destroy();
  await see(24, /^ no link: .*; again in 1 s/);
  await time.pass(1_000);
  await see(24, ' the link is back');
  expect(asked()).toBe(before + 1);
  await time.pass(5_000);
  await see(24, '');
  await seeScreen();
});

it('a ticket that is too old opens nothing, and is no wrong login', async () => {
  const link = await display(byPassword);
  const { logins } = server.access;
  server.answerInstead = (_method, path) => {
    if (path.endsWith('/vncproxy')) void clock.pass(60_000);
    return undefined;
  };
  await expect(link()).rejects.toMatchObject({
    code: 'op.refused',
    message: 'web1: the server refused the ticket of its console',
  });
  expect(server.access.logins).toBe(logins);
});

it('a certificate that is not the pinned one gets no ticket', async () => {
  const fingerprint = tlsFingerprint.replace(/^../, (byte) => (byte === '00' ? '01' : '00'));
  await expect(display({ ...byPassword, fingerprint })).rejects.toMatchObject({ code: 'trust.tls' });
});

it('a wrong password of the display is refused once, with the words of QEMU', async () => {
  const link = await display(byPassword);
  const asked = () => server.requests.filter((request) => request.endsWith('/vncproxy')).length;
  const before = asked();
  otherPassword = 'another1';
  await expect(shownOn(await link(), signal)).rejects.toMatchObject({
    code: 'auth.rejected',
    message: 'the display refused the login: Authentication failed',
  });
  expect(asked()).toBe(before + 1);
});
