import { placeOfShown } from '../../actions/target.ts';
import { consoleAction } from '../../actions/vm.ts';
import type { ConsoleSession } from '../../console/console-session.ts';
import { sentence } from '../../errors.ts';
import type { VmId } from '../../ids.ts';
import { clean } from '../../terminal/width.ts';
import { broadcastToOpen, mayBroadcast, startBroadcast } from '../console/broadcast.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Views } from '../program/views.ts';
import type { Stage } from '../stage.ts';
import { type ConsoleWays, keepVm, vmConsole } from './run-attach.ts';
import { whileSame } from './while-same.ts';

/** Back to the consoles that are open. */
export function showConsoles(stage: Stage, ways: ConsoleWays): void {
  if (stage.consoles.front) {
    ways.show();
    return;
  }
  const [key = 'c'] = stage.keymap.keysOf(consoleAction.id);
  stage.message.say(`no console is open: ${key} on a VM opens one`, 'warning');
}

/** Back to the fleet; the console in front goes on, and one that is awaited is given up. */
export function leaveConsoles(stage: Stage, views: Views): void {
  const { front, awaited } = stage.consoles;
  awaited?.giveUp();
  views.show('fleet');
  if (awaited) stage.message.say(`${awaited.name} was given up before it was open`, 'warning');
  if (awaited || !front) return;
  const [key] = stage.keymap.keysOf('view.consoles');
  stage.message.say(`detached from ${front.name}, which stays open${key === undefined ? '' : `: ${key} leads back`}`);
}

/**
 * Types into the consoles of the marked VMs at once, after one question; without marks into those that are open. One that
 * can't be opened is named, and gets nothing.
 */
export async function broadcastToMarked(stage: Stage, state: FleetState, ways: ConsoleWays): Promise<void> {
  const { consoles, message, services } = stage;
  const marked = state.targets().flatMap((id) => state.marked(id) ?? []);
  if (marked.length === 0) {
    if (consoles.all.length < 2)
      return message.say('mark the VMs first whose consoles are to be typed into', 'warning');
    ways.show();
    return broadcastToOpen(stage);
  }
  const names = marked.map((shown) => clean(placeOfShown(shown, services.store.fleet)));
  if (!(await whileSame(stage, marked, () => mayBroadcast(stage, names)))) return;
  // Nothing is typed into several guests before the frame that says so is seen, nor meanwhile into the fleet.
  const awaited = consoles.await(`a broadcast to ${marked.length} consoles`);
  ways.show();
  const refused: string[] = [];
  const opening = marked.map(async ({ id, name }): Promise<readonly ConsoleSession[]> => {
    try {
      const session = consoles.find(id) ?? (await keepVm(stage, vmConsole(stage, consoleAction, id as VmId)));
      // Why it has no link is shown with it.
      if (session.link().kind !== 'open') await session.open().catch(() => {});
      return [session];
    } catch (error) {
      refused.push(`${clean(name)}: ${sentence(error)}`);
      return [];
    }
  });
  const sessions = (await Promise.all(opening)).flat();
  awaited.end();
  if (awaited.signal.aborted) return;
  const [first] = sessions;
  if (!first) ways.leave();
  if (refused.length > 0) message.trouble(`not opened: ${refused.join('; ')}`);
  if (!first) return;
  consoles.toFront(first);
  startBroadcast(stage, sessions);
}
