/** Displays of OpenStack: the address that Nova gives, its nova-novncproxy, and the VNC server of a real QEMU behind it. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { shownOn, textOf } from '../../../src/display/screenshot.ts';
import { endpointName, type VmId, vmId } from '../../../src/ids.ts';
import type { Connection, Settings, WireLine } from '../../../src/platforms/contract.ts';
import { platform } from '../../../src/platforms/openstack/index.ts';
import { createHttp } from '../../../src/platforms/transport/http/http.ts';
import { openWebSocket } from '../../../src/platforms/transport/http/websocket.ts';
import { present } from '../../contract/bench.ts';
import { differences, type QemuDisplay, startQemuDisplay } from '../qemu-display.ts';
import { type ContractServers, openContractServers } from './contract-servers.ts';
import { cloudOf, contextWith, patient } from './openstack-watching.ts';
import { siteFrom } from './site.ts';

const site = siteFrom(process.env);
let qemu: QemuDisplay;
let servers: ContractServers;
let shown: VmId;
const open: Connection[] = [];
const wire: WireLine[] = [];

beforeAll(async () => {
  qemu = await startQemuDisplay(site.gateway);
  servers = await openContractServers(site, `${qemu.host}:${qemu.port}`);
  shown = vmId(endpointName('lab'), await servers.bring('special-display', 'ACTIVE'));
});
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});
afterAll(async () => {
  await servers.clear();
  await qemu.stop();
});

async function display(values: Settings = {}) {
  const connection = await platform.connect(cloudOf(site, 'fleet', values), contextWith(wire));
  open.push(connection);
  return (id: VmId) => present(connection.console?.display)(id, patient());
}

it('F-061 F-356 shows the picture that QEMU has, and the token stands in no log', async () => {
  const frame = await shownOn(await (await display())(shown), patient());
  expect(textOf(frame)).toContain('No bootable device');
  expect(differences(frame, await qemu.screendump())).toEqual([]);
  const lines = wire.map(({ text }) => text).filter((text) => /[?&]token=/.test(text));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((text) => !text.includes('token=********'))).toEqual([]);
});

it('a server whose hypervisor shows nothing by VNC says so', async () => {
  const { servers: all } = await servers.session.ask<{ servers: readonly { id: string; name: string }[] }>(
    'compute',
    '/servers?name=web1',
  );
  const id = vmId(endpointName('lab'), all.find(({ name }) => name === 'web1')?.id ?? '');
  await expect((await display())(id)).rejects.toMatchObject({
    code: 'op.unsupported',
    message: expect.stringMatching(/^web1: this cloud has no such console \(.*console type/),
  });
});

it('a token that Nova does not know shows nothing', async () => {
  // Nova gives out right ones alone: its proxy is asked behind the back of the platform.
  const target = { host: site.address, port: 6080, secure: true, base: '', ca: site.files.ca };
  const http = createHttp({
    target,
    endpoint: endpointName('lab'),
    clock: systemClock,
    wire: () => {},
    channel: 'test',
  });
  const headers = { origin: `https://${site.address}:6080` };
  const ask = { path: '/?token=none', headers, protocol: 'binary', signal: patient() };
  const shows = openWebSocket(http, ask).then((stream) => shownOn({ stream, host: site.address }, patient()));
  await expect(shows).rejects.toMatchObject({ code: 'host.unreachable' });
  http.close();
});
