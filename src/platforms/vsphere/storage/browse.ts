/** Files of datastores: HostDatastoreBrowser (vSphere Web Services API). Each search is a task of the server. */
import { FleetError } from '../../../errors.ts';
import { type Bytes, bytes, kib } from '../../../units.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { normalizeError } from '../normalize-error.ts';
import type { Store } from '../place/catalog.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { isFault } from '../soap/fault.ts';
import { kindOf } from '../soap/kind.ts';
import { runTask } from '../task-end.ts';
import type { VmCalls } from '../vm-call.ts';

export interface StoreFile {
  readonly store: Store;
  /** Within its datastore: `web1/web1.vmdk`. */
  readonly name: string;
  /** `[datastore1] web1/web1.vmdk`. */
  readonly path: string;
  readonly kind: 'disk' | 'iso' | 'floppy';
  /** Of a disk what a guest sees; undefined where the server does not say. */
  readonly size: Bytes | undefined;
  readonly used: Bytes | undefined;
  readonly isThin: boolean | undefined;
}

const KINDS: Readonly<Record<string, StoreFile['kind']>> = {
  VmDiskFileInfo: 'disk',
  IsoImageFileInfo: 'iso',
  FloppyImageFileInfo: 'floppy',
};

/** Disks with their sizes, and media. Everything else in a datastore belongs to VMs and hosts. */
const QUERY: Xml = xml`<query xsi:type="VmDiskFileQuery"><details><diskType>true</diskType><capacityKb>true</capacityKb><hardwareVersion>false</hardwareVersion><thin>true</thin></details></query><query xsi:type="IsoImageFileQuery"/><query xsi:type="FloppyImageFileQuery"/><details><fileType>true</fileType><fileSize>true</fileSize><modification>false</modification><fileOwner>false</fileOwner></details>`;

export interface Search {
  /** Below this folder; '' is the whole datastore. */
  readonly folder: string;
  readonly isDeep: boolean;
  /** The name of a file; '' for all. */
  readonly name: string;
}

/** Rejects with a FleetError. A folder that is not there has no files. */
export async function searchStore(
  calls: VmCalls,
  store: Store,
  { folder, isDeep, name }: Search,
  signal: AbortSignal,
): Promise<readonly StoreFile[]> {
  const method = isDeep ? 'SearchDatastoreSubFolders_Task' : 'SearchDatastore_Task';
  const pattern = name === '' ? '*' : name.replace(/[*?[\]\\]/g, '?');
  const args = xml`<datastorePath>${pathIn(store.name, folder)}</datastorePath><searchSpec>${QUERY}<searchCaseInsensitive>false</searchCaseInsensitive><matchPattern>${pattern}</matchPattern></searchSpec>`;
  try {
    const result = await runTask(calls, { target: store.browser, method, args, subject: store.name, signal });
    const found = isDeep ? childrenOf(result, 'HostDatastoreBrowserSearchResults') : result ? [result] : [];
    return found.flatMap((one) => filesIn(one, store)).filter((file) => name === '' || baseName(file.name) === name);
  } catch (error) {
    if (isFault(error, 'FileNotFound')) return [];
    throw normalizeError(error, store.name, 'list');
  }
}

function filesIn(found: XmlElement, store: Store): readonly StoreFile[] {
  const folder = splitPath(textAt(found, 'folderPath') ?? '').file.replace(/^\/+|\/+$/g, '');
  return childrenOf(found, 'file').flatMap((file) => {
    const kind = KINDS[kindOf(file) ?? ''];
    const own = textAt(file, 'path') ?? '';
    if (kind === undefined || own === '') return [];
    const name = folder === '' ? own : `${folder}/${own}`;
    const used = sizeIn(file, 'fileSize', bytes);
    const capacity = sizeIn(file, 'capacityKb', kib);
    const thin = textAt(file, 'thin');
    return {
      store,
      name,
      path: pathIn(store.name, name),
      kind,
      size: kind === 'disk' ? capacity : used,
      used,
      isThin: thin === undefined ? undefined : thin === 'true',
    };
  });
}

/** Undefined for what is not told; 0 is told of files that are no disks. */
function sizeIn(file: XmlElement, name: string, unit: (size: number) => Bytes): Bytes | undefined {
  const size = Number(textAt(file, name) ?? Number.NaN);
  return Number.isSafeInteger(size) && size > 0 ? unit(size) : undefined;
}

/** `[datastore1] web1/web1.vmdk`; `[datastore1]` for the whole of it. */
export const pathIn = (store: string, file: string): string => (file === '' ? `[${store}]` : `[${store}] ${file}`);

/** Both '' for what is no path of a datastore. */
export function splitPath(path: string): { readonly store: string; readonly file: string } {
  const [, store = '', file = ''] = /^\[(.+?)\] ?(.*)$/.exec(path) ?? [];
  return { store, file };
}

export const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
export const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

/**
 * One file by its path, `[iso] debian.iso`, or by its name alone in any of these datastores. Rejects with volume.not-found and
 * name.ambiguous.
 */
export async function findFile(
  calls: VmCalls,
  stores: readonly Store[],
  wanted: string,
  kind: StoreFile['kind'],
  signal: AbortSignal,
): Promise<StoreFile> {
  const { store: named, file } = splitPath(wanted);
  const name = named === '' ? wanted : file;
  const usable = stores.filter(({ isUsable, name: own }) => isUsable && (named === '' || own === named));
  const isDeep = named === '' && !name.includes('/');
  const search = { folder: isDeep ? '' : folderOf(name), isDeep, name: baseName(name) };
  const found: StoreFile[] = [];
  for (const store of name === '' ? [] : usable) {
    const files = await searchStore(calls, store, search, signal);
    found.push(...files.filter((one) => one.kind === kind && (isDeep || one.name === name)));
  }
  const [first, second] = found;
  if (!first) throw new FleetError('volume.not-found', `there is no ${NOUNS[kind]} ${JSON.stringify(wanted)}`);
  if (!second) return first;
  const paths = found.map(({ path }) => path).join(', ');
  throw new FleetError('name.ambiguous', `there are several called ${wanted}: ${paths}`, {
    fix: 'give the whole path',
  });
}

const NOUNS: Readonly<Record<StoreFile['kind'], string>> = { disk: 'disk', iso: 'medium', floppy: 'floppy' };
