import type { Writable } from 'node:stream';
import type { App } from '../compose.ts';
import type { CommandContext } from './command.ts';
import type { Candidate } from './completion/candidate.ts';
import type { Flag, ParsedFlags } from './flags.ts';

/** What a command about drover itself runs in: no configuration was read for it yet. */
export interface OwnContext extends Omit<CommandContext, 'app'> {
  readonly stderr: Writable;
  /** Opens the program around the configuration, whatever may be wrong with that, and closes it afterwards. */
  withApp(run: (app: App) => Promise<number>): Promise<number>;
}

/** A command of one word that is about drover itself, so that it also runs where the configuration can't be used. */
export interface OwnCommand {
  readonly word: string;
  readonly help: string;
  /** What stands behind the word: `TOPIC`, empty. */
  readonly takes: string;
  readonly flags: readonly Flag[];
  /** What can stand next, for the completion of a shell; `before` are the words behind the command's own. */
  readonly candidates: (before: readonly string[]) => readonly Candidate[];
  /** Answers the exit code. */
  readonly run: (context: OwnContext, parsed: ParsedFlags) => Promise<number>;
}
