/** The files of a guest that is gone: looked at once more, then deleted one by one, the upper layers first. */
import { FleetError, sentence } from '../../../errors.ts';
import type { Kept } from '../../contract.ts';
import type { HostFiles } from '../host/host-files.ts';
import { procedures } from '../rpc/protocol.ts';
import { type DiskFate, type Doomed, type DoomedFile, fateOfFiles } from './disk-fate.ts';
import { CHANGE_MS, type GuestCall } from './guest-call.ts';

/** The fate after the user's word: unknown files that are named are among what goes. */
export function chosen({ goes, stays, unknown }: DiskFate, named: readonly string[]): DiskFate {
  const isNamed = ({ path }: DoomedFile) => named.includes(path);
  return {
    goes: [...goes, ...unknown.filter((file) => isNamed(file) && file.by !== undefined)],
    stays,
    unknown: unknown.filter((file) => !isNamed(file) || file.by === undefined),
  };
}

export async function deleteFiles(
  call: GuestCall,
  files: HostFiles | undefined,
  doomed: Doomed,
  plan: DiskFate,
  named: readonly string[],
): Promise<{ readonly stays: readonly string[]; readonly kept: readonly Kept[] }> {
  const planned = plan.goes.filter(({ by }) => by !== 'definition');
  const kept = new Map(plan.unknown.map(({ path, why }) => [path, why]));
  if (planned.length === 0) return { stays: plan.stays, kept: listed(kept) };
  let now: DiskFate;
  try {
    // Another VM may have come to use them since the user was asked.
    now = chosen(await fateOfFiles(call, files, doomed), named);
  } catch (error) {
    for (const { path } of planned) kept.set(path, `it could not be looked at again: ${sentence(error)}`);
    return { stays: plan.stays, kept: listed(kept) };
  }
  for (const { path, why } of now.unknown) if (!isNvram(doomed, path)) kept.set(path, why);
  for (const { path } of planned) {
    const stays = now.stays.find((line) => line.startsWith(`${path} (`));
    if (stays !== undefined && !stays.endsWith('(is not there)')) kept.set(path, stays.slice(path.length + 2, -1));
  }
  for (const file of now.goes) {
    if (!planned.some(({ path }) => path === file.path)) continue;
    if (file.above !== undefined && kept.has(file.above)) {
      kept.set(file.path, `${file.above} is layered on it`);
      continue;
    }
    try {
      await call.change(`delete ${file.path}`, () => remove(call, files, file));
    } catch (error) {
      // The guest is gone by now: a file that is left is reported, and is no failure of the whole.
      kept.set(file.path, `it could not be deleted: ${sentence(error)}`);
    }
  }
  return { stays: plan.stays, kept: listed(kept) };
}

/** It went with the definition, or was left by it: what is said of it afterwards is of no use. */
const isNvram = ({ xml }: Doomed, path: string): boolean => path === xml.nvram;

const listed = (kept: ReadonlyMap<string, string>): readonly Kept[] =>
  Array.from(kept, ([path, why]) => ({ path, why }));

async function remove(
  { client, signal }: GuestCall,
  files: HostFiles | undefined,
  { path, by }: DoomedFile,
): Promise<void> {
  if (typeof by === 'object' && 'volume' in by)
    await client.call(procedures.deleteVolume, { volume: by.volume, flags: 0 }, { signal, deadlineMs: CHANGE_MS });
  else if (typeof by === 'object' && files) await files.remove(path, by.id, signal);
  else throw new FleetError('op.unsupported', `${path}: nothing here can delete it`);
}
