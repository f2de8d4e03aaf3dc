import type { ConsoleSession } from '../../console/console-session.ts';
import type { Stage } from '../stage.ts';

/** Asks once, with the count and the names. */
export const mayBroadcast = (stage: Stage, names: readonly string[]): Promise<boolean> =>
  stage.dialogs.confirm({
    title: 'Broadcast',
    question: `Type into ${names.length} consoles at once?`,
    details: names,
  });

/** Types into the chosen consoles at once from then on, or into all that are open, after a question. */
export async function broadcastToOpen(stage: Stage): Promise<void> {
  const { consoles } = stage;
  const chosen = consoles.all.filter((session) => consoles.chosen.has(session));
  const sessions = chosen.length > 0 ? chosen : consoles.all;
  if (
    await mayBroadcast(
      stage,
      sessions.map(({ name }) => name),
    )
  )
    startBroadcast(stage, sessions);
}

/** From now on what is typed goes to all of these that are still open; one of them is in front. */
export function startBroadcast({ consoles }: Stage, sessions: readonly ConsoleSession[]): void {
  const group = sessions.filter((session) => consoles.all.includes(session));
  consoles.broadcast(group);
  const [first] = group;
  if (first && (!consoles.front || !group.includes(consoles.front))) consoles.toFront(first);
}
