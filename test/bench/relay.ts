import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** A program in a pty, seen and typed at through a socket of this network namespace. */
export interface Relayed {
  type(text: string): void;
  /** When the screen at the far end fitted first, on performance.now()'s clock. Rejects after 60 s. */
  until(fits: (screen: string) => boolean): Promise<number>;
  /** The row of the tree that is painted as the cursor; -1 for none. */
  cursorRow(): number;
  /** Bytes that have come so far. */
  arrived(): number;
  /** Bytes that the program had written and that had not come yet, at most since `resetQueued`. */
  mostQueued(): number;
  resetQueued(): void;
  close(): void;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const LONGEST_MS = 60_000;
/** A column of the tree's rows that is blank, and has the cursor's background where the cursor is. */
const MARKED_COLUMN = 12;

/** `delayMs` is added in each direction. Like sshd, the near end reads on when the socket has taken what it read before. */
export async function openRelayed(
  argv: readonly [string, ...string[]],
  { columns, rows }: Size,
  delayMs: number,
): Promise<Relayed> {
  const [file, ...args] = argv;
  const pty = spawn(file, args, {
    name: 'xterm-256color',
    cols: columns,
    rows,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    encoding: null,
  });
  const [near, far] = await line();
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const looks = new Set<() => void>();
  let written = 0;
  let arrived = 0;
  let mostQueued = 0;

  pty.onData((data) => {
    const bytes = data as unknown as Buffer; // with no encoding these are bytes, whatever the type says
    written += bytes.length;
    mostQueued = Math.max(mostQueued, written - arrived);
    setTimeout(() => {
      if (near.write(bytes)) return;
      pty.pause();
      near.once('drain', () => pty.resume());
    }, delayMs);
  });
  near.on('data', (keys: Buffer) => setTimeout(() => pty.write(keys.toString()), delayMs));
  far.on('data', (bytes: Buffer) => {
    arrived += bytes.length;
    terminal.write(bytes, () => {
      for (const look of [...looks]) look();
    });
  });

  const lineAt = (row: number) => terminal.buffer.active.getLine(row);
  const screen = () => Array.from({ length: rows }, (_, row) => lineAt(row)?.translateToString(true) ?? '').join('\n');

  return {
    type: (text) => void far.write(text),
    until: (fits) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          looks.delete(look);
          reject(new Error(`no such screen within ${LONGEST_MS} ms\n${screen()}`));
        }, LONGEST_MS);
        const look = () => {
          if (!fits(screen())) return;
          clearTimeout(late);
          looks.delete(look);
          resolve(performance.now());
        };
        looks.add(look);
        look();
      }),
    cursorRow() {
      for (let row = 2; row < rows; row++) if (lineAt(row)?.getCell(MARKED_COLUMN)?.isBgDefault() === false) return row;
      return -1;
    },
    arrived: () => arrived,
    mostQueued: () => mostQueued,
    resetQueued() {
      mostQueued = written - arrived;
    },
    close() {
      pty.kill('SIGKILL');
      near.destroy();
      far.destroy();
      terminal.dispose();
    },
  };
}

/** Both ends of a connection over the loopback interface. */
async function line(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const far = connect({ port: address.port, host: '127.0.0.1', noDelay: true });
  const [near] = (await once(server, 'connection')) as [Socket];
  near.setNoDelay(true);
  server.close();
  return [near, far];
}
