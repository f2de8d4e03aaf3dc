import { run } from '../labs/command.ts';

/** What another program measured of the same, ms and bytes; null where it could not tell. */
export interface SecondOpinion {
  readonly firstInk: number | null;
  readonly firstRows: number | null;
  readonly keyP50: number | null;
  readonly bytesPerKey: number | null;
  readonly bytesPerSecondIdle: number | null;
  /** MB; `shared` counts pages that several processes have by their share. */
  readonly memory: number | null;
  readonly memoryShared: number | null;
}

/** As far as it is read here. */
interface Report {
  readonly first_ink_ms: number | null;
  readonly ready_ms: number | null;
  readonly keys: { readonly first_ms: { readonly p50: number | null }; readonly bytes_p50: number | null };
  readonly idle: { readonly bytes_per_s: number; readonly rss_mb: number; readonly pss_mb: number };
}

const LONGEST_MS = 180_000;

/** `ptybench.py` is no part of the project: a script in Python with a terminal of its own (pyte), by the path that is given. */
export async function secondOpinion(ptybench: string, program: string): Promise<SecondOpinion> {
  const shape = ['--json-only', '--size', '120x40', '--runs', '9', '--ready', '● running .*\\d+%'];
  const keys = ['--pre', 'esc wait:3000', '--keys', 'j*60', '--idle', '10'];
  const answer = await run(['python3', ptybench, ...shape, ...keys, '--', program, '--demo=10000'], LONGEST_MS);
  const report = JSON.parse(answer) as Report;
  return {
    firstInk: report.first_ink_ms,
    firstRows: report.ready_ms,
    keyP50: report.keys.first_ms.p50,
    bytesPerKey: report.keys.bytes_p50,
    bytesPerSecondIdle: report.idle.bytes_per_s,
    memory: report.idle.rss_mb,
    memoryShared: report.idle.pss_mb,
  };
}
