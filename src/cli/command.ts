import type { Readable, Writable } from 'node:stream';
import type { App } from '../compose.ts';
import type { Settings } from '../platforms/contract.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { FORMATS, type Format, WIDE } from './output.ts';
import type { Printer } from './print.ts';

/** What a command runs in. */
export interface CommandContext {
  readonly app: App;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly format: Format;
  readonly printer: Printer;
  /** A message for people, on stderr. */
  readonly say: (text: string) => void;
  /** How far something is, on stderr where that is a terminal, in one line that is written over; undefined takes it away. */
  readonly progress: (text: string | undefined) => void;
  /** Room of the terminal that stdout is, undefined for a pipe. */
  readonly columns: number | undefined;
  /** Whether a user is there who can be asked. */
  readonly interactive: boolean;
  /** Asks on stderr; undefined when the answer was given up. A secret is not echoed. */
  readonly ask: (question: string, secret?: boolean) => Promise<string | undefined>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly global: GlobalFlags;
  /** Aborted by ctrl-c and SIGTERM. */
  readonly signal: AbortSignal;
  /** Runs another command of drover to its end, without a user: answers its exit code. */
  readonly runCommand: (argv: readonly string[], surroundings: Unattended) => Promise<number>;
}

/** What a command runs in that no user has typed. */
export interface Unattended {
  /** Beside the environment of this run. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Gets what it says to people. */
  readonly tell: (text: string) => void;
}

export interface GlobalFlags {
  readonly clients: readonly string[];
  readonly filter: string;
  readonly yes: boolean;
  /** Every column there is. */
  readonly wide: boolean;
  readonly dryRun: boolean;
  readonly readOnly: boolean;
  /** A simulated fleet, which ends with the command. */
  readonly demo: boolean;
}

/** One command: two words, then its own words and flags. Answers the exit code. */
export interface Command {
  readonly noun: string;
  readonly verb: string;
  readonly help: string;
  /** What stands behind the two words: `NAME…`, `POOL`, empty. */
  readonly takes: string;
  /** The last of these words is the name of something new. */
  readonly makes?: true;
  /** Its words may be addresses, as those of -C, of hosts that are in no configuration. */
  readonly byAddress?: true;
  /** May depend on what is known only when it runs: the fields of a platform. */
  readonly flags: (argv: readonly string[]) => readonly Flag[];
  readonly run: (context: CommandContext, parsed: ParsedFlags) => Promise<number>;
}

export const EXIT = { done: 0, failed: 1, usage: 2, notPossible: 3, unreachable: 4, interrupted: 130 } as const;

/** For every command. */
export const globalFlags: readonly Flag[] = [
  {
    key: 'output',
    short: 'o',
    label: 'Output',
    help: 'Output format: drover help output says more.',
    kind: 'choice',
    options: [...FORMATS, WIDE],
    default: 'table',
  },
  {
    key: 'client',
    short: 'C',
    label: 'Endpoint',
    help: 'Only these endpoints or groups; USER@HOST or a libvirt URI for one that is in no configuration.',
    kind: 'text',
    repeatable: true,
    examples: ['NAME'],
  },
  {
    key: 'filter',
    label: 'Filter',
    help: 'Only VMs that match, as in `state:running memory>8GiB`.',
    kind: 'text',
    examples: ['QUERY'],
  },
  { key: 'config', label: 'Configuration', help: 'The configuration file.', kind: 'path', examples: ['FILE'] },
  {
    key: 'demo',
    label: 'Demo',
    help: 'Use a simulated fleet of this many VMs.',
    kind: 'count',
    min: 0,
    max: 200_000,
    examples: ['200'],
  },
  {
    key: 'yes',
    short: 'y',
    label: 'Yes',
    help: 'Do not ask before something is interrupted or destroyed.',
    kind: 'flag',
  },
  { key: 'read-only', label: 'Read-only', help: 'Refuse every change in this run.', kind: 'flag' },
  {
    key: 'dry-run',
    label: 'Dry run',
    help: 'Say what would be sent, and send nothing that changes something.',
    kind: 'flag',
  },
  {
    key: 'debug',
    short: 'd',
    label: 'Debug',
    help: 'Write to stderr what is sent to each endpoint, without secrets.',
    kind: 'flag',
  },
  { key: 'help', short: 'h', label: 'Help', help: 'Show help.', kind: 'flag' },
];

export function globalsOf(values: Settings, repeated: ParsedFlags['repeated']): GlobalFlags {
  return {
    clients: (repeated['client'] ?? [])
      .flatMap((names) => names.split(','))
      .filter((name) => name !== '' && name !== 'all'),
    filter: String(values['filter'] ?? ''),
    yes: values['yes'] === true,
    wide: values['output'] === WIDE,
    dryRun: values['dry-run'] === true,
    readOnly: values['read-only'] === true,
    demo: values['demo'] !== undefined,
  };
}
