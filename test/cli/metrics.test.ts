import { describe, expect, it } from 'vitest';
import { awaitMetrics } from '../../src/cli/metrics.ts';
import type { App } from '../../src/compose.ts';
import { FleetError } from '../../src/errors.ts';
import { endpointName } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { readColumns, type VmColumn } from '../../src/state/query/vm-columns.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock, inventory } from '../state/objects.ts';
import { commandContext } from './command-context.ts';

const host1 = endpointName('host1');
const columns = (words: string) => readColumns(words) as readonly VmColumn[];

/** A list that waits for samples of these VMs. */
async function wait(vms: readonly Vm[], wanted: readonly VmColumn[] = []) {
  const clock = createTestClock();
  const store = createStore(clock);
  const interrupt = new AbortController();
  store.push(host1, inventory([aNode('n1')], vms));
  store.flush();
  const context = commandContext({ app: { clock, store } as unknown as App, signal: interrupt.signal });
  const ending = { is: 'waiting' };
  const ended = awaitMetrics(wanted, context).then(
    () => {
      ending.is = 'done';
    },
    (error: FleetError) => {
      ending.is = error.code;
    },
  );
  await clock.pass(1);
  const sample = async (of: readonly Vm[], cpu = 0.5, more = {}) => {
    store.push(host1, { kind: 'samples', block: { ...cpuBlock(of, cpu), ...more } });
    store.flush();
    await clock.pass(1);
  };
  return { clock, interrupt, sample, ending, ended, said: context.said };
}

const [one, two, off] = [aVm('one'), aVm('two'), aVm('off', { state: 'stopped' })];

describe('before a list with loads is printed', () => {
  it('nothing is waited for when nothing runs', async () => {
    const { ending, said } = await wait([off]);
    expect([ending.is, said]).toEqual(['done', []]);
  });

  it('all that run are waited for, and no more than that', async () => {
    const { ending, sample, said, clock } = await wait([one, two, off]);
    await sample([one]);
    expect(ending.is).toBe('waiting');
    await sample([two]);
    expect([ending.is, said]).toEqual(['done', []]);
    await clock.pass(20_000);
    expect(said).toEqual([]);
  });

  it.each([
    [[one, two], 'no metrics received for 2 running VMs within 10 s'],
    [[one], 'no metrics received for 1 running VM within 10 s'],
  ])('it has ten seconds, and says how many are missing', async (vms, sentence) => {
    const { ending, clock, said } = await wait(vms);
    await clock.pass(9_998);
    expect(ending.is).toBe('waiting');
    await clock.pass(1);
    expect([ending.is, said]).toEqual(['done', [sentence]]);
  });

  it('a VM without a load is known by the columns that are wanted, when it has all of them', async () => {
    const bytes = { memory: new Float64Array([1_024]), diskRead: new Float32Array([1]) };
    const wants = await wait([one], columns('mem,read'));
    await wants.sample([one], Number.NaN, { memory: bytes.memory });
    expect(wants.ending.is).toBe('waiting');
    await wants.sample([one], Number.NaN, bytes);
    expect(wants.ending.is).toBe('done');
    const wantsNothing = await wait([one]);
    await wantsNothing.sample([one], Number.NaN, bytes);
    expect(wantsNothing.ending.is).toBe('waiting');
  });

  it('ctrl-c ends it', async () => {
    const { ending, clock, interrupt, said } = await wait([one]);
    interrupt.abort(new FleetError('op.cancelled', 'interrupted'));
    await clock.pass(1);
    expect([ending.is, said]).toEqual(['op.cancelled', []]);
  });
});
