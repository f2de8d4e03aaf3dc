/** What each switch sends to a guest, as it is; where it is there already, nothing is sent. */
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import type { VmId } from '../../ids.ts';
import type { Accepted } from '../contract.ts';
import { createLifecycle } from './lifecycle.ts';
import { type Answers, CT1, changesIn, scriptedGuests, UPID, WEB1 } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
type Power = ReturnType<typeof createLifecycle>;
const SWITCHES = {
  start: ({ start }: Power, id: VmId) => start(id, signal),
  'power off': ({ stop }: Power, id: VmId) => stop(id, 'graceful', signal),
  'force off': ({ stop }: Power, id: VmId) => stop(id, 'force', signal),
  restart: ({ restart }: Power, id: VmId) => restart(id, 'graceful', signal),
  reset: ({ restart }: Power, id: VmId) => restart(id, 'force', signal),
  pause: ({ pause }: Power, id: VmId) => pause(id, signal),
  resume: ({ resume }: Power, id: VmId) => resume(id, signal),
  suspend: ({ suspend }: Power, id: VmId) => suspend(id, signal),
} as const;
type Switch = keyof typeof SWITCHES;

const ON = { name: 'web1' };
const OFF = { name: 'web1', status: 'stopped', qmpstatus: 'stopped' };
const PAUSED = { name: 'web1', qmpstatus: 'paused' };
const SUSPENDED = { ...OFF, lock: 'suspended' };

async function press(verb: Switch, id: VmId, current: object, stopsShutdowns = true) {
  const posts = ['start', 'stop', 'shutdown', 'reboot', 'reset', 'suspend', 'resume'].flatMap((word) =>
    ['qemu/100', 'lxc/101'].map((guest) => [`POST /nodes/pve1/${guest}/status/${word}`, UPID]),
  );
  const { calls, asked } = scriptedGuests(current, Object.fromEntries(posts) as Answers);
  const done = SWITCHES[verb](createLifecycle(calls, stopsShutdowns), id);
  const outcome: Accepted | FleetError = await done.catch((error: unknown) => {
    if (error instanceof FleetError) return error;
    throw error;
  });
  return { outcome, sent: changesIn(asked) };
}

describe('what is sent to a guest', () => {
  it.each<[Switch, VmId, object, string]>([
    ['start', WEB1, OFF, 'qemu/100/status/start {"form":{}}'],
    ['start', WEB1, PAUSED, 'qemu/100/status/resume {"form":{}}'],
    ['start', WEB1, SUSPENDED, 'qemu/100/status/start {"form":{}}'],
    ['power off', WEB1, ON, 'qemu/100/status/shutdown {"form":{}}'],
    ['force off', WEB1, ON, 'qemu/100/status/stop {"form":{"overrule-shutdown":"1"}}'],
    ['force off', WEB1, PAUSED, 'qemu/100/status/stop {"form":{"overrule-shutdown":"1"}}'],
    ['restart', WEB1, ON, 'qemu/100/status/reboot {"form":{}}'],
    ['reset', WEB1, ON, 'qemu/100/status/reset {"form":{}}'],
    ['restart', CT1, ON, 'lxc/101/status/reboot {"form":{}}'],
    ['pause', WEB1, ON, 'qemu/100/status/suspend {"form":{}}'],
    ['resume', WEB1, PAUSED, 'qemu/100/status/resume {"form":{}}'],
    ['resume', WEB1, SUSPENDED, 'qemu/100/status/start {"form":{}}'],
    ['suspend', WEB1, ON, 'qemu/100/status/suspend {"form":{"todisk":"1"}}'],
  ])('to %s %s, which is %j', async (verb, id, current, request) => {
    const { outcome, sent } = await press(verb, id, current);
    expect(outcome).toEqual({ task: UPID, warnings: [] });
    expect(sent).toEqual([`POST /nodes/pve1/${request}`]);
  });

  it('does not overrule a shutdown where the server is too old for that', async () => {
    expect((await press('force off', WEB1, ON, false)).sent).toEqual([
      'POST /nodes/pve1/qemu/100/status/stop {"form":{}}',
    ]);
  });

  it.each<[Switch, object, string, string]>([
    ['start', ON, 'vm.start', 'web1 was running already'],
    ['power off', OFF, 'vm.stop', 'web1 was off already'],
    ['force off', OFF, 'vm.stop', 'web1 was off already'],
    ['pause', PAUSED, 'vm.pause', 'web1 was paused already'],
    ['resume', ON, 'vm.resume', 'web1 was running already'],
    ['suspend', SUSPENDED, 'vm.suspend', 'web1 was suspended already'],
  ])('to %s is nothing when it is so already: %j', async (verb, current, feature, detail) => {
    const { outcome, sent } = await press(verb, WEB1, current);
    expect(outcome).toEqual({ warnings: [{ feature, detail }] });
    expect(sent).toEqual([]);
  });

  it.each<[Switch, VmId, object, string, string, string | undefined]>([
    [
      'power off',
      WEB1,
      PAUSED,
      'op.conflict',
      'web1 is paused and its guest hears nothing',
      'resume it first, or stop it by force',
    ],
    ['restart', WEB1, OFF, 'op.conflict', 'web1 does not run', 'start it'],
    ['reset', WEB1, OFF, 'op.conflict', 'web1 does not run', 'start it'],
    ['reset', CT1, ON, 'op.unsupported', 'web1 is a container: it has no reset', 'restart it without force'],
    ['pause', WEB1, OFF, 'op.conflict', 'web1 does not run', 'start it first'],
    ['pause', CT1, ON, 'op.unsupported', 'web1 is a container: it can be neither paused nor suspended', undefined],
    ['resume', WEB1, OFF, 'op.conflict', 'web1 does not run', 'start it'],
    ['resume', CT1, ON, 'op.unsupported', 'web1 is a container: it can be neither paused nor suspended', undefined],
    ['suspend', WEB1, OFF, 'op.conflict', 'web1 does not run', 'start it first'],
    ['suspend', CT1, ON, 'op.unsupported', 'web1 is a container: it can be neither paused nor suspended', undefined],
  ])('to %s is refused: %s, %j', async (verb, id, current, code, message, fix) => {
    const { outcome, sent } = await press(verb, id, current);
    expect(outcome).toMatchObject({ code, message });
    expect((outcome as FleetError).fix).toBe(fix);
    expect(sent).toEqual([]);
  });
});
