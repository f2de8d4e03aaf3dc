import { expect, it } from 'vitest';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { RpcClient } from '../rpc/client.ts';
import { migration } from '../rpc/migration.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { type LiveMove, moveLive } from './live.ts';
import type { Side } from './side.ts';

/** Time that is over as soon as it is waited for. */
function quickTime(): Clock {
  let ticks = 0;
  return {
    now: () => 0,
    ticks: () => ticks,
    after(ms, call) {
      const soon = setImmediate(() => {
        ticks += ms;
        call();
      });
      return () => clearImmediate(soon);
    },
  };
}

const DOMAIN = { name: 'web1', uuid: Buffer.alloc(16, 1), id: 1 };
const RUNS = { state: 1, reason: 0 };
const OPERATION_ABORTED = 78;

/** web1 goes from host1 to host2, whose link is lost while memory is on its way; the daemon of host2 gives no answer then. */
function losingTarget() {
  const { client: source, answer } = createScriptedClient();
  const { client: target, answer: says } = createScriptedClient();
  const clock = quickTime();
  const lost = Promise.withResolvers<FleetError>();
  const performed = Promise.withResolvers<never>();
  const aborted: string[] = [];
  answer(migration.begin, () => ({ xml: '<domain/>', cookie: Buffer.alloc(0) }));
  answer(migration.perform, () => {
    lost.resolve(new FleetError('host.unreachable', 'the link to libvirt on host2 is down', { retry: true }));
    return performed.promise;
  });
  answer(migration.jobStats, () => ({ type: 1, params: [] }));
  answer(migration.abortJob, ({ domain }) => {
    aborted.push(domain.name);
    performed.reject(libvirtNo(OPERATION_ABORTED, 'migration job: canceled by client'));
  });
  answer(procedures.domainByUuid, () => DOMAIN);
  answer(procedures.domainState, () => RUNS);
  answer(procedures.jobInfo, () => ({ type: 0 }) as never);
  says(migration.prepare, () => ({ uri: undefined, cookie: Buffer.alloc(0) }));
  says(migration.finish, () => {
    throw new FleetError('host.unreachable', 'the link to libvirt on host2 is down');
  });
  const side = (name: string, client: RpcClient, again: Side['again']) => {
    const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
    return {
      host: { daemon, clock },
      facts: { node: { name } },
      touched: () => undefined,
      again,
    } as unknown as Side;
  };
  const move: LiveMove = {
    from: side('host1', source, async () => ({ poll: source, close: () => undefined }) as never),
    to: side('host2', { ...target, ended: lost.promise }, async () => {
      throw new FleetError('host.unreachable', 'host2 does not answer');
    }),
    vm: { domain: DOMAIN, isOn: true, isPaused: false, live: '<domain/>', saved: '<domain/>', read: {} as never },
    copies: [],
    address: '10.0.0.2',
    spec: { live: true, copyDisks: false, storage: '', removeCopied: true, despite: [] },
  };
  return { move, aborted };
}

it('F-143 F-145 a move whose target is lost is given up at once: the VM goes on, and what may be left is named', async () => {
  const { move, aborted } = losingTarget();
  const error = await moveLive(move, new AbortController().signal).catch((failed: unknown) => failed);
  expect(error).toMatchObject({
    code: 'host.unreachable',
    message: 'the link to libvirt on host2 is down; whether anything of it is left on host2 is not known',
    fix: 'look when host2 answers: virsh domstate web1; where it is paused there: virsh destroy web1',
  });
  expect(aborted).toContain('web1');
});
