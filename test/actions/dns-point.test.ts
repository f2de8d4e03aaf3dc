import { expect, it } from 'vitest';
import { addressIn, dnsPointAction } from '../../src/actions/dns-point.ts';
import { perform } from '../../src/actions/perform.ts';
import { bind } from '../../src/actions/target.ts';
import { endpointName, vmId } from '../../src/ids.ts';
import type { Settings, Vm, VmInfo } from '../../src/platforms/contract.ts';
import { createTestClock } from '../clock.ts';
import { openServices } from '../state/open-services.ts';

const web1 = { id: vmId(endpointName('one'), 'web1'), name: 'web1', ips: [] as readonly string[] } as Vm;
const { signal } = new AbortController();

/** A VM of which each of these is said in turn, the last one from then on. */
function setUp(...said: readonly Partial<VmInfo>[]) {
  const clock = createTestClock();
  let asked = 0;
  const info = async () => {
    const now = said[Math.min(asked++, said.length - 1)];
    return { state: 'running', nics: [], disks: [], snapshots: [], more: [], ...now } as unknown as VmInfo;
  };
  return { clock, asked: () => asked, found: addressIn({ vm: { info } } as never, web1, 'lan', clock, signal) };
}
const nic = (net: string, ...ips: readonly string[]) => ({ device: 'eth0', mac: '', net, type: undefined, ips });

it('F-306 F-400 waits for the address of a VM that has none yet', async () => {
  const { clock, asked, found } = setUp({}, {}, { addresses: [{ address: '10.0.0.7', source: 'lease' }] });
  await clock.pass(4_000);
  expect([await found, asked()]).toEqual(['10.0.0.7', 3]);
});

it('takes that of the NIC in the network of the zone', async () => {
  const { found } = setUp({
    nics: [nic('wan', '192.0.2.1'), nic('lan', '10.0.0.8')],
    addresses: [{ address: '192.0.2.1', source: 'agent' }],
  });
  expect(await found).toBe('10.0.0.8');
});

it('waits for that of its NIC in the zone, whatever others have by then', async () => {
  const wan = { address: '192.0.2.1', source: 'agent', mac: 'wan' } as const;
  const lan = { address: '10.0.0.8', source: 'lease', mac: 'lan' } as const;
  const nics = [
    { ...nic('wan', '192.0.2.1'), mac: 'wan' },
    { ...nic('lan'), mac: 'lan' },
  ];
  const { clock, asked, found } = setUp({ nics, addresses: [wan] }, { nics, addresses: [wan, lan] });
  await clock.pass(2_000);
  expect([await found, asked()]).toEqual(['10.0.0.8', 2]);
});

it('F-306 F-400 names a VM as it is called, by an address of either kind, in place of what was there when that is meant', async () => {
  const open = await openServices();
  const { services, clock, server } = open;
  const vm = open.vm(({ state, name }) => state === 'running' && name !== 'gateway');
  const point = async (args: Settings) => {
    const { signal } = new AbortController();
    const all = { zone: 'lab', name: '', overwrite: false, ...args };
    const done = perform(dnsPointAction, bind('vm', vm.id, services), all, services, signal, () => {});
    const ended = done.then(({ text }) => text, String);
    await clock.pass(1_000);
    return ended;
  };
  const all = () => server.collections.dns.all().map(({ name, type, data }) => `${name} ${type} ${data}`);
  const before = all();
  expect(await point({})).toBe(`${vm.name} is answered for ${vm.name}`);
  expect(all()).toEqual([...before, `${vm.name} A ${vm.ips[0]}`]);
  server.nics.change(server.fleet.rowOf(vm.id), [nic('lab', '10.0.0.9')]);
  await point({ overwrite: true });
  expect(all()).toEqual([...before, `${vm.name} A 10.0.0.9`]);
  server.nics.change(server.fleet.rowOf(vm.id), [nic('lab', 'fd00::9')]);
  await point({ name: 'www' });
  expect(all()).toEqual([...before, `${vm.name} A 10.0.0.9`, 'www AAAA fd00::9']);
  expect(await point({ name: 'web 1' })).toContain('"web 1" is no name of a host');
});

it('is refused at once for a VM that is off, and after 100 s for one that gets none', async () => {
  await expect(setUp({ state: 'stopped' }).found).rejects.toMatchObject({
    code: 'op.refused',
    message: 'web1 is off, and has no address',
  });
  const { clock, found } = setUp({});
  const refused = expect(found).rejects.toMatchObject({
    code: 'op.timeout',
    message: 'web1 has no address after 100 s',
  });
  await clock.pass(102_000);
  await refused;
});
