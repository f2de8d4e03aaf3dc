/**
 * Disk and network rates of a guest under changing load, summed up over half a minute, beside the counters of `virsh domstats`; and
 * what a node says of its hardware. `DROVER_METRICS_MINUTES=10` is the long form.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock, wait } from '../../../src/clock.ts';
import type { VmId } from '../../../src/ids.ts';
import { mib } from '../../../src/units.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, openFresh, untilConnected } from './fresh-terminal.ts';
import { host1, removeGuests, untilLoginPrompt, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { patient, shut, type Watched, watch } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host1;
const VM = 'measured';
const endpoint = sshEndpoint(host);
const MINUTES = Number(process.env['DROVER_METRICS_MINUTES'] ?? 0.5);
/** Of what was counted: the readings of the slow layer, five seconds each and more on a busy machine, are not at the edges of the time. */
const TOLERANCE = MINUTES < 2 ? 0.6 : 0.1;
/** Bursts of writing and of pings, with pauses between. */
const LOAD = [
  '(while :; do busybox dd if=/dev/zero of=/dev/vda bs=64k count=32 conv=fsync 2>/dev/null; busybox sleep 1; done) &',
  '(while :; do busybox ping -c 3 -s 1400 192.168.121.1 >/dev/null 2>&1; done) &',
];
const RATES = ['diskRead', 'diskWrite', 'netRx', 'netTx'] as const;
const COUNTERS = {
  diskRead: /rd\.bytes=(\d+)/g,
  diskWrite: /wr\.bytes=(\d+)/g,
  netRx: /rx\.bytes=(\d+)/g,
  netTx: /tx\.bytes=(\d+)/g,
};

