import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, cpuBlock } from '../../../test/state/objects.ts';
import { endpointOf } from '../../ids.ts';
import type { Connection } from '../../platforms/contract.ts';
import { createMetricHistory } from './metric-history.ts';
import { openFile } from './open-file.ts';

const WRITER = fileURLToPath(new URL('../../../test/state/write-metrics.ts', import.meta.url));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-metrics-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Runs until it has said that so many minutes are on the disk, then dies at once. Answers the last that it has said. */
async function killedAfter(count: number, file: string, object: string, from: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, file, object, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let said = from - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    said = Number(line);
    if (said - from + 1 === count) child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return said;
}

it('F-120 keeps all that was written when drovers that share it are killed, and is whole', async () => {
  const file = join(folder, 'metrics.db');
  const now = Math.floor(Date.now() / 60_000);
  const next = new Map([
    ['web1', now - 600],
    ['db1', now - 600],
  ]);
  for (const count of [3, 17, 40]) {
    await Promise.all(
      [...next].map(async ([object, from]) => next.set(object, (await killedAfter(count, file, object, from)) + 1)),
    );
    const sqlite = await openFile(file);
    expect(sqlite.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    for (const [object, end] of next) {
      const minutes = sqlite
        .prepare('SELECT count(*) AS n FROM minute WHERE at < ? AND series = (SELECT id FROM series WHERE object = ?)')
        .get(end, object);
      expect([object, minutes?.['n']]).toEqual([object, end - (now - 600)]);
    }
    sqlite.close();
  }
});

it('F-120 F-121 charts what an earlier run has measured, of a platform that keeps nothing itself', async () => {
  const web1 = aVm('web1');
  const n1 = aNode('n1');
  const host1 = endpointOf(web1.id);
  const clock = createTestClock();
  const status = { name: host1, platform: 'kvm', address: 'root@host1', phase: 'up', since: 0 } as const;
  const open = () => {
    const metrics = createMetricHistory({
      folder,
      clock,
      fleet: { vms: new Map([[web1.id, web1]]), nodes: new Map([[n1.id, n1]]), endpoints: new Map([[host1, status]]) },
      limits: () => ({ days: 365, bytes: 2 ** 30 }),
      trouble: (message) => expect.fail(message),
    });
    const { vm } = metrics.supplied({ vm: {}, whyNot: {} } as unknown as Connection, host1);
    const cpus = async () =>
      (await vm.history?.(web1.id, 'hour', AbortSignal.timeout(60_000)))?.rows.map((row) => row.cpu);
    const land = (cpu: number) => {
      metrics.land(host1, { kind: 'samples', block: cpuBlock([web1], cpu) });
      metrics.land(host1, { kind: 'node-samples', samples: [{ node: n1.id, at: 0, cpu: cpu / 2, memory: 2 ** 30 }] });
    };
    return { metrics, cpus, land };
  };
  const { metrics, cpus, land } = open();
  land(1);
  metrics.follow();
  land(0.25);
  await clock.pass(60_000);
  land(0.5);
  expect(await cpus()).toEqual([0.25]);
  await metrics.close();
  const next = open();
  expect(await next.cpus()).toEqual([0.25, 0.5]);
  const nodes = await next.metrics.ofNodes([n1.id], 'hour', AbortSignal.timeout(60_000));
  expect(nodes.get(n1.id)?.rows.map(({ cpu, memory }) => [cpu, memory])).toEqual([
    [0.125, 2 ** 30],
    [0.25, 2 ** 30],
  ]);
  await next.metrics.close();
});
