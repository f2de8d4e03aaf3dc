/** Displays of vSphere: tickets and websockets of the simulator, over TLS, with the VNC server of a real QEMU behind them. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { shownOn, textOf } from '../../../src/display/screenshot.ts';
import type { Connection, WireLine } from '../../../src/platforms/contract.ts';
import { present } from '../../contract/bench.ts';
import { differences, type QemuDisplay, startQemuDisplay } from '../qemu-display.ts';
import { connectTo, openSmallVcenter, patient, type SmallVcenter } from './vcenter.ts';

let qemu: QemuDisplay;
let vcenter: SmallVcenter;
const open: Connection[] = [];
const wire: WireLine[] = [];

beforeAll(async () => {
  [qemu, vcenter] = await Promise.all([startQemuDisplay(), openSmallVcenter()]);
});
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});
afterAll(async () => {
  await vcenter.close();
  await qemu.stop();
});

async function display(order = '', name = 'app-0000') {
  await vcenter.vcsim.status('POST', `/lab/display?address=${qemu.host}:${qemu.port}${order}`);
  const connection = await connectTo(vcenter.endpoint, wire);
  open.push(connection);
  return present(connection.console?.display)(vcenter.idOf(name), patient());
}

it.each([
  ['SHA-256', ''],
  ['SHA-1, as before 7.0.3', '&sha1=1'],
])('F-061 F-356 shows the picture that QEMU has, from a host that the ticket knows by %s', async (_how, order) => {
  const frame = await shownOn(await display(order), patient());
  expect(textOf(frame)).toContain('No bootable device');
  expect(differences(frame, await qemu.screendump())).toEqual([]);
});

it('a host with another certificate than the ticket says gets no ticket', async () => {
  await expect(display('&stranger=1')).rejects.toMatchObject({
    code: 'trust.tls',
    message: 'app-0000: the certificate of 127.0.0.1 is not the one that was announced',
  });
});

it('a ticket that is refused opens nothing, and the ticket stands in no log', async () => {
  await expect(display('&refuse=1')).rejects.toMatchObject({
    code: 'op.refused',
    message: 'app-0000: 127.0.0.1 refused the ticket of its display (403)',
  });
  const lines = wire.map(({ text }) => text).filter((text) => text.includes('/ticket/'));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((text) => !text.includes('/ticket/********'))).toEqual([]);
});

it('a VM that is off shows nothing', async () => {
  await expect(display('', 'off')).rejects.toMatchObject({ code: 'op.conflict' });
});
