import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../errors.ts';
import { errnoOf, fileTrouble } from './file-trouble.ts';
import { findHome } from './home-folder.ts';

/** A configuration of its own for a simulated fleet, so that everything works in the demo as it does elsewhere. */
export interface Demo {
  readonly config: string;
  /** Its own place for the audit log, the state of the screen and the last inventory. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the file away again. */
  close(): Promise<void>;
}

export const DEMO_VMS = 200;

/** The same fleet every time. It lives as long as the run. */
export async function openDemo(env: Readonly<Record<string, string | undefined>>, vms = DEMO_VMS): Promise<Demo> {
  const directory = await mkdtemp(join(tmpdir(), 'drover-demo-')).catch(noPlace);
  const config = join(directory, 'config.yaml');
  await writeFile(config, `endpoints:\n  demo:\n    platform: fake\n    vms: ${vms}\n`, { mode: 0o600 });
  return {
    config,
    env: {
      XDG_STATE_HOME: directory,
      XDG_CACHE_HOME: directory,
      XDG_DATA_HOME: directory,
      ...(findHome(env) === undefined && { HOME: directory }),
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

function noPlace(error: unknown): never {
  if (errnoOf(error) === undefined) throw error;
  throw new FleetError('op.failed', `the demo has no place for its files in ${tmpdir()}: ${fileTrouble(error)}`, {
    fix: 'set TMPDIR to a folder that drover may write to',
    cause: error,
  });
}
