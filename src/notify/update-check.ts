import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointName } from '../ids.ts';
import { createHttp } from '../platforms/transport/http/http.ts';
import { readHttpTarget } from '../platforms/transport/http/target.ts';
import { plainLine } from '../platforms/transport/http/wire.ts';
import { makeOwnFolder } from '../state/files/own-folder.ts';
import { type Tasks, UPDATE_CHECK } from '../state/tasks.ts';
import { programVersion } from '../version.ts';

export interface UpdateCheckOptions {
  /** Of the configuration, now; undefined: nothing is asked. */
  readonly address: () => string | undefined;
  /** The folder of drover's state: when an answer came last is kept there. */
  readonly folder: string;
  readonly clock: Clock;
  readonly tasks: Pick<Tasks, 'run'>;
  /** Gets the sentence that there is a newer version. */
  readonly tell: (text: string) => void;
  /** This one's, `0.1.0`. */
  readonly version?: string;
}

const EVERY_MS = 24 * 3_600_000;
/** So often it is looked whether a day has passed, and whether the configuration has an address now; after a failure it is asked so soon again. */
const LOOKS_EVERY_MS = 3_600_000;
const DEADLINE_MS = 10_000;
const LARGEST_ANSWER = 1024 ** 2;
const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;

/** Asks once a day, as a task, as long as drover is open and the configuration has an address. Answers how to stop. */
export function followUpdates(options: UpdateCheckOptions): () => void {
  const { address, folder, clock, tasks, tell, version = programVersion() } = options;
  const file = join(folder, 'update-check');
  let stop = () => {};
  let isStopped = false;
  /** Epoch, ms, of the last answer: also where the file can't be written. */
  let askedAt = Number.NEGATIVE_INFINITY;

  const look = async () => {
    const from = address();
    if (from !== undefined) {
      const kept = Number(await readFile(file, 'utf8').catch(() => 'never'));
      // A time to come is of a clock that was set back since.
      if (kept <= clock.now()) askedAt = Math.max(askedAt, kept);
      if (!isStopped && clock.now() - askedAt >= EVERY_MS) await begin(from);
    }
    if (!isStopped) stop = clock.after(LOOKS_EVERY_MS, () => void look());
  };
  const begin = async (from: string) => {
    const run = async (signal: AbortSignal) => {
      const newest = await versionAt(from, clock, signal);
      const isNewer = isAbove(newest, version);
      const text = isNewer ? `a newer drover is there: ${newest} (this is ${version})` : `${version} is the newest one`;
      if (isNewer) tell(text);
      return { text };
    };
    const title = 'Look for a new version of drover';
    const work = [{ id: 'drover', name: 'drover', lane: 'drover', run }];
    const { state } = await tasks.run({ action: UPDATE_CHECK, title, work }).ended;
    if (state !== 'done') return;
    askedAt = clock.now();
    // Without it the next start asks once more.
    await makeOwnFolder(folder)
      .then(() => writeFile(file, `${askedAt}\n`, { mode: 0o600 }))
      .catch(() => {});
  };
  void look();
  return () => {
    isStopped = true;
    stop();
  };
}

/**
 * What a JSON object at the address says as its `version`. Nothing is sent but the request. Rejects with host.*,
 * trust.tls, config.invalid, and op.failed for another answer.
 */
async function versionAt(address: string, clock: Clock, signal: AbortSignal): Promise<string> {
  const url = new URL(address);
  const port = url.protocol === 'http:' ? 80 : 443;
  const target = readHttpTarget(url.origin, { endpoint: 'updates', port, plainAllowed: false });
  const http = createHttp({ target, endpoint: endpointName('updates'), clock, wire: () => {}, channel: 'updates' });
  try {
    const path = `${url.pathname}${url.search}`;
    const asked = {
      method: 'GET',
      path,
      kind: 'reads',
      signal,
      deadlineMs: DEADLINE_MS,
      limit: LARGEST_ANSWER,
    } as const;
    const { status, body } = await http.send(asked);
    if (status !== 200) throw new FleetError('op.failed', `${url.host} answered with status ${status}`);
    const version = versionIn(String(body));
    if (version === undefined) throw new FleetError('op.failed', `${url.host} did not say which version is the newest`);
    return version;
  } finally {
    http.close();
  }
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { readonly version?: unknown };
    return typeof version === 'string' && VERSION.test(version) ? plainLine(version, 40) : undefined;
  } catch {
    return undefined;
  }
}

function isAbove(one: string, other: string): boolean {
  const [left, right] = [one, other].map((version) => VERSION.exec(version)?.slice(1).map(Number));
  if (!left || !right) return false;
  const at = left.findIndex((count, index) => count !== right[index]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
}
