import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the lab lives: `DROVER_LAB_DIR` and `DROVER_LAB_CACHE`, as for every lab. */
export interface Site {
  readonly dir: string;
  /** A Python of its own, with moto in it: made once, kept in the cache. */
  readonly venv: string;
  readonly files: {
    readonly config: string;
    readonly secret: string;
    readonly pid: string;
    /** What the server says when it is up. */
    readonly answer: string;
    readonly log: string;
  };
}

export const MOTO = '5.2.5';

export function siteFrom(env: Readonly<Record<string, string | undefined>>): Site {
  const dir = join(env['DROVER_LAB_DIR'] ?? '/tmp/drover-lab', 'aws');
  const cache = env['DROVER_LAB_CACHE'] ?? join(homedir(), '.cache/drover-lab');
  return {
    dir,
    venv: join(cache, 'aws', `moto-${MOTO}`),
    files: {
      config: join(dir, 'config.yaml'),
      secret: join(dir, 'secret-access-key'),
      pid: join(dir, 'server.pid'),
      answer: join(dir, 'server.json'),
      log: join(dir, 'server.log'),
    },
  };
}
