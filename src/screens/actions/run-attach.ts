import type { NodeAttachAction, VmAttachAction } from '../../actions/action.ts';
import { permitted } from '../../actions/permitted.ts';
import type { Services } from '../../actions/services.ts';
import { bind, placeOfShown, type Target, verifiedSignal, verify, whyAnother } from '../../actions/target.ts';
import { wayBack } from '../../actions/way-back.ts';
import type { ConsoleSession } from '../../console/console-session.ts';
import type { Awaited } from '../../console/consoles.ts';
import { createTypedEarly, type TypedEarly } from '../../console/typed-early.ts';
import { FleetError } from '../../errors.ts';
import type { NodeId, VmId } from '../../ids.ts';
import type { Attachment, Vm, VmState } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { clean } from '../../terminal/width.ts';
import { keptConsole } from '../console/kept-console.ts';
import { type OpenConsole, openedAhead } from '../console/opened-ahead.ts';
import type { Stage } from '../stage.ts';
import { whileSame } from './while-same.ts';

/** Where consoles are drawn on the screen: `show` brings them to the front, `leave` the fleet. Elsewhere they get the terminal. */
export interface ConsoleWays {
  readonly show: () => void;
  readonly leave: () => void;
}

/** Opens the console of a VM, or goes back to it; one that another client has is taken over only after a question. */
export async function attachVm(stage: Stage, action: VmAttachAction, id: VmId, ways?: ConsoleWays): Promise<void> {
  const kept = action.isKept ? stage.consoles.find(id) : undefined;
  if (kept && ways) return goBack(stage, kept, ways);
  const vm = vmConsole(stage, action, id);
  if (ways && action.isKept) {
    const awaited = stage.consoles.await(`the console of ${vm.name}`, createTypedEarly());
    ways.show();
    const ahead = openedAhead(vm.open, awaited.signal);
    return openAwaited(stage, awaited, keepVm(stage, vm, awaited.early, ahead.open), ways).finally(ahead.drop);
  }
  const what = `the console of ${vm.name}`;
  const open = (force: boolean) => (signal: AbortSignal) => vm.open({ force, signal });
  try {
    await attach(stage, what, open(false), action.isKept);
  } catch (error) {
    if (!isTaken(error) || !action.options?.some(({ key }) => key === 'force')) throw error;
    if (await mayTakeOver(stage, vm.target, vm.name, error)) await attach(stage, what, open(true), action.isKept);
  }
}

/** The console of a VM as it is chosen now: whenever it is opened, it must be the same machine. */
export function vmConsole(stage: Stage, action: VmAttachAction, id: VmId) {
  const { services } = stage;
  let target = bind('vm', id, services);
  permitted(action, 'vm', id, services);
  const { fleet } = services.store;
  let node = fleet.vms.get(id)?.node;

  /** True when the very same VM runs on another node by now: it is the target then, wherever it is. */
  function follow(): boolean {
    if (whyAnother(target, services) !== undefined) return false;
    const here = fleet.vms.get(target.id as VmId);
    const now = here ?? movedFrom(target, fleet);
    if (now?.node === undefined || now.state === 'migrating' || now.node === node) return false;
    // Within an endpoint it is bound to the same machine already.
    if (!here) target = bind('vm', now.id, services);
    node = now.node;
    return now.state === 'running' || now.state === 'paused';
  }

  /** Whom a link that dropped is opened to again. Throws op.refused while it is on its way, which is tried again later. */
  function targetNow(): Target {
    follow();
    if (isOnItsWay(target, services)) throw new FleetError('op.refused', `${target.name} is being moved`);
    return target;
  }

  return {
    get target() {
      return target;
    },
    // Two VMs of one name look alike from inside.
    get name() {
      return clean(placeOfShown(target, fleet));
    },
    label: clean(target.name),
    isSame: () => whyAnother(target, services) === undefined,
    async open({ force, signal }: { readonly force: boolean; readonly signal: AbortSignal }): Promise<Attachment> {
      const shown = target;
      await verify(shown, services, signal);
      const { connection, object } = permitted(action, 'vm', shown.id as VmId, services);
      const verified = verifiedSignal(shown, services, signal);
      const back = wayBack(action, targetNow, services);
      return action.open(connection, object.id, { force }, stage.terminal.size(), verified, object, back);
    },
    /** Goes along with the VM: true when its console is to be opened there. */
    follow,
  };
}

const IS_ON: ReadonlySet<VmState> = new Set(['running', 'paused', 'migrating']);

/** It does not run here any more, and has not come to its end where it goes. */
function isOnItsWay(target: Target, { store: { fleet }, tasks }: Services): boolean {
  const id = target.id as VmId;
  const here = fleet.vms.get(id);
  if (here && IS_ON.has(here.state)) return false;
  const to = here ? undefined : fleet.movedTo(id);
  if (to !== undefined) return !fleet.vms.has(to) || movedFrom(target, fleet) !== undefined;
  const moves = tasks.list().filter(({ action, state }) => action === 'vm.migrate' && state === 'running');
  return moves.some(({ items }) => items.some((item) => item.id === id && item.state === 'running'));
}

/** The same machine at another endpoint. */
function movedFrom({ id, uuid, name }: Target, fleet: Fleet): Vm | undefined {
  const to = fleet.movedTo(id as VmId);
  const vm = to && fleet.vms.get(to);
  return uuid !== undefined && vm?.uuid === uuid && vm.name === name ? vm : undefined;
}

