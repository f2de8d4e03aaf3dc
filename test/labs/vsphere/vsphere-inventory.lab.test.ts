import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readXml } from '../../../src/platforms/transport/xml.ts';
import { WANTED, wholeInventory } from '../../../src/platforms/vsphere/inventory-spec.ts';
import { filterSpec } from '../../../src/platforms/vsphere/properties.ts';
import { xml } from '../../../src/platforms/vsphere/soap/envelope.ts';
import { recordAnswer } from './record-answer.ts';
import { bigVcenter, shut, type Watched, watch } from './vcenter.ts';

const MOST_REQUESTS = 3;
const LONGEST_MS = 5;
const TURNS_MS = 60_000;

describe('a vCenter with a thousand VMs', () => {
  let watched: Watched;
  let requestsBefore: readonly string[];

  beforeAll(async () => {
    watched = await watch(bigVcenter());
    requestsBefore = watched.wire.map(({ text }) => text);
  });
  afterAll(() => shut(watched));

  it('F-491 shows its list after at most three requests for it', () => {
    expect(watched.vms.size).toBeGreaterThanOrEqual(1000);
    const [content, login, ...inventory] = requestsBefore;
    expect([content, login]).toEqual([
      expect.stringContaining('RetrieveServiceContent'),
      expect.stringContaining('Login'),
    ]);
    expect(inventory.length).toBeLessThanOrEqual(MOST_REQUESTS);
  });

  it('is two datacenters with a cluster and a host of their own each', () => {
    const [first] = watched.feeds;
    const { pools, nodes, vms } = first?.kind === 'inventory' ? first.inventory : { pools: [], nodes: [], vms: [] };
    expect(pools.map(({ name }) => name).sort()).toEqual(['DC0', 'DC0_C0', 'DC1', 'DC1_C0']);
    expect(nodes).toHaveLength(8);
    expect(nodes.every(({ state, memory }) => state === 'up' && memory > 0)).toBe(true);
    expect(vms.every(({ node }) => nodes.some(({ id }) => id === node))).toBe(true);
    expect(new Set(vms.map(({ uuid }) => uuid)).size).toBe(vms.length);
  });

  it('F-126 F-198 F-415 says of each VM what it takes and may grow to, and how many disks and cards it has', () => {
    for (const { name, storage = 0, diskCount, nicCount } of watched.vms.values())
      expect([name, storage > 0, diskCount, nicCount]).toEqual([name, true, 1, 1]);
  });

  it('asks no more of a large fleet than of a small one, however long it is watched', async () => {
    const told = watched.feeds.length;
    const before = watched.wire.length;
    await watched.until('five rounds', () => watched.feeds.length > told + 10 || undefined, 20_000);
    const requests = watched.wire.slice(before).map(({ text }) => text);
    expect(requests.length).toBeLessThan(60);
    // The names of the counters are read once.
    expect(requests.filter((text) => /RetrieveProperties/.test(text)).length).toBeLessThanOrEqual(1);
    expect(requests.filter((text) => /vm-\d/.test(text))).toEqual([]);
  });

  it('is read without holding up a key', async () => {
    const body = await recordAnswer(
      'RetrievePropertiesEx',
      xml`<specSet>${filterSpec(WANTED, wholeInventory({ type: 'Folder', value: 'group-d1' }))}</specSet><options/>`,
    );
    expect(body.length).toBeGreaterThan(1_000_000);
    // One good turn is enough: a collection of old garbage is not the reader's.
    const until = performance.now() + TURNS_MS;
    let longest = Number.POSITIVE_INFINITY;
    while (longest >= LONGEST_MS && performance.now() < until) longest = await longestStep(body);
    expect(longest).toBeLessThan(LONGEST_MS);
  });
});

/** ms that the main thread works between two looks at the event loop while an answer is read; other processes don't count. */
async function longestStep(body: Buffer): Promise<number> {
  let longest = 0;
  let since = cpuMs();
  let reading = true;
  const look = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - since);
    since = now;
    if (reading) setImmediate(look);
  };
  setImmediate(look);
  await readXml(body, { take: ({ name }) => name === 'objects' });
  reading = false;
  look();
  return longest;
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
