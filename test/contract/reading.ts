import { expect, it } from 'vitest';
import { endpointOf } from '../../src/ids.ts';
import { type SampleBlock, VM_STATES } from '../../src/platforms/contract.ts';
import type { Bench } from './bench.ts';
import { patient } from './bench.ts';

/** What `watch()` promises. */
export function reading(bench: () => Bench): void {
  it('F-192 F-354 F-355 tells the whole inventory first', async () => {
    const { server } = bench();
    const { feeds } = await bench().watch();
    const [first] = feeds;
    if (first?.kind !== 'inventory') throw new Error(`the first feed is ${first?.kind}`);
    const { pools, nodes, vms } = first.inventory;
    const ids = new Set<string>([...pools, ...nodes, ...vms].map(({ id }) => id));

    expect(ids.size).toBe(pools.length + nodes.length + vms.length);
    expect(ids).toContain(await server.stoppedVm());
    expect(ids).toContain(await server.runningVm());
    for (const id of [...nodes, ...vms].map((object) => object.id)) expect(endpointOf(id)).toBe(server.endpoint.name);
    for (const pool of pools) expect([undefined, ...ids]).toContain(pool.parent);
    for (const node of nodes) expect([undefined, ...ids]).toContain(node.pool);
    for (const vm of vms) {
      expect(VM_STATES).toContain(vm.state);
      expect(vm.rawState).not.toBe('');
      expect(vm.uuid).not.toBe('');
      if (vm.node === undefined) expect(ids).toContain(vm.pool);
      else expect(ids).toContain(vm.node);
    }
  });

  it('begins every watch with an inventory, also the second of a connection', async () => {
    const first = await bench().watch();
    await first.stop();
    const second = await bench().watch(first.connection);
    expect(second.feeds[0]?.kind).toBe('inventory');
  });

  it('says once that everything has come which the inventory had left open', async () => {
    const watching = await bench().watch();
    await watching.until('the word that all is there', () => watching.feeds.find(({ kind }) => kind === 'complete'));
    await watching.until('the tick after it', () => watching.feeds.at(-1)?.kind !== 'complete' || undefined);
    expect(watching.feeds.filter(({ kind }) => kind === 'complete')).toHaveLength(1);
  });

  it('F-113 samples a running VM, and knows nothing of a stopped one', async () => {
    const { facts, server } = bench();
    const [on, off] = [await server.runningVm(), await server.stoppedVm()];
    const watching = await bench().watch();
    const block = await watching.until('a sample of the running VM', () =>
      watching.blocks().findLast((one) => one.ids.includes(on) && Number.isFinite(one.cpu[one.ids.indexOf(on)])),
    );
    const row = block.ids.indexOf(on);

    expect(block.windowMs).toBeGreaterThan(0);
    for (const column of columnsOf(block)) expect(column).toHaveLength(block.ids.length);
    for (const share of block.cpu) expect(share >= 0 && share <= 1, `cpu ${share}`).toBe(!Number.isNaN(share));
    if (facts.samples.includes('memory')) expect(block.memory[row]).toBeGreaterThan(0);
    if (facts.samples.includes('disk')) expect(block.diskRead[row]).toBeGreaterThanOrEqual(0);
    if (facts.samples.includes('net')) expect(block.netRx[row]).toBeGreaterThanOrEqual(0);
    for (const one of watching.blocks()) {
      const stopped = one.ids.indexOf(off);
      if (stopped >= 0) expect(columnsOf(one).map((column) => column[stopped])).toEqual(Array(6).fill(Number.NaN));
    }
  });

  it('F-114 samples its nodes within their bounds', async () => {
    const watching = await bench().watch();
    await watching.until('samples', () => watching.blocks()[0]);
    for (const feed of watching.feeds) {
      if (feed.kind !== 'node-samples') continue;
      for (const { cpu, memory } of feed.samples) {
        expect(Number.isNaN(cpu) || (cpu >= 0 && cpu <= 1), `cpu ${cpu}`).toBe(true);
        expect(Number.isNaN(memory) || memory > 0, `memory ${memory}`).toBe(true);
      }
    }
  });

  it('sends the same array of ids as long as the VMs are the same', async () => {
    const { everyMs } = bench();
    const watching = await bench().watch();
    const blocks = 6;
    const enough = () => (watching.idArrays.length >= blocks ? true : undefined);
    // a server whose figures just miss an interval tells them with the next
    await watching.until(`${blocks} blocks of samples`, enough, 2 * blocks * everyMs);
    const contents = new Map<string, readonly string[]>();
    for (const ids of watching.idArrays) {
      const known = contents.get(ids.join());
      if (known) expect(ids).toBe(known);
      contents.set(ids.join(), ids);
    }
  });

  it('F-118 is heard from in every interval', async () => {
    const { server, everyMs } = bench();
    const { clock } = server;
    const watching = await bench().watch();
    const intervals = 5;
    const heardInFive = async () => {
      const beganAt = clock.ticks();
      const count = watching.feeds.length;
      const over = () => (clock.ticks() - beganAt >= intervals * everyMs ? true : undefined);
      await watching.until('five intervals', over, intervals * everyMs);
      return watching.feeds.length - count;
    };
    // A machine that has other work may hold this process up for an interval, but not always.
    let heard = 0;
    for (let windows = 0; windows < 10 && heard < intervals - 1; windows++) heard = await heardInFive();
    expect(heard).toBeGreaterThanOrEqual(intervals - 1);
  });

  it('ends without an error when it is aborted, at once or before it began', async () => {
    const watching = await bench().watch();
    watching.abort();
    expect(await watching.ended).toBeUndefined();
    const feedsThen = watching.feeds.length;

    const signal = AbortSignal.abort();
    await watching.connection.watch({ sink: () => {}, signal, interest: () => [], everyMs: () => bench().everyMs });
    await watching.connection.vm.info(await bench().server.runningVm(), patient());
    expect(watching.feeds).toHaveLength(feedsThen);
  });
}

const columnsOf = ({ cpu, memory, diskRead, diskWrite, netRx, netTx }: SampleBlock) => [
  cpu,
  memory,
  diskRead,
  diskWrite,
  netRx,
  netTx,
];
