import { beforeEach, describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import type { Accepted } from '../../contract.ts';
import { CRASHED, ID, type OneServer, oneServer, VM } from '../testkit/one-server.ts';
import { createLifecycle } from './lifecycle.ts';

const { signal } = new AbortController();
let on: OneServer;
beforeEach(() => {
  on = oneServer();
});

type Verb = 'start' | 'stop' | 'kill' | 'restart' | 'reset' | 'pause' | 'resume' | 'suspend';
const ask = (verb: Verb): Promise<Accepted> => {
  const power = createLifecycle(on.calls);
  if (verb === 'stop' || verb === 'kill') return power.stop(VM, verb === 'kill' ? 'force' : 'graceful', signal);
  if (verb === 'restart' || verb === 'reset') return power.restart(VM, verb === 'reset' ? 'force' : 'graceful', signal);
  return power[verb](VM, signal);
};

describe('the power switch of a server', () => {
  it.each<[Verb, string, object, object, string, number | undefined]>([
    ['start', 'stopped', {}, { 'os-start': null }, 'Start', undefined],
    ['start', 'paused', {}, { unpause: null }, 'Resume', undefined],
    ['start', 'suspended', {}, { resume: null }, 'Resume', undefined],
    ['start', 'shelved', {}, { unshelve: null }, 'Unshelve', 600_000],
    ['start', 'shelved_offloaded', {}, { unshelve: null }, 'Unshelve', 600_000],
    ['start', 'active', CRASHED, { reboot: { type: 'HARD' } }, 'Restart', undefined],
    ['stop', 'active', {}, { 'os-stop': null }, 'Stop', 90_000],
    ['stop', 'error', {}, { 'os-stop': null }, 'Stop', 90_000],
    ['restart', 'active', {}, { reboot: { type: 'SOFT' } }, 'Restart', undefined],
    ['reset', 'active', {}, { reboot: { type: 'HARD' } }, 'Restart', undefined],
    ['reset', 'error', {}, { reboot: { type: 'HARD' } }, 'Restart', undefined],
    ['reset', 'active', CRASHED, { reboot: { type: 'HARD' } }, 'Restart', undefined],
    ['pause', 'active', {}, { pause: null }, 'Pause', undefined],
    ['resume', 'paused', {}, { unpause: null }, 'Resume', undefined],
    ['resume', 'suspended', {}, { resume: null }, 'Resume', undefined],
    ['suspend', 'active', {}, { suspend: null }, 'Suspend', undefined],
  ])('%s of one that is %s %j sends %j, once, which is followed', async (verb, vmState, more, action, what, takes) => {
    on.stand(vmState, more);
    const accepted = await ask(verb);
    expect(accepted).toEqual({ task: 'req-1', warnings: [], ...(takes === undefined ? {} : { takesUpToMs: takes }) });
    expect(on.sent).toEqual([`POST /action ${JSON.stringify(action)}`]);
    expect(on.news).toEqual([{ server: ID }, { server: ID, begun: { task: 'req-1', server: ID, what } }]);
  });

  it('is told to be slower than its name when it is used by force', async () => {
    const { warnings, takesUpToMs } = await ask('kill');
    expect(warnings).toEqual([{ feature: 'vm.stop', detail: expect.stringMatching(/^Nova cuts no power at once/) }]);
    expect(takesUpToMs).toBe(90_000);
  });

  it.each<[Verb, string, string, string]>([
    ['start', 'active', 'vm.start', 'web1 was running already'],
    ['stop', 'stopped', 'vm.stop', 'web1 was off already'],
    ['kill', 'shelved', 'vm.stop', 'web1 was off already'],
    ['pause', 'paused', 'vm.pause', 'web1 was paused already'],
    ['resume', 'active', 'vm.resume', 'web1 was running already'],
    ['suspend', 'suspended', 'vm.suspend', 'web1 was suspended already'],
  ])('%s of one that is %s sends nothing and says so', async (verb, vmState, feature, detail) => {
    on.stand(vmState);
    expect(await ask(verb)).toEqual({ warnings: [{ feature, detail }] });
    expect([on.sent, on.news]).toEqual([[], []]);
  });

  it.each<[Verb, string, object, string, string]>([
    ['start', 'rescued', {}, 'is in rescue mode', 'end that first (openstack server unrescue)'],
    ['stop', 'rescued', {}, 'is in rescue mode', 'end that first (openstack server unrescue)'],
    ['stop', 'paused', {}, 'is paused, and Nova stops no paused server', 'resume it first'],
    ['stop', 'suspended', {}, 'is suspended', 'resume it first, or leave it as it is'],
    ['restart', 'stopped', {}, 'does not run', 'start it'],
    ['restart', 'error', {}, 'does not run', 'start it'],
    ['restart', 'active', CRASHED, 'does not run', 'start it'],
    ['reset', 'stopped', {}, 'does not run', 'start it'],
    ['pause', 'stopped', {}, 'does not run', 'start it first'],
    ['resume', 'stopped', {}, 'is neither paused nor suspended', 'start it'],
    ['suspend', 'paused', {}, 'is paused, and Nova suspends no paused server', 'resume it first'],
    ['suspend', 'stopped', {}, 'does not run', 'start it first'],
  ])('%s of one that is %s %j is refused before anything is sent', async (verb, vmState, more, why, fix) => {
    on.stand(vmState, more);
    await expect(ask(verb)).rejects.toMatchObject({ code: 'op.conflict', message: `web1 ${why}`, fix });
    expect(on.sent).toEqual([]);
  });

  it('is followed by the server alone where Nova gives its work no name', async () => {
    on.request = undefined;
    expect(await ask('pause')).toEqual({ warnings: [] });
    expect(on.news).toEqual([{ server: ID }]);
  });

  it('is not used on what can be no server, nor when the caller has given up', async () => {
    const odd = createLifecycle(on.calls).start(vmId(endpointName('lab'), '../x'), signal);
    await expect(odd).rejects.toMatchObject({ code: 'vm.not-found', message: '../x is not in demo in R' });
    await expect(createLifecycle(on.calls).start(VM, AbortSignal.abort(new Error('given up')))).rejects.toThrow(
      'given up',
    );
  });
});
