import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DROVER = fileURLToPath(new URL('../../bin/drover', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json<Value>(): Value;
}

/** A home of its own for one test: configuration, audit log, nothing of the user's. */
export interface Desk {
  readonly config: string;
  readonly home: string;
  run(...args: readonly string[]): Promise<Ran>;
  /** The same with more environment and with what is piped in. */
  runWith(
    more: { readonly env?: Readonly<Record<string, string>>; readonly input?: string },
    ...args: readonly string[]
  ): Promise<Ran>;
  write(yaml: string): Promise<void>;
  clear(): Promise<void>;
}

/** The built program, as a shell would start it: pipes, no terminal. */
export async function openDesk(yaml = ''): Promise<Desk> {
  const home = await mkdtemp(join(tmpdir(), 'drover-test-'));
  const config = join(home, 'config.yaml');
  const write = (text: string) => writeFile(config, text, { mode: 0o600 });
  await write(yaml);
  const runWith: Desk['runWith'] = ({ env = {}, input = '' }, ...args) =>
    new Promise((resolve, reject) => {
      const child = spawn(DROVER, args, {
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          DROVER_CONFIG: config,
          XDG_STATE_HOME: join(home, 'state'),
          ...env,
        },
      });
      const out = { stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out.stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        out.stderr += text;
      });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...out, json: () => JSON.parse(out.stdout) }));
      child.stdin.end(input);
    });
  return {
    config,
    home,
    write,
    runWith,
    run: (...args) => runWith({}, ...args),
    clear: () => rm(home, { recursive: true, force: true }),
  };
}

/** One simulated endpoint for each name. */
export const simulated = (
  endpoints: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>,
): string =>
  JSON.stringify({
    endpoints: Object.fromEntries(
      Object.entries(endpoints).map(([name, values]) => [name, { platform: 'fake', 'events-every': 0, ...values }]),
    ),
  });
