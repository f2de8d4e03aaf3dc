/** What is asked before a terminal is opened, and why it may not be. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { nodeId } from '../../ids.ts';
import type { Http } from '../transport/http/http.ts';
import { createDisplay, createSerial, createShell, type Terminals } from './console.ts';
import { type Answers, CT1, changesIn, PVE, scriptedGuests, WEB1 } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const CONFIG = 'GET /nodes/pve1/qemu/100/config {"query":{"current":1}}';
const TASKS = 'GET /nodes/pve1/tasks';
/** The door is asked for, and stays shut. */
const SHUT = new FleetError('op.failed', 'as far as this test goes');

function open(current: object, answers: Answers = {}) {
  const { calls, asked, api } = scriptedGuests(
    { name: 'web1', ...current },
    {
      'GET /nodes/pve1/qemu/100/config': { serial1: 'socket' },
      [TASKS]: [],
      'POST /nodes/pve1/qemu/100/termproxy': SHUT,
      'POST /nodes/pve1/qemu/100/vncproxy': SHUT,
      'POST /nodes/pve1/lxc/101/termproxy': SHUT,
      'POST /nodes/pve1/termproxy': SHUT,
      ...answers,
    },
  );
  const login = { get: async () => ({}) as never, renew: async () => ({}) as never, headers: () => ({}) };
  const terminals: Terminals = { http: {} as Http, clock: systemClock, login, api, closed: signal };
  return {
    serial: createSerial(calls, terminals),
    display: createDisplay(calls, terminals),
    shell: createShell(terminals, calls.index.node),
    asked,
  };
}

describe('the console of a guest', () => {
  it('is opened at its serial port, when no other client is there', async () => {
    const { serial, asked } = open({});
    await expect(serial(WEB1, { force: false }, signal)).rejects.toBe(SHUT);
    expect(asked.slice(2)).toEqual([
      CONFIG,
      `${TASKS} {"query":{"source":"active","vmid":100,"typefilter":"vncproxy"}}`,
      'POST /nodes/pve1/qemu/100/termproxy {"form":{"serial":"serial1"}}',
    ]);
  });

  it('of a container needs no port, and anybody may come in', async () => {
    const { serial, asked } = open({});
    await expect(serial(CT1, { force: false }, signal)).rejects.toBe(SHUT);
    expect(asked.slice(2)).toEqual(['POST /nodes/pve1/lxc/101/termproxy {"form":{}}']);
  });

  it.each<[string, object, Answers, object]>([
    [
      'of a guest that is off',
      { status: 'stopped' },
      {},
      { code: 'op.conflict', message: 'web1 does not run: its console is not available', fix: 'start it first' },
    ],
    [
      'of a guest without a serial port',
      {},
      { 'GET /nodes/pve1/qemu/100/config': { serial0: '/dev/ttyS0' } },
      {
        code: 'op.unsupported',
        message: 'web1 has no serial port',
        fix: 'give it one and restart it, on its node: qm set 100 --serial0 socket',
      },
    ],
    [
      'of a guest where others sit',
      {},
      { [TASKS]: [{ user: 'a@pve' }, { user: 'b@pve' }] },
      { code: 'op.conflict', message: 'a@pve, b@pve has a console of web1 open', fix: 'take it over by force' },
    ],
  ])('is refused: %s', async (_what, current, answers, refusal) => {
    const { serial, asked } = open(current, answers);
    await expect(serial(WEB1, { force: false }, signal)).rejects.toMatchObject(refusal);
    expect(changesIn(asked)).toEqual([]);
  });

  it('by force ends the tasks of those who sit there', async () => {
    const gone = 'DELETE /nodes/pve1/tasks/UPID%3Aa';
    const { serial, asked } = open({}, { [TASKS]: [{ upid: 'UPID:a' }, { user: 'x' }], [gone]: null });
    await expect(serial(WEB1, { force: true }, signal)).rejects.toBe(SHUT);
    expect(changesIn(asked)).toEqual([gone, 'POST /nodes/pve1/qemu/100/termproxy {"form":{"serial":"serial1"}}']);
  });

  it('that got no answer was not opened: another try may be better', async () => {
    const lost = new FleetError('outcome.unknown', 'pve1: lost');
    const { serial } = open({}, { 'POST /nodes/pve1/qemu/100/termproxy': lost });
    await expect(serial(WEB1, { force: false }, signal)).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'pve1: lost',
      retry: true,
    });
  });
});

describe('the display of a guest', () => {
  it('is asked for with a websocket', async () => {
    const { display, asked } = open({}, { 'GET /nodes/pve1/qemu/100/config': { vga: 'qxl,memory=64' } });
    await expect(display(WEB1, signal)).rejects.toBe(SHUT);
    expect(asked.slice(2)).toEqual([CONFIG, 'POST /nodes/pve1/qemu/100/vncproxy {"form":{"websocket":"1"}}']);
  });

  const config = (vga: string): Answers => ({ 'GET /nodes/pve1/qemu/100/config': { vga } });
  it.each<[string, object, Answers, object]>([
    ['of a guest that is off', { status: 'stopped' }, {}, { code: 'op.conflict', fix: 'start it first' }],
    ['of a guest without one', {}, config('none'), { code: 'op.unsupported', message: 'web1 has no display' }],
    [
      'of a guest whose display is a serial port',
      {},
      config('type=serial0'),
      { code: 'op.unsupported', message: 'the display of web1 is its serial port serial0' },
    ],
  ])('is refused: %s', async (_what, current, answers, refusal) => {
    const { display, asked } = open(current, answers);
    await expect(display(WEB1, signal)).rejects.toMatchObject(refusal);
    expect(changesIn(asked)).toEqual([]);
  });

  it('is none where the guest is a container', async () => {
    const { display, asked } = open({});
    await expect(display(CT1, signal)).rejects.toMatchObject({
      code: 'op.unsupported',
      message: 'web1 is a container, which has no display',
    });
    expect(changesIn(asked)).toEqual([]);
  });

  it.each([{ port: 5900 }, { ticket: 'PVEVNC:x' }])('is none where the offer is not whole: %j', async (offer) => {
    const { display } = open({}, { 'POST /nodes/pve1/qemu/100/vncproxy': offer });
    await expect(display(WEB1, signal)).rejects.toMatchObject({ code: 'host.protocol' });
  });
});

it('opens a shell on a node that is there', async () => {
  const { shell, asked } = open({});
  const size = { columns: 80, rows: 24 };
  await expect(shell(nodeId(PVE, 'pve1'), size, signal)).rejects.toBe(SHUT);
  expect(asked).toEqual(['GET /cluster/resources', 'POST /nodes/pve1/termproxy {"form":{}}']);
  await expect(shell(nodeId(PVE, 'pve9'), size, signal)).rejects.toMatchObject({ code: 'node.not-found' });
});