let watched: Watched;
let vm: VmId;
beforeAll(async () => {
  await makeFreshGuests(host, VM);
  await virsh(host, 'start', VM);
  await untilLoginPrompt(host, VM);
  vm = await idOfGuest(host, endpoint, VM);
  watched = await watch(endpoint, 1_000);
  const attachment = await watched.connection.console?.serial?.(vm, { force: true }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  const terminal = openTerminal(attachment.stream);
  await terminal.see(/login:/, '\r');
  terminal.type('root\r');
  await terminal.see(/root@.*# /, '\r');
  for (const line of LOAD) terminal.type(`${line}\r`);
  terminal.type('echo works-$((40+2))\r');
  await terminal.see(/works-42/);
  attachment.stream.destroy();
  await terminal.ended;
});
afterAll(async () => {
  await shut(watched);
  await removeGuests(host, VM);
});
closeTerminals();

const counters = async () => {
  const text = await virsh(host, 'domstats', VM, '--block', '--interface', '--nowait');
  const of = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  return Object.fromEntries(RATES.map((rate) => [rate, of(COUNTERS[rate])])) as Record<(typeof RATES)[number], number>;
};

it('F-113 F-115 measures disks and networks as virsh domstats counts them', {
  timeout: (MINUTES + 1) * 60_000,
}, async () => {
  const shown = { diskRead: 0, diskWrite: 0, netRx: 0, netTx: 0 };
  const from = systemClock.now();
  const before = await counters();
  await wait(systemClock, MINUTES * 60_000, patient());
  const after = await counters();
  let last = from;
  for (const feed of watched.feeds) {
    if (feed.kind !== 'samples' || feed.block.at <= from) continue;
    const row = feed.block.ids.indexOf(vm);
    if (row < 0) continue;
    const seconds = (feed.block.at - last) / 1000;
    last = feed.block.at;
    for (const rate of RATES) {
      const value = feed.block[rate][row] ?? Number.NaN;
      if (!Number.isNaN(value)) shown[rate] += value * seconds;
    }
  }
  const said = RATES.map((rate) => {
    const counted = after[rate] - before[rate];
    return {
      rate,
      counted,
      shown: Math.round(shown[rate]),
      off: counted === 0 ? 0 : Math.abs(shown[rate] / counted - 1),
    };
  });
  console.info(
    said
      .map(
        ({ rate, counted, shown: sum, off }) =>
          `${rate}: ${counted} counted, ${sum} shown, ${(off * 100).toFixed(1)}% off`,
      )
      .join('\n'),
  );
  expect(said.filter(({ rate }) => rate !== 'diskRead').every(({ counted }) => counted > 10_000)).toBe(true);
  expect(said.filter(({ off }) => off > TOLERANCE)).toEqual([]);
});

it('F-113 says where an address comes from, and which process the guest is', async () => {
  const info = await watched.connection.vm.info(vm, patient());
  const pid = (await inHost(host, 'cat', `/run/libvirt/qemu/${VM}.pid`)).trim();
  expect(info.more).toContainEqual(['Process', `${pid} on its node`, 'Advanced']);
  const leased = /(192\.168\.121\.\d+)/.exec(await virsh(host, 'domifaddr', VM))?.[1];
  const mac = expect.stringMatching(/^52:54:00:/);
  expect(info.addresses).toContainEqual({ address: leased, source: 'lease', mac, prefix: 24 });
  expect(info.nics).toMatchObject([{ ips: [leased], mask: '255.255.255.0', gateway: '192.168.121.1' }]);
});

it('F-113 F-126 F-415 has in its row what its disks can hold, and which system it was said to have', async () => {
  const size = /Capacity:\s+(\d+)/.exec(await virsh(host, 'domblkinfo', VM, 'vda'))?.[1];
  const medium = '/var/lib/libvirt/images/metrics.iso';
  await inHost(host, 'truncate', '-s', '8M', medium);
  await virsh(host, 'change-media', VM, 'sda', medium, '--insert', '--live');
  expect(await virsh(host, 'domstats', VM, '--block', '--nowait')).toContain(`path=${medium}`);
  // Another size is one that was read with the medium in its drive.
  await virsh(host, 'blockresize', VM, 'vda', `${Number(size) + mib(1)}B`);
  const isRead = () => (watched.vms.get(vm)?.storage === Number(size) + mib(1) ? true : undefined);
  await watched.until('its storage, without the medium', isRead, 20_000);
  await virsh(host, 'change-media', VM, 'sda', '--eject', '--live');
  await inHost(host, 'rm', medium);
  const os = '<libosinfo><os id="http://debian.org/debian/12"/></libosinfo>';
  const uri = 'http://libosinfo.org/xmlns/libvirt/domain/1.0';
  await virsh(host, 'metadata', VM, '--uri', uri, '--key', 'libosinfo', '--set', os, '--live');
  expect(await watched.until('its system', () => watched.vms.get(vm)?.os, 20_000)).toBe('debian 12');
});

it('F-485 F-040 has the devices, bridges and mounts of its node', async () => {
  const node = watched.vms.get(vm)?.node;
  const info = node && (await watched.connection.node?.info?.(node, patient()));
  if (!info) throw new Error('nothing is known of the node');
  const listed = (await virsh(host, 'nodedev-list', '--cap', 'pci')).trim().split(/\s+/);
  expect(
    info.devices
      ?.filter(({ type }) => type === 'pci')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(listed.toSorted());
  const ports = (await inHost(host, 'ls', '/sys/class/net/virbr0/brif')).trim().split(/\s+/);
  expect(info.bridges).toContainEqual({
    ...{ name: 'virbr0', addresses: [expect.stringContaining('192.168.121.1/')], active: true },
    ports: expect.arrayContaining(ports),
  });
  const root = (await inHost(host, 'df', '-P', '-k', '/')).split('\n')[1]?.split(/\s+/) ?? [];
  expect(info.mounts?.find(({ path }) => path === '/')).toMatchObject({
    device: root[0],
    size: Number(root[1]) * 1024,
  });
});

it('F-113 F-114 draws the last minutes of the guest, its node and its pool at 120 columns, also without colour', async () => {
  const screen = await openFresh({ columns: 120, rows: 40, env: { NO_COLOR: '1' } });
  await untilConnected(screen);
  await screen.goTo(VM);
  screen.type('\t');
  await screen.until(`─ ${VM} ─`);
  for (let turn = 0; turn < 7; turn++) screen.type('\x1b[C');
  await screen.until(/CPU: now .*highest .*Memory in use: now/, 20_000);
  await screen.until(/Disks, read and written: now .*Networks, in and out: now/, 20_000);
});
