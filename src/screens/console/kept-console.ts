import {
  type ConsoleSession,
  type ConsoleSessionOptions,
  createConsoleSession,
} from '../../console/console-session.ts';
import type { TypedEarly } from '../../console/typed-early.ts';
import { consolePreferences } from '../../state/config/console-preferences.ts';
import type { Stage } from '../stage.ts';

export interface KeptConsole extends Pick<ConsoleSessionOptions, 'name' | 'label' | 'open' | 'reconnects'> {
  /** Of the VM or the node that it is of; another one when the VM has moved to another endpoint. */
  readonly id: string;
  readonly isSame: () => boolean;
  /** How a user opens it again when it was closed. */
  readonly reopen: (session: ConsoleSession) => Promise<void>;
  readonly closed?: (session: ConsoleSession) => void;
}

/** A console that stays open whether or not it is shown. It is in front now, and its link is to be opened. */
export async function keptConsole(stage: Stage, kept: KeptConsole, early?: TypedEarly): Promise<ConsoleSession> {
  const { consoles, message, services, terminal } = stage;
  const { allow, scrollback } = consolePreferences(services.config());
  const session = await createConsoleSession({
    ...kept,
    ...(early && { early }),
    size: terminal.size(),
    powers: allow,
    scrollback,
    clock: services.clock,
    changed: consoles.changed,
    closed: () => kept.closed?.(session),
    copy: (text) => {
      const doubt = terminal.copy(text);
      message.say(`${kept.label} has put ${text.length} characters on the clipboard${doubt ? `; ${doubt}` : ''}`);
    },
    tell: message.fail,
  });
  consoles.add({
    get id() {
      return kept.id;
    },
    isSame: kept.isSame,
    reopen: () => kept.reopen(session),
    session,
  });
  return session;
}
