/**
 * What became of a VM whose move has failed: both hosts are asked, over connections of their own, and what is true is made
 * whole. It goes on where it was only when the target is seen not to have it, and leaves only when the target is seen to run it.
 */
import { wait } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import { shellWord } from '../../lib/take-back.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { UNDEFINE } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { DOMAIN } from '../vm/states.ts';
import { type Leaving, nameOf, type Side } from './side.ts';

/** A host that was lost may come back within this. */
const WAITED_MS = 60_000;
const TRIED_EACH_MS = 3_000;
/** libvirt takes its part back by itself when the connection of a migration ends. */
const ENDS_MS = 20_000;
const LOOKED_EACH_MS = 500;
const CALL_MS = 15_000;

interface Both {
  readonly from: Side;
  readonly to: Side;
  readonly vm: Leaving;
}

type Seen = { readonly is: 'gone' } | { readonly is: 'unknown' } | { readonly is: 'there'; readonly state: number };

/**
 * How far it had come. Only `finish` lets the guest run at the target: before that the source may go on whatever the target
 * says, and when that got no answer it may not.
 */
export type Phase = 'before finish' | 'in finish' | 'after finish';

/** The error to throw once the VM is where it was, or with what is not known; undefined where it has arrived and left. */
export async function settle(move: Both, error: unknown, phase: Phase): Promise<unknown> {
  const { name } = move.vm.domain;
  const [source, target] = [nameOf(move.from), nameOf(move.to)];
  const there = phase === 'after finish' ? HERE : await ended(move.to, move.vm, phase === 'before finish');
  if (phase !== 'before finish' && hasArrived(there, move.vm)) return left(move);
  if (phase === 'in finish' && there.is === 'unknown')
    throw new FleetError(
      'outcome.unknown',
      `${name} stands still on ${source}, and whether it runs on ${target} is not known: ${sentence(error)}`,
      {
        fix: `look on ${target}: virsh domstate ${shellWord(name)}; only where it is not there, on ${source}: virsh resume ${shellWord(name)}`,
        cause: error,
      },
    );
  const here = await ended(move.from, move.vm, false);
  if (here.is === 'there' && here.state === DOMAIN.paused && !move.vm.isPaused) await goOn(move);
  if (here.is === 'unknown')
    throw new FleetError(
      'outcome.unknown',
      `${name} is not on ${target}, and ${source} does not answer: ${sentence(error)}`,
      {
        fix: `look at it when ${source} answers again; where it is paused: virsh resume ${shellWord(name)}`,
        cause: error,
      },
    );
  if (there.is === 'gone') return error;
  const code = error instanceof FleetError ? error.code : 'op.failed';
  if (there.is === 'unknown')
    return new FleetError(code, `${sentence(error)}; whether anything of it is left on ${target} is not known`, {
      fix: `look when ${target} answers: virsh domstate ${shellWord(name)}; where it is paused there: virsh destroy ${shellWord(name)}`,
      cause: error,
    });
  return new FleetError(code, `${sentence(error)}; what was begun of it on ${target} is still there`, {
    fix: `what removes it, on ${target}: virsh destroy ${shellWord(name)}`,
    cause: error,
  });
}

const HERE: Seen = { is: 'there', state: DOMAIN.running };

/** One that was paused arrives paused. */
const hasArrived = (seen: Seen, { isPaused }: Leaving): boolean =>
  seen.is === 'there' && (seen.state === DOMAIN.running || seen.state === DOMAIN.blocked || isPaused);

/** Takes away what stands still at the source. */
async function left(move: Both): Promise<undefined> {
  const here = await ended(move.from, move.vm, false);
  if (here.is === 'gone') return;
  if (here.is === 'unknown') throw leftBehind(move, `${nameOf(move.from)} does not say what is left of it there`);
  if (here.state !== DOMAIN.paused && here.state !== DOMAIN.shutOff)
    throw leftBehind(move, `it runs on ${nameOf(move.from)} too: stop one of them at once`);
  await leave(move).catch((problem: unknown) => {
    throw leftBehind(move, `what is left of it on ${nameOf(move.from)} could not be removed: ${sentence(problem)}`);
  });
}

