/** What a clone gets at its first start: the same as its original, as another guest with other NICs. */
import { readIso } from '../../lib/iso9660/read-iso.ts';
import { writeIso } from '../../lib/iso9660/write-iso.ts';
import { writeMetaData } from '../../user-files/cloud-config.ts';
import { networkOfClone, userDataOfClone } from '../user-files/renamed-seed.ts';

export interface Renamed {
  readonly from: { readonly name: string; readonly uuid: string };
  readonly to: { readonly name: string; readonly uuid: string };
  /** By the address that the NIC of the original has. */
  readonly macs: ReadonlyMap<string, string>;
  readonly date: Date;
}

export interface ClonedSeed {
  readonly iso: Buffer;
  /** Its NICs ask for addresses where those of the original had some. */
  readonly lostAddresses: boolean;
}

const FILES: ReadonlySet<string> = new Set(['user-data', 'meta-data', 'network-config']);

/** Undefined for a medium that drover did not make for the original. */
export async function seedOfClone(image: Buffer, renamed: Renamed): Promise<ClonedSeed | undefined> {
  const { label, files } = readIso(image) ?? {};
  if (label !== 'cidata' || !files || [...files.keys()].some((name) => !FILES.has(name))) return undefined;
  const text = (name: string) => files.get(name)?.toString();
  const { from, to } = renamed;
  if (text('meta-data') !== (await writeMetaData(from.uuid, from.name))) return undefined;
  const network = text('network-config');
  const own = network === undefined ? undefined : await networkOfClone(network, renamed.macs);
  const contents = {
    'user-data': await userDataOfClone(text('user-data') ?? '', from.name, to.name),
    'meta-data': await writeMetaData(to.uuid, to.name),
    ...(own && { 'network-config': own.text }),
  };
  const written = Object.entries(contents).map(([name, content]) => ({ name, content: Buffer.from(content) }));
  const iso = writeIso({ label: 'cidata', files: written, date: renamed.date });
  return { iso, lostAddresses: own?.hadAddresses ?? false };
}