/** A console of this VM that is kept, and goes along when it is migrated; its link is to be opened. */
export async function keepVm(
  stage: Stage,
  vm: ReturnType<typeof vmConsole>,
  early?: TypedEarly,
  open: OpenConsole = vm.open,
): Promise<ConsoleSession> {
  const { consoles, message, services } = stage;
  const session = await keptConsole(
    stage,
    {
      get id() {
        return vm.target.id;
      },
      name: vm.name,
      label: vm.label,
      isSame: vm.isSame,
      open,
      reconnects: true,
      reopen: (kept) => reopenVm(stage, kept, vm.target),
    },
    early,
  );
  const stop = services.store.subscribe(() => {
    if (!consoles.all.includes(session)) return stop();
    if (!vm.follow()) return;
    session.follow(vm.name);
    message.say(`${vm.name}: its console goes on there`);
  });
  return session;
}

/** Opens a login shell on a node, or goes back to it. */
export async function attachNode(
  stage: Stage,
  action: NodeAttachAction,
  id: NodeId,
  ways?: ConsoleWays,
): Promise<void> {
  const kept = stage.consoles.find(id);
  if (kept && ways && kept.link().kind !== 'closed') return goBack(stage, kept, ways);
  if (kept) await stage.consoles.remove(kept);
  const { object: node } = permitted(action, 'node', id, stage.services);
  const name = clean(node.name);
  const open = (signal: AbortSignal) => {
    const { connection } = permitted(action, 'node', id, stage.services);
    return action.open(connection, id, stage.terminal.size(), signal);
  };
  const what = `a shell on ${name}`;
  if (!ways) return attach(stage, what, open, true);
  const awaited = stage.consoles.await(what, createTypedEarly());
  ways.show();
  const attachment = await untilThere(awaited, open(awaited.signal), ways);
  if (!attachment) return;
  if (attachment.kind === 'command') {
    if (awaited.signal.aborted) return;
    // A shell of this very machine is a program that has the terminal.
    awaited.end();
    ways.leave();
    return attach(stage, what, async () => attachment, undefined);
  }
  let first: Attachment | undefined = attachment;
  const keeping = keptConsole(
    stage,
    {
      id,
      name: what,
      label: name,
      isSame: () => true,
      reconnects: false,
      reopen: (session) => session.open(),
      async open({ signal }) {
        const now = first ?? (await open(signal));
        first = undefined;
        return now;
      },
      closed(kept) {
        const isInFront = stage.consoles.front === kept && kept.isAttached();
        void stage.consoles.remove(kept);
        stage.message.say(`${what} was closed from the other side`);
        if (isInFront) ways.leave();
      },
    },
    awaited.early,
  );
  await openAwaited(stage, awaited, keeping, ways);
  if (awaited.signal.aborted) attachment.stream.destroy();
}

/** Takes it over, after a question, where another client has it. */
async function reopenVm(stage: Stage, session: ConsoleSession, target: Target): Promise<void> {
  try {
    await session.open();
  } catch (error) {
    if (!isTaken(error)) throw error;
    if (await mayTakeOver(stage, target, session.name, error)) await session.open(true);
  }
}

async function goBack(stage: Stage, kept: ConsoleSession, { show }: ConsoleWays): Promise<void> {
  stage.consoles.toFront(kept);
  show();
  if (kept.link().kind === 'closed') await stage.consoles.reopen(kept);
}

/** What is awaited, unless the user gives it up. When it fails the fleet is shown again. */
async function untilThere<T>(awaited: Awaited, coming: Promise<T>, ways: ConsoleWays): Promise<T | undefined> {
  try {
    return await coming;
  } catch (error) {
    if (awaited.signal.aborted) return undefined;
    awaited.end();
    ways.leave();
    throw error;
  }
}

/** Brings it to the front with all that was typed for it, unless the user has given it up. */
async function openAwaited(
  stage: Stage,
  awaited: Awaited,
  keeping: Promise<ConsoleSession>,
  ways: ConsoleWays,
): Promise<void> {
  const session = await untilThere(awaited, keeping, ways);
  awaited.end();
  if (!session) return;
  if (awaited.signal.aborted) return stage.consoles.remove(session);
  return openKept(stage, session, ways);
}

async function openKept(stage: Stage, session: ConsoleSession, ways: ConsoleWays): Promise<void> {
  // What is drawn costs no time on the way to the guest.
  const opening = stage.consoles.reopen(session);
  ways.show();
  try {
    await opening;
  } catch (error) {
    if (!stage.consoles.all.includes(session)) return;
    const isShown = session.isAttached();
    await stage.consoles.remove(session);
    // What is still typed must not go to the console beside it.
    if (isShown || !stage.consoles.front) ways.leave();
    throw error;
  }
}

const isTaken = (error: unknown): error is FleetError => error instanceof FleetError && error.code === 'op.conflict';

const mayTakeOver = (stage: Stage, target: Target, name: string, { message }: FleetError): Promise<boolean> =>
  whileSame(stage, [target], (until) =>
    stage.dialogs.confirm({
      title: 'Console in use',
      question: `Take the console of ${name} over?`,
      details: [message],
      until,
      unasked: true,
    }),
  );

async function attach(
  stage: Stage,
  what: string,
  open: (signal: AbortSignal) => Promise<Attachment>,
  isKept: true | undefined,
): Promise<void> {
  const controller = new AbortController();
  stage.message.say(`opening ${what}…`);
  const attachment = await open(controller.signal);
  try {
    const notice = `drover: this is ${what}`;
    const how = await stage.terminal.attach(attachment, {
      notice,
      signal: controller.signal,
      ...(isKept && { isGuest: isKept }),
    });
    stage.message.say(how === 'detached' ? `detached from ${what}` : `${what} was closed from the other side`);
  } finally {
    controller.abort();
  }
}
