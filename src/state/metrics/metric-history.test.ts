import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aVm } from '../../../test/state/objects.ts';
import { endpointOf } from '../../ids.ts';
import type { Connection, HistoryOps } from '../../platforms/contract.ts';
import { createMetricHistory } from './metric-history.ts';

const web1 = aVm('web1');
const host1 = endpointOf(web1.id);
const never = new AbortController().signal;
const connection = (vm: HistoryOps) => ({ vm, whyNot: {} }) as unknown as Connection;
const metrics = createMetricHistory({
  folder: '/nowhere',
  clock: createTestClock(),
  fleet: { vms: new Map(), nodes: new Map(), endpoints: new Map() },
  limits: () => undefined,
  trouble: (message) => expect.fail(message),
});

it('F-120 prefers the history of a platform that keeps one', () => {
  const own = connection({ history: async () => ({ stepMs: 1, rows: [] }) });
  expect(metrics.supplied(own, host1)).toBe(own);
});

it('F-120 says that nothing is kept where the configuration says so', async () => {
  const { vm } = metrics.supplied(connection({}), host1);
  await expect(vm.history?.(web1.id, 'day', never)).rejects.toMatchObject({
    code: 'op.unsupported',
    message: 'no history is kept: the configuration says history: off',
  });
});
