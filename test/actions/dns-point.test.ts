import { expect, it } from 'vitest';
import { addressIn } from '../../src/actions/dns-point.ts';
import { endpointName, vmId } from '../../src/ids.ts';
import type { Vm, VmInfo } from '../../src/platforms/contract.ts';
import { createTestClock } from '../clock.ts';

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
