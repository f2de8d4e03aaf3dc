import { expect, it } from 'vitest';
import { HISTORY_RANGES } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';

const DAY_MS = 86_400_000;
const RANGE_MS = { hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, month: 31 * DAY_MS, year: 366 * DAY_MS } as const;

/** What is read about one VM and one node. */
export function details(bench: () => Bench, facts: PlatformFacts): void {
  it('F-244 F-358 F-451 tells of a VM what its row tells, and more', async () => {
    const id = await bench().server.stoppedVm();
    const watching = await bench().watch();
    await bench().supporting(watching.connection, 'vm.info', async () => {
      const info = await watching.connection.vm.info(id, patient());
      const vm = await watching.untilState(id, 'stopped');
      expect(vm.memory).toBeGreaterThan(0);
      expect(vm.cpus).toBeGreaterThan(0);
      // What is read again with the details is the same as in the row.
      for (const [key, value] of Object.entries(info.row ?? {})) {
        const before = vm[key as keyof typeof vm];
        if (key !== 'ips' && before !== undefined) expect(value, key).toEqual(before);
      }
      expect(info.started).toBeUndefined();
      for (const { type, format, bus } of info.disks) {
        expect(['disk', 'cdrom', 'floppy', 'lun']).toContain(type);
        expect([undefined, 'qcow2', 'raw', 'vmdk', 'dir', 'vdi']).toContain(format);
        expect(['qcow2', 'raw']).not.toContain(bus);
      }
      const ids = info.snapshots.map((snapshot) => snapshot.id);
      for (const { parent } of info.snapshots) if (parent !== undefined) expect(ids).toContain(parent);
      expect(structuredClone(info)).toEqual(info);
      for (const [label, value] of info.more) expect([label, value].every((text) => text !== '')).toBe(true);
    });
  });

  if (facts.operations.includes('vm.limits')) {
    it('tells what is left for new VMs, by settings that they have', async () => {
      const connection = await bench().connect();
      const { settings } = bench().manifest;
      const keys = settings.flatMap((field) => (field.in.provision === 'write' ? [field.key] : []));
      await bench().supporting(connection, 'vm.limits', async () => {
        const left = await present(connection.vm.limits)(bench().server.endpoint.name, patient());
        for (const [key, text] of Object.entries(left)) {
          expect(keys).toContain(key);
          expect(text).toMatch(/ left$/);
        }
      });
    });
  }

  if (facts.operations.includes('vm.history')) {
    it.each(HISTORY_RANGES)('tells what was kept of a VM that runs, of the last %s', async (range) => {
      const { server } = bench();
      const id = await server.runningVm();
      const connection = await bench().connect();
      const { stepMs, rows } = await bench().supporting(connection, 'vm.history', () =>
        present(connection.vm.history)(id, range, patient()),
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted((a, b) => a - b));
      const oldest = server.clock.now() - RANGE_MS[range] - 2 * stepMs;
      for (const { at, cpu, memory, diskRead, diskWrite, netRx, netTx } of rows) {
        expect(at).toBeGreaterThan(oldest);
        if (!Number.isNaN(cpu)) expect([cpu >= 0, cpu <= 1]).toEqual([true, true]);
        for (const one of [memory, diskRead, diskWrite, netRx, netTx]) expect(one >= 0 || Number.isNaN(one)).toBe(true);
      }
      expect(rows.some(({ cpu }) => cpu > 0)).toBe(true);
    });
  }

  if (facts.operations.includes('vm.identity')) {
    it('tells which machine stands behind an id: always the same, never that of another one', async () => {
      const { server } = bench();
      const [id, other] = [await server.stoppedVm(), await server.runningVm()];
      const watching = await bench().watch();
      const identity = present(watching.connection.vm.identity);
      await bench().supporting(watching.connection, 'vm.identity', async () => {
        const told = await identity(id, patient());
        const row = await watching.untilState(id, 'stopped');
        expect(told).toEqual({ name: row.name, identity: row.identity ?? told.identity });
        expect(await identity(id, patient())).toEqual(told);
        expect((await identity(other, patient())).identity).not.toBe(told.identity);
      });
    });
  }

  if (facts.operations.includes('node.info')) {
    it('F-040 F-353 F-445 tells what its nodes are', async () => {
      const watching = await bench().watch();
      const [first] = watching.feeds;
      const node = first?.kind === 'inventory' ? first.inventory.nodes[0] : undefined;
      if (!node) throw new Error('the inventory has no node');
      const info = present(watching.connection.node?.info);
      await bench().supporting(watching.connection, 'node.info', async () => {
        const told = await info(node.id, patient());
        expect(told.lines.length).toBeGreaterThan(3);
        for (const { address } of told.facts.addresses ?? []) expect(address).toMatch(/^[0-9a-f.:]+(\/\d+)?$/i);
        for (const { size, free } of told.facts.storage ?? []) expect((free ?? 0) <= (size ?? 0)).toBe(true);
      });
    });
  }
}
