/** A disk goes to another storage: POST …/move_disk of a virtual machine, …/move_volume of a container; both begin a task. */
import { FleetError, sentence } from '../../../errors.ts';
import type { Accepted, DiskMoveSpec } from '../../contract.ts';
import { asRow } from '../../lib/json.ts';
import { oneOf, refused } from '../../lib/spec-values.ts';
import { type Catalog, type KnownStorage, readCatalog } from '../catalog.ts';
import { readStorage } from '../contents.ts';
import { FORMATS } from '../form/fields.ts';
import { type GuestCall, pathOf } from '../guest-call.ts';
import { type ConfiguredDisk, readGuestConfig } from '../guest-config.ts';
import { diskContent } from '../guests.ts';
import { chooseStorage } from '../storage/choose.ts';
import { whoNeedsVolume } from '../storage/needs.ts';
import { finishedTask, stopTask } from '../tasks.ts';
import type { Parts } from './parts.ts';

/** Some TiB over a slow network. */
const TAKES_MS = 86_000_000;

interface Move {
  readonly disk: ConfiguredDisk;
  readonly spec: DiskMoveSpec;
  /** Of the settings that the disk was read in. */
  readonly digest: string | undefined;
}

type Able = Pick<Parts, 'calls' | 'lists'>;

/** Resolves when the copy is whole and in use. One that is given up is stopped, and rejects with where the disk is then. */
export async function moveDisk(able: Able, call: GuestCall, { disk, spec, digest }: Move): Promise<Accepted> {
  const { calls, lists } = able;
  const { api, clock, touched } = calls;
  const { guest, name, signal } = call;
  const catalog = await readCatalog(lists, signal);
  const target = await targetFor(able, call, catalog, disk, spec);
  const [verb, key] = guest.kind === 'qemu' ? ['move_disk', 'disk'] : ['move_volume', 'volume'];
  const form = {
    [key]: disk.device,
    storage: target.name,
    ...(spec.format !== '' && { format: spec.format }),
    ...(!spec.keep && { delete: '1' }),
    ...(digest !== undefined && { digest }),
  };
  try {
    const answer = await api.post(`${pathOf(guest)}/${verb}`, { signal, subject: name, form });
    touched(guest.key);
    const context = { api, clock, signal, subject: name };
    const warnings = await finishedTask(answer, context, TAKES_MS).catch(async (error: unknown) => {
      if (!signal.aborted) throw error;
      await stopTask(answer, context);
      throw await whereItIs(able, call, disk);
    });
    if (spec.keep) return { warnings };
    const left = await leftBehind(able, call, catalog, disk);
    return { warnings, ...(left !== undefined && { kept: [{ path: disk.path, why: left }] }) };
  } finally {
    touched(guest.key);
  }
}

/** The storage that it goes to, after everything was looked at that the server would refuse, or would not see. */
async function targetFor(
  { lists }: Able,
  { guest, name, current, signal }: GuestCall,
  catalog: Catalog,
  { device, path, type, storage: from, format: has, owned }: ConfiguredDisk,
  { storage: wanted, format, keep }: DiskMoveSpec,
): Promise<KnownStorage> {
  const where = `${device} of ${name}`;
  if (type !== 'disk') throw refused(`${where} is a drive: eject what is in it`);
  if (device.startsWith('unused')) throw refused(`${where} is attached to nothing`, 'attach its volume first');
  oneOf(['', ...FORMATS], format, 'format');
  if (guest.kind === 'lxc') {
    if (format !== '') throw refused(`volumes of containers have no format: ${where} can't become ${format}`);
    if (current.status === 'running')
      throw new FleetError('op.conflict', `${name} runs: volumes of containers are moved while they are off`, {
        fix: `stop ${name} first`,
      });
  }
  const target = chooseStorage(catalog.storages, {
    endpoint: lists.endpoint,
    wanted,
    content: diskContent(guest.kind),
    node: guest.node,
  });
  if (target.name === from && (format === '' || format === has)) throw refused(`${where} is on ${target.key} already`);
  if (keep) return target;
  const needed = owned
    ? await whoNeedsVolume(lists, catalog, { volid: path, owner: guest, device }, signal)
    : `${path} is not a volume of ${name} itself`;
  if (needed !== undefined) throw refused(needed, 'keep the volume that it has');
  return target;
}

/** What is true once its task was stopped, read again: it may have come to its end before. */
async function whereItIs(
  { calls }: Able,
  { guest, name }: GuestCall,
  { device, path: before }: ConfiguredDisk,
): Promise<FleetError> {
  const { signal } = new AbortController();
  const where = `${device} of ${name}`;
  try {
    const answer = await calls.api.get(`${pathOf(guest)}/config`, { signal, subject: name });
    const { disks } = readGuestConfig(asRow(answer, name), guest.kind, guest.vmid);
    const path = disks.find((one) => one.device === device)?.path;
    const was = path === before ? 'was not moved' : 'was moved before it was given up';
    return new FleetError('op.cancelled', `${where} ${was}: it is ${path ?? 'attached no more'}`);
  } catch (error) {
    return new FleetError('outcome.unknown', `whether ${where} was moved is not known: ${sentence(error)}`);
  }
}

/** Why the volume that it had is still there, of which the server tells in the log of its task alone; undefined when it is not. */
async function leftBehind(
  { lists }: Able,
  { guest, signal }: GuestCall,
  { storages }: Catalog,
  { path, storage: name }: ConfiguredDisk,
): Promise<string | undefined> {
  const storage = storages.find((one) => one.name === name && (one.node === undefined || one.node === guest.node));
  if (!storage) return `whether it was deleted is not known: the storage ${name} is not listed`;
  try {
    const { entries } = await readStorage(lists, storage, signal);
    return entries.some(({ volid }) => volid === path) ? 'the server could not delete it: see its log' : undefined;
  } catch (error) {
    return `whether it was deleted is not known: ${sentence(error)}`;
  }
}
