import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { CT1, scriptedGuests, WEB1 } from '../testkit/scripted-api.ts';
import { readHistory } from './history.ts';

const { signal } = new AbortController();
const PATH = '/nodes/pve1/qemu/100/rrddata';
const read = (answer: unknown) =>
  readHistory(scriptedGuests({}, { [`GET ${PATH}`]: answer }).calls, WEB1, 'day', signal);

describe('the history of a guest', () => {
  it('is one row for each step of which something is known, oldest first', async () => {
    const { stepMs, rows } = await read([
      { time: 3_600 },
      { time: 7_200, cpu: 0.5, mem: 1024, netin: 10, netout: 20, diskread: 30, diskwrite: 40, maxcpu: 2 },
      { time: 5_400, cpu: 1.7, mem: null },
      { time: 9_000 },
    ]);
    expect(stepMs).toBe(1_800_000);
    expect(rows).toEqual([
      { at: 5_400_000, cpu: 1, memory: NaN, diskRead: NaN, diskWrite: NaN, netRx: NaN, netTx: NaN },
      { at: 7_200_000, cpu: 0.5, memory: 1024, diskRead: 30, diskWrite: 40, netRx: 10, netTx: 20 },
    ]);
  });

  it('takes figures that are no figures for unknown', async () => {
    const { rows } = await read([{ time: 60, cpu: -1, mem: '512', netin: 'many' }, { cpu: 1 }]);
    expect(rows).toMatchObject([{ at: 60_000, cpu: NaN, memory: 512, netRx: NaN }]);
  });

  it('is asked of the node that has the guest, in its own words', async () => {
    const { calls, asked } = scriptedGuests({}, { 'GET /nodes/pve1/lxc/101/rrddata': [] });
    expect(await readHistory(calls, CT1, 'week', signal)).toEqual({ stepMs: 60_000, rows: [] });
    const query = { timeframe: 'week', cf: 'AVERAGE' };
    expect(asked.at(-1)).toBe(`GET /nodes/pve1/lxc/101/rrddata ${JSON.stringify({ query })}`);
  });

  it('is empty where no file was written yet; what else is wrong is told', async () => {
    const none = "RRD error: opening '/var/lib/rrdcached/db/pve2-vm/100': No such file or directory";
    expect(await read(new FleetError('op.failed', none))).toEqual({ stepMs: 60_000, rows: [] });
    const error = await refusal(read(new FleetError('auth.forbidden', 'VM.Audit is missing')));
    expect(error).toMatchObject({ code: 'auth.forbidden' });
    expect(await refusal(read({ no: 'list' }))).toMatchObject({ code: 'host.protocol' });
  });
});
