import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openPty, type Pty } from '../../terminal/open-pty.ts';
import { site } from './hosts.ts';

const PROGRAM = `${import.meta.dirname}/../../../bin/drover`;

/** The program as it is for a user who starts it for the first time: at a terminal and in a home of its own. */
export interface FreshTerminal extends Pty {
  /** The line of the tree that shows it, undefined while none does. */
  row(name: string): string | undefined;
  /** Resolves with its line once that fits; rejects with the screen after the deadline. */
  untilRow(name: string, wanted: string | RegExp, deadlineMs?: number): Promise<string>;
  /** Types a filter, in place of the one that was there. */
  filter(query: string): Promise<void>;
  /** Filters for the name of a guest and puts the cursor on it. */
  goTo(guest: string): Promise<void>;
  /** Waits for a question, and answers it until it is gone: a key that comes before all of its frame was written is no answer. */
  answer(question: string, key?: string, deadlineMs?: number): Promise<void>;
}

export interface FreshOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** The lab's three hosts over SSH by default. */
  readonly config?: string;
  /** Runs the program from a shell, as a job that can be stopped and continued. */
  readonly fromShell?: boolean;
  /** Added to its environment: an editor. */
  readonly env?: Readonly<Record<string, string>>;
  /** SIGUSR2 makes it fail as a bug would: with an uncaught error. */
  readonly canCrash?: boolean;
}

const CRASH = "data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('an uncaught bug')})";

/**
 * `host1  ■ 2/4`, `web1  ● running`: below the titles, above the details. After an emoji there may be an empty cell
 * more, since terminals don't agree how wide one is.
 */
function rowOf(screen: string, name: string): string | undefined {
  const lines = screen.split('\n').slice(2);
  const end = lines.findIndex((line) => /^[─╭]/.test(line));
  return lines.slice(0, end < 0 ? undefined : end).find((line) =>
    line
      .replace(/^[^\p{L}\d]*/u, '')
      .replace(/ +/g, ' ')
      .startsWith(`${name} `),
  );
}

const opened: { readonly pty: Pty; readonly home: string }[] = [];

/** For the file that opens terminals: ends the programs and takes their homes away after each test. */
export function closeTerminals(): void {
  afterEach(async () => {
    for (const { pty, home } of opened.splice(0)) {
      pty.close();
      await pty.exit;
      await rm(home, { recursive: true, force: true });
    }
  });
}

export async function openFresh(options: FreshOptions = {}): Promise<FreshTerminal> {
  const { columns = 80, rows = 24, config = site.files.config, fromShell = false, canCrash = false, env } = options;
  const home = await mkdtemp(join(tmpdir(), 'drover-home-'));
  const pty = openPty({
    argv: fromShell ? ['sh', '-i'] : [PROGRAM],
    columns,
    rows,
    env: {
      HOME: home,
      DROVER_CONFIG: config,
      PS1: 'shell> ',
      ...env,
      ...(canCrash && { NODE_OPTIONS: `--import=${CRASH.replaceAll(' ', '%20')}` }),
    },
  });
  opened.push({ pty, home });
  const row = (name: string) => rowOf(pty.screen(), name);
  const filter = async (query: string) => {
    pty.type('/');
    await pty.until('enter keep');
    // ctrl-u: what was filtered for before is still in the line
    pty.type('\x15');
    await pty.until(/^ \/ *$/m);
    pty.type(query);
    await pty.until(` / ${query}`);
    pty.type('\r');
    await pty.until((screen) => !screen.includes('enter keep'));
    // the header has room for the beginning of a long one
    await pty.until(`filter: ${query.slice(0, 30)}`);
  };
  return {
    ...pty,
    row,
    async untilRow(name, wanted, deadlineMs = 20_000) {
      const fits = (line: string) => (typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line));
      const screen = await pty
        .until((text) => fits(rowOf(text, name) ?? ''), deadlineMs)
        .catch((error: Error) => {
          throw new Error(`the row of ${name} does not show ${wanted}: ${error.message}`);
        });
      return rowOf(screen, name) ?? '';
    },
    filter,
    async goTo(guest) {
      await filter(guest);
      pty.type('G');
      await pty.until(`─ ${guest} ─`);
    },
    async answer(question, key = 'y', deadlineMs = 60_000) {
      await pty.until(question, deadlineMs);
      pty.type(key);
      const again = setInterval(() => pty.screen().includes(question) && pty.type(key), 1_000);
      await pty.until((screen) => !screen.includes(question), deadlineMs).finally(() => clearInterval(again));
    },
  };
}

/** Resolves when all three hosts are connected. */
export const untilConnected = ({ until }: Pty): Promise<string> => until('3/3 endpoints', 30_000);

export const SHELL_COMMAND = `${PROGRAM}\n`;
