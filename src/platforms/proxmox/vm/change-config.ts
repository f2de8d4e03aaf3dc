/**
 * A change of a guest's settings that must be so at once: PUT …/config. What a running guest does not take the server keeps for its
 * next start; that is taken back, and told.
 */
import { FleetError, sentence } from '../../../errors.ts';
import type { Warning } from '../../contract.ts';
import { asRow, asRows, type Row, textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import { type GuestCall, type GuestCalls, pathOf } from '../guest-call.ts';
import { type GuestConfig, readGuestConfig } from '../guest-config.ts';
import { numberOf } from '../json.ts';
import { settled } from '../tasks.ts';

export interface ConfigNow {
  readonly row: Row;
  readonly config: GuestConfig;
  readonly digest: string | undefined;
  /** Of all settings. */
  readonly keys: readonly string[];
}

/** What is now, without what waits for the next start; `keys` has that too, since its places are taken. */
export async function readConfigNow(call: GuestCall): Promise<ConfigNow> {
  const { guest, name, current } = call;
  const isOn = current.status === 'running' && guest.kind === 'qemu';
  const [answer, saved] = await Promise.all([
    call.get('/config', isOn ? { current: 1 } : {}),
    isOn ? call.get('/config') : undefined,
  ]);
  const row = asRow(answer, name);
  const config = readGuestConfig(row, guest.kind, guest.vmid);
  const keys = [...Object.keys(row), ...(saved === undefined ? [] : Object.keys(asRow(saved, name)))];
  return { row, config, digest: config.digest, keys };
}

type Form = Readonly<Record<string, string>>;

/**
 * Rejects with op.timeout where the running guest does not let go of something, with op.conflict where another client has changed the
 * settings since `now` was read. Disks are written by a task, where the server has one for that.
 */
export async function changeConfig(
  { api, clock, touched }: GuestCalls,
  call: GuestCall,
  changes: Form,
  { digest }: Pick<ConfigNow, 'digest'>,
): Promise<readonly Warning[]> {
  const { guest, name: subject, signal } = call;
  const path = `${pathOf(guest)}/config`;
  const form = { ...changes, ...(digest !== undefined && { digest }) };
  const keys = [...(changes['delete']?.split(',') ?? []), ...Object.keys(changes).filter((key) => !WORDS.has(key))];
  const hasTask = guest.kind === 'qemu' && keys.some((key) => /^(?:scsi|virtio|sata|ide|efidisk|tpmstate)\d/.test(key));
  try {
    const send: Api['post'] = hasTask && changes['delete'] === undefined ? api.post : api.put;
    const warnings = await settled(await send(path, { signal, subject, form }), { api, clock, signal, subject });
    const waiting = await waitingKeys(api, call, keys);
    if (waiting.length > 0) throw await takenBack(api, call, waiting, `it waits for the next start of ${subject}`);
    return warnings;
  } catch (error) {
    if (!isHotplug(error)) throw error;
    throw await takenBack(api, call, await waitingKeys(api, call, keys), sentence(error));
  } finally {
    touched(guest.key);
  }
}

const WORDS: ReadonlySet<string> = new Set(['delete', 'force', 'digest', 'revert']);
const isHotplug = (error: unknown): error is FleetError =>
  error instanceof FleetError && /hotplug problem|unable to apply pending/.test(error.message);

/** Of these, those that are not as they were asked for yet. Containers, and what is off, take everything at once. */
async function waitingKeys(api: Api, { guest, name, current, signal }: GuestCall, keys: readonly string[]) {
  if (current.status !== 'running') return [];
  const rows = asRows(await api.get(`${pathOf(guest)}/pending`, { signal, subject: name }), name);
  return rows.flatMap((row) => {
    const key = textOf(row, 'key') ?? '';
    const waits = textOf(row, 'pending') !== undefined || (numberOf(row, 'delete') ?? 0) > 0;
    return waits && keys.includes(key) ? [key] : [];
  });
}

async function takenBack(
  api: Api,
  { guest, name, signal }: GuestCall,
  keys: readonly string[],
  why: string,
): Promise<FleetError> {
  const what = keys.join(', ');
  const fix = `stop ${name} first`;
  if (keys.length === 0) return new FleetError('op.timeout', `${name}: ${why}`, { fix });
  try {
    await api.put(`${pathOf(guest)}/config`, { signal, subject: name, form: { revert: what } });
    return new FleetError(
      'op.timeout',
      `${name} did not take the change of ${what} while it runs (${why}); it is as before`,
      { fix },
    );
  } catch (error) {
    return new FleetError(
      'op.timeout',
      `${name} did not take the change of ${what} while it runs (${why}); it stays for its next start (${sentence(error)})`,
      { fix: `${fix}, or take it back: qm set ${guest.vmid} --revert ${what}`, cause: error },
    );
  }
}
