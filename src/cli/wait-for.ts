/** Waits until something is so of a VM, with a deadline: for `vm wait`, and for `vm create --wait`. */
import { wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Vm } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import type { CommandContext } from './command.ts';
import { runInGuest, SSH_FAILED } from './in-guest.ts';
import type { Outcome } from './results.ts';
import { answersSsh } from './ssh-banner.ts';

/** What a guest can be waited for. */
export const GUEST_GOALS = ['ip', 'ssh', 'cloud-init', 'command'] as const;
export type Goal = (typeof GUEST_GOALS)[number] | 'state';

/** How often a guest is asked. */
const EACH_MS = 2_000;

export interface Wanted {
  readonly goal: Goal;
  readonly state: string;
  /** Who logs in; empty leaves it to ssh. */
  readonly user: string;
  /** What must end with 0 in the guest, with the goal `command`. */
  readonly command: string;
  readonly ms: number;
}

/** A task, so that rules notify of its end: each VM has an outcome of its own, whatever becomes of the others. */
export async function waitForAll<V extends Pick<Vm, 'id' | 'name'>>(
  vms: readonly V[],
  wantedOf: (vm: V) => Wanted,
  context: CommandContext,
): Promise<readonly Outcome[]> {
  const { app, signal } = context;
  // Of two that ask at one terminal at once, one may read the password that is meant for the other.
  const own = { ...context, interactive: context.interactive && vms.length === 1 };
  const outcomes = new Map<V, Promise<Outcome>>();
  const work = vms.map((vm) => ({
    id: vm.id,
    name: vm.name,
    lane: endpointOf(vm.id),
    async run() {
      const outcome = waitFor(vm, wantedOf(vm), own);
      outcomes.set(vm, outcome);
      const { text, error } = await outcome;
      if (error) throw error;
      return { text };
    },
  }));
  const title = `Wait for ${vms.length === 1 ? vms[0]?.name : `${vms.length} VMs`}`;
  const { id, ended } = app.tasks.run({ action: 'vm.wait', title, atOnce: Math.max(1, vms.length), work });
  const cancel = () => app.tasks.cancel(id);
  signal.addEventListener('abort', cancel, { once: true });
  await ended;
  signal.removeEventListener('abort', cancel);
  // One that was given up before it began has none.
  if (outcomes.size < vms.length) signal.throwIfAborted();
  return Promise.all(outcomes.values());
}

async function waitFor(
  { id, name }: Pick<Vm, 'id' | 'name'>,
  wanted: Wanted,
  context: CommandContext,
): Promise<Outcome> {
  const { app, signal } = context;
  const late = new AbortController();
  const stopClock = app.clock.after(wanted.ms, () => late.abort());
  const either = AbortSignal.any([signal, late.signal]);
  const complained = oncePerLine((line) => context.say(`${name}: ${line}`));
  let missing = 'what was run in it has not ended';
  try {
    for (;;) {
      const vm = app.store.fleet.vms.get(id);
      if (!vm) throw new FleetError('vm.not-found', `${name} is not listed any more`);
      const now = await progress(vm, wanted, complained, context, either);
      if (now.done) return { name, text: `${name} ${now.text}` };
      missing = now.text;
      await wait(app.clock, EACH_MS, either);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FleetError) && !late.signal.aborted) throw error;
    const known =
      error instanceof FleetError && !late.signal.aborted
        ? error
        : new FleetError('op.timeout', `${name}: after ${wanted.ms / 1000} s ${missing}`, {
            fix: 'look at its console, or wait longer: --timeout',
          });
    return { name, text: known.message, error: known };
  } finally {
    stopClock();
  }
}

/** More of them say nothing new. */
const LINES_MAX = 20;

/** What is run again and again is said once, without what a terminal would do. */
function oncePerLine(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    const shown = clean(line);
    if (said.has(shown) || said.size === LINES_MAX) return;
    said.add(shown);
    say(shown);
  };
}

/** What is the case now, as a sentence behind the name or the time that has passed. */
async function progress(
  vm: Vm,
  { goal, state, user, command }: Wanted,
  complained: (line: string) => void,
  context: CommandContext,
  signal: AbortSignal,
): Promise<{ readonly done: boolean; readonly text: string }> {
  if (goal === 'state') return { done: vm.state === state, text: `${vm.state === state ? 'is' : 'it is'} ${vm.state}` };
  const ip = addressOf(vm);
  if (ip === undefined) return { done: false, text: `it has no address; it is ${vm.state}` };
  if (goal === 'ip') return { done: true, text: `has the address ${clean(ip)}` };
  if (goal === 'command') return succeeded(ip, await runInGuest({ ip, user, command, complained }, context, signal));
  if (!(await answersSsh(ip, signal))) return { done: false, text: `nothing answers by SSH at ${clean(ip)}` };
  if (goal === 'ssh') return { done: true, text: `answers by SSH at ${clean(ip)}` };
  return (await cloudInitIsDone({ ip, user, complained }, context, signal))
    ? { done: true, text: `is set up: cloud-init is done at ${clean(ip)}` }
    : { done: false, text: `cloud-init is not done at ${clean(ip)}` };
}

/** What the exit code of a command of the user's own says. */
const succeeded = (ip: string, code: number | null) => ({
  done: code === 0,
  text:
    code === 0
      ? `is ready: the command has succeeded at ${clean(ip)}`
      : code === SSH_FAILED
        ? `ssh can't log in at ${clean(ip)}`
        : `the command has not succeeded at ${clean(ip)}: it ended with ${code ?? 'a signal'}`,
});

/** The first that is no link-local one; IPv4 before IPv6, as kcli does it. */
function addressOf({ ips }: Vm): string | undefined {
  const usable = ips.filter((ip) => !/^(169\.254\.|fe80:)/i.test(ip));
  return usable.find((ip) => !ip.includes(':')) ?? usable[0];
}

/** `cloud-init status --wait` ends with 0, or with 2 where it was done with complaints. Rejects where cloud-init has failed. */
async function cloudInitIsDone(
  guest: Omit<Parameters<typeof runInGuest>[0], 'command'>,
  context: CommandContext,
  signal: AbortSignal,
): Promise<boolean> {
  const { ip } = guest;
  const code = await runInGuest({ ...guest, command: 'cloud-init status --wait' }, context, signal);
  if (code === 1)
    throw new FleetError('op.failed', `cloud-init has failed at ${ip}`, { fix: 'cloud-init status --long says why' });
  if (code === 127) throw new FleetError('op.refused', `there is no cloud-init at ${ip}`);
  return code === 0 || code === 2;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Throws usage for what is no time, in the words of its flag. */
export function durationOf(text: string, flag = '--timeout'): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?) ?([smh])?$/.exec(text.trim()) ?? [];
  if (count === undefined)
    throw new FleetError('usage', `${flag}: ${JSON.stringify(text)} is no time`, { fix: '90s, 5m or 2h' });
  return Number(count) * (UNITS[unit] ?? 1_000);
}
