import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import type { Connection, HistoryRange } from '../../contract.ts';
import { connect } from '../connection.ts';
import { refused, type ScriptedVcenter, startScriptedVcenter } from '../testkit/scripted-vcenter.ts';

const { signal } = new AbortController();
const MIB = 1024 ** 2;

let vcenter: ScriptedVcenter;
let connection: Connection;

beforeEach(async () => {
  vcenter = await startScriptedVcenter();
  connection = await connect(vcenter.endpoint, { signal, clock: createTestClock(), wire: () => {}, ask: {} });
  vcenter.vm.set('config.hardware.memoryMB', '1024');
  vcenter.vm.set('perfCounter', COUNTERS.map(counter).join(''));
  vcenter.vm.set('historicalInterval', INTERVALS.map(interval).join(''));
});
afterEach(async () => {
  await connection.close();
  await vcenter.close();
});

/** Numbers of this server. */
const COUNTERS = [
  [2, 'cpu', 'usage', 'average'],
  [3, 'cpu', 'usage', 'maximum'],
  [33, 'mem', 'active', 'average'],
  [24, 'mem', 'usage', 'average'],
  [173, 'virtualDisk', 'read', 'average'],
  [148, 'net', 'received', 'average'],
] as const;
const counter = ([key, group, name, rollup]: (typeof COUNTERS)[number]) =>
  `<PerfCounterInfo><key>${key}</key><nameInfo><key>${name}</key></nameInfo><groupInfo><key>${group}</key></groupInfo><rollupType>${rollup}</rollupType></PerfCounterInfo>`;
/** Seconds of a step, and for how long they are kept; the last is switched off. */
const INTERVALS = [
  [1800, 604_800, true],
  [300, 86_400, true],
  [7200, 2_592_000, true],
  [86_400, 31_536_000, false],
] as const;
const interval = ([step, length, enabled]: (typeof INTERVALS)[number]) =>
  `<PerfInterval><samplingPeriod>${step}</samplingPeriod><length>${length}</length><enabled>${enabled}</enabled></PerfInterval>`;

const series = (id: number, instance: string, value: string) =>
  `<value><id><counterId>${id}</counterId><instance>${instance}</instance></id><value>${value}</value></value>`;
const answer = (times: readonly string[], ...all: readonly string[]) =>
  vcenter.answer('QueryPerf', () => {
    const csv = times.map((time) => `20,2026-01-01T${time}Z`).join(',');
    return `<returnval><entity type="VirtualMachine">vm-143</entity><sampleInfoCSV>${csv}</sampleInfoCSV>${all.join('')}</returnval>`;
  });
const history = (range: HistoryRange) => {
  const { history: read } = connection.vm;
  if (!read) throw new Error('it is not there');
  return read(vcenter.id, range, signal);
};
const asked = () => vcenter.asked.filter(({ method }) => method === 'QueryPerf').map(({ body }) => body);

describe('what a vCenter has kept of a VM', () => {
  it('comes as steps that begin one after the other, in shares and bytes, disks added up', async () => {
    answer(
      ['00:00:40', '00:00:20'],
      series(2, '', '5000,12000'),
      series(33, '', '2048,1024'),
      series(173, 'scsi0:0', '1,2'),
      series(173, 'scsi0:1', '4,-1'),
      series(148, '', '8,-1'),
      series(3, '', '7,7'),
    );
    const nothing = Number.NaN;
    const at = Date.UTC(2026, 0, 1);
    expect(await history('hour')).toEqual({
      stepMs: 20_000,
      rows: [
        { at, cpu: 1, memory: MIB, diskRead: 2048, diskWrite: nothing, netRx: nothing, netTx: nothing },
        { at: at + 20_000, cpu: 0.5, memory: 2 * MIB, diskRead: 5120, diskWrite: nothing, netRx: 8192, netTx: nothing },
      ],
    });
  });

  it('has its memory as a share where the server keeps no more, and no step that is wholly unknown', async () => {
    answer(['00:00:20', '00:00:40'], series(2, '', '-1,0'), series(33, '', '-1,-1'), series(24, '', '-1,2500'));
    const { rows } = await history('hour');
    expect(rows.map(({ cpu, memory }) => [cpu, memory])).toEqual([[0, 256 * MIB]]);
  });

  it.each<[HistoryRange, number, number]>([
    ['hour', 20, 180],
    ['day', 300, 288],
    ['week', 1800, 336],
    ['month', 7200, 360],
    // what is switched off is kept no more: the longest that is left
    ['year', 7200, 4380],
  ])('of the last %s is asked in steps of %i s', async (range, step, most) => {
    answer([]);
    expect(await history(range)).toEqual({ stepMs: step * 1000, rows: [] });
    expect(asked()[0]).toContain(
      `<entity type="VirtualMachine">vm-143</entity><maxSample>${most}</maxSample><metricId>`,
    );
    expect(asked()[0]).toContain(`<intervalId>${step}</intervalId><format>csv</format>`);
    expect(asked()[0]).toContain('<counterId>173</counterId><instance>*</instance>');
  });

  it('takes two requests, and one more for the numbers of the counters', async () => {
    answer([]);
    const took = async () => {
      const before = vcenter.asked.length;
      await history('day');
      return vcenter.asked.length - before;
    };
    expect([await took(), await took()]).toEqual([3, 2]);
  });

  it('of a VM that is gone, or whose metrics may not be read, is an error with its name', async () => {
    vcenter.answer('QueryPerf', () => refused('not-found'));
    await expect(history('day')).rejects.toMatchObject({
      code: 'vm.not-found',
      message: expect.stringContaining('web1'),
    });
    vcenter.answer('QueryPerf', () => refused('no-permission'));
    await expect(history('day')).rejects.toMatchObject({ code: 'auth.forbidden' });
  });
});
