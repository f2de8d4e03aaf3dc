import type { ConsoleSession } from '../../console/console-session.ts';
import type { ConsoleKeys, Stage } from '../stage.ts';
import { broadcastToOpen } from './broadcast.ts';
import { switchFile } from './console-files.ts';
import type { MenuItem } from './console-menu.tsx';
import { SPLIT_FROM } from './split-room.ts';

export interface ItemWays {
  readonly keys: ConsoleKeys;
  readonly scroll: (session: ConsoleSession) => void;
  readonly search: (session: ConsoleSession) => Promise<void>;
  readonly close: (session: ConsoleSession) => Promise<void>;
  readonly leave: () => void;
}

/** What can be done with the console in front, and with the others that are open. */
export function menuItems(stage: Stage, front: ConsoleSession, ways: ItemWays): readonly MenuItem[] {
  const { consoles, message } = stage;
  const { keys, scroll, search, close, leave } = ways;
  const { all, group, chosen, isSplit } = consoles;
  const only = all.length < 2 ? 'there is one console only: open another one from the tree' : undefined;
  const { columns } = stage.terminal.size();
  const fails = (done: Promise<void>) => void done.catch(message.fail);
  return [
    { key: 'n', does: 'next console', whyNot: only, run: () => consoles.step(1) },
    { key: 'p', does: 'the one before', whyNot: only, run: () => consoles.step(-1) },
    {
      key: '1-9',
      keys: [...'123456789'],
      does: 'the console of that number',
      run(key) {
        const session = all[Number(key) - 1];
        if (session) consoles.toFront(session);
        else message.say(`there is no console ${key}`, 'warning');
      },
    },
    { key: 's', does: 'what was scrolled off: / ? n N search, v V select, y copies', run: () => scroll(front) },
    { key: '/', does: 'search up in it', run: () => fails(search(front)) },
    {
      key: 'm',
      does: chosen.has(front) ? 'choose it no longer' : 'choose it, to type into all that are chosen',
      run: () => consoles.choose(front),
    },
    {
      key: 'b',
      does:
        group.size > 0 ? 'end the broadcast' : `type into all ${chosen.size > 0 ? 'chosen' : 'open'} consoles at once`,
      whyNot: group.size > 0 ? undefined : only,
      run: () => (group.size > 0 ? consoles.broadcast([]) : fails(broadcastToOpen(stage))),
    },
    {
      key: 'l',
      does: front.file('log') ? 'end the log' : 'log to a file',
      run: () => fails(switchFile(stage, front, 'log')),
    },
    {
      key: 'r',
      does: front.file('recording') ? 'end the recording' : 'record to a file',
      run: () => fails(switchFile(stage, front, 'recording')),
    },
    {
      key: 'v',
      does: isSplit ? 'the whole screen' : 'beside the tree',
      whyNot: columns < SPLIT_FROM ? `there is no room beside the tree: that takes ${SPLIT_FROM} columns` : undefined,
      run() {
        consoles.isSplit = !isSplit;
        stage.changed();
      },
    },
    { key: 'x', does: 'close it', run: () => fails(close(front)) },
    { key: keys.menu, does: `send ${keys.menu} itself`, run: () => void front.send(controlOf(keys.menu)) },
    { key: keys.detach, does: 'back to the fleet; the console stays open', run: leave },
  ];
}

/** `ctrl-\\` as it is sent. */
const controlOf = (key: string): string =>
  String.fromCharCode((key.toUpperCase().codePointAt(key.length - 1) ?? 0) & 0x1f);