const leftBehind = ({ from, to, vm: { domain } }: Both, why: string): FleetError =>
  new FleetError('op.failed', `${domain.name} runs on ${nameOf(to)} now, but ${why}`, {
    fix: `on ${nameOf(from)}: virsh destroy ${shellWord(domain.name)}; virsh undefine --keep-nvram ${shellWord(domain.name)}`,
  });

/** Asks a host again and again until it answers; undefined when it does not in time. */
export async function asked<T>(
  { again, host: { clock } }: Side,
  work: (client: RpcClient) => Promise<T>,
): Promise<T | undefined> {
  const late = new AbortController();
  const stop = clock.after(WAITED_MS, () => late.abort(new FleetError('op.timeout', 'it does not answer')));
  try {
    for (;;) {
      try {
        const daemon = await again(late.signal);
        try {
          return await work(daemon.poll);
        } finally {
          daemon.close();
        }
      } catch (error) {
        if (error instanceof LibvirtError) throw error;
        if (late.signal.aborted) return undefined;
      }
      await wait(clock, TRIED_EACH_MS, late.signal).catch(() => undefined);
      if (late.signal.aborted) return undefined;
    }
  } finally {
    stop();
  }
}

/** The state in which the host leaves it when no migration is under way any more. `goes`: it is waited for that it is gone. */
async function ended(side: Side, vm: Leaving, goes: boolean): Promise<Seen> {
  const { clock } = side.host;
  const seen = await asked(side, async (client): Promise<Seen> => {
    const end = clock.ticks() + ENDS_MS;
    for (;;) {
      const now = await stateOf(client, vm.domain);
      if (now === undefined) return { is: 'gone' };
      if ((!now.isBusy && !goes) || clock.ticks() >= end) return { is: 'there', state: now.state };
      await wait(clock, LOOKED_EACH_MS, new AbortController().signal);
    }
  });
  return seen ?? { is: 'unknown' };
}

async function stateOf(
  client: RpcClient,
  { uuid }: Domain,
): Promise<{ readonly state: number; readonly isBusy: boolean } | undefined> {
  const timing = { deadlineMs: CALL_MS };
  try {
    const domain = await client.call(procedures.domainByUuid, { uuid }, timing);
    const { state } = await client.call(procedures.domainState, { domain, flags: 0 }, timing);
    if (domain.id === -1) return { state, isBusy: false };
    const { type } = await client.call(procedures.jobInfo, { domain }, timing);
    return { state, isBusy: type !== 0 };
  } catch (error) {
    if (error instanceof LibvirtError && error.code === VIR_ERR.noDomain) return undefined;
    throw error;
  }
}

/** The target has it: it leaves the source. */
const leave = async ({ from, vm }: Both): Promise<void> => {
  const done = await asked(from, async (client) => {
    const timing = { deadlineMs: 2 * CALL_MS };
    const domain = await client.call(procedures.domainByUuid, { uuid: vm.domain.uuid }, timing);
    if (domain.id !== -1) await client.call(procedures.destroy, { domain, flags: 0 }, timing);
    await client.call(procedures.undefine, { domain, flags: UNDEFINE.keepNvram }, timing);
    return true;
  });
  if (!done) throw new FleetError('host.unreachable', `${nameOf(from)} does not answer`);
};

/** The target does not have it: it goes on where it was. */
const goOn = async ({ from, vm }: Both): Promise<void> => {
  await asked(from, async (client) => {
    const timing = { deadlineMs: CALL_MS };
    const domain = await client.call(procedures.domainByUuid, { uuid: vm.domain.uuid }, timing);
    const { state } = await client.call(procedures.domainState, { domain, flags: 0 }, timing);
    if (state === DOMAIN.paused) await client.call(procedures.resume, { domain }, timing);
  }).catch(() => undefined);
};
