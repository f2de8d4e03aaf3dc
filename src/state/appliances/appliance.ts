/** Appliances: whole systems that their makers offer in catalogs, to be imported as images with a template. Words alone, without disk and network. */
import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import type { Bytes } from '../../units.ts';
import type { Moved } from '../files/transfer-files.ts';
import type { ApplicationDetails } from './application.ts';

/** One file that can be imported. Texts come from strangers: each is one line without control characters. */
export interface Appliance {
  /** The name of its catalog; empty for one that the user names by its address. */
  readonly catalog: string;
  /** Unique in its catalog, and a name that images and templates can have: `debian-12`. */
  readonly name: string;
  readonly title: string;
  readonly provider: string;
  readonly version: string;
  /** `x86_64`, `aarch64`, `x86`; empty where it is not said. */
  readonly arch: string;
  readonly description: string;
  /** An http or https address, or the absolute path of a file of this machine. */
  readonly location: string;
  /** The word of drover's own table of cloud images that it stands for: then the endpoint fetches it. */
  readonly keyword?: string;
  /** Of the file as it is fetched. */
  readonly size?: Bytes;
  /** Of all that it unpacks to. */
  readonly unpackedSize?: Bytes;
  /** Of the file as it is fetched: `sha256:…`, `sha512:…`. */
  readonly checksum?: string;
  /** ISO 8601. */
  readonly updated?: string;
  readonly homepage?: string;
  /** The address of a picture of its provider. */
  readonly logo?: string;
  /** Whether its kernel uses PAE (32-bit guests of Xen), and whether it needs full virtualization; undefined where it is not said. */
  readonly pae?: boolean;
  readonly hvm?: boolean;
  /** Where its application is in a VM of it; a host is never in it. */
  readonly application?: ApplicationDetails;
  /** A PEM file with the authority that its catalog is known by. */
  readonly ca?: string;
}

/** A catalog of the configuration. */
export interface ApplianceCatalog {
  readonly name: string;
  /** An address, or the absolute path of a file. */
  readonly location: string;
  /** A PEM file with the authority that its server is known by. */
  readonly ca?: string;
}

/** How a catalog was read. */
export interface CatalogReading {
  readonly catalog: ApplianceCatalog;
  readonly appliances: readonly Appliance[];
  /** When it was fetched, epoch in ms; undefined where it never was. */
  readonly fetchedAt: number | undefined;
  /** Why it is not as it is now, or what of it can't be used: sentences without a full stop. */
  readonly troubles: readonly string[];
}

/** What was looked at, in a file of this machine. */
export interface ReadyFile {
  readonly path: string;
  readonly format: 'qcow2' | 'raw' | 'iso' | 'ova';
  /** What a guest sees of a disk; undefined for an OVA. */
  readonly capacity: Bytes | undefined;
}

/** The first disk of an appliance, with what its maker says. */
export interface ReadyDisk extends ReadyFile {
  /** The disks behind it, in their order. */
  readonly more: readonly ReadyFile[];
  /** What its maker says that a VM needs; undefined where nothing is said. */
  readonly memory?: Bytes;
  readonly cpus?: number;
  readonly os?: string;
}

export interface FetchOptions {
  /**
   * What becomes of an OVA: the other side takes it as it is, or all its disks, or one disk, and then one of several is refused.
   */
  readonly ova: 'whole' | 'all its disks' | 'one disk';
  readonly signal: AbortSignal;
  /** Says what is done now. */
  readonly report: (text: string) => void;
  readonly moved: Moved;
}

export interface Appliances {
  /**
   * What the catalogs of the configuration offer. `when`: `usual` fetches what was not fetched for a day, `now` fetches all, `kept`
   * none. A catalog that does not answer is served as it was last time. Never rejects, but with the signal's reason. `names`: of
   * these catalogs alone.
   */
  read(
    when: 'usual' | 'now' | 'kept',
    signal: AbortSignal,
    names?: readonly string[],
  ): Promise<readonly CatalogReading[]>;
  /**
   * Fetches a file, unpacks and verifies it, and calls `use` with its disk; nothing of it is left here afterwards. Rejects with
   * op.refused for a file that is not what its catalog says, or could do harm, and with host.unreachable, trust.tls, op.failed.
   */
  withDisk<T>(appliance: Appliance, options: FetchOptions, use: (disk: ReadyDisk) => Promise<T>): Promise<T>;
  /**
   * What a list of checksums says of a file: `sha256:…`. Rejects with op.failed where it says nothing of that file, and as above.
   */
  publishedChecksum(list: string, file: string, signal: AbortSignal): Promise<string>;
}

/** `debian/debian-12`. */
export const spellAppliance = ({ catalog, name }: Pick<Appliance, 'catalog' | 'name'>): string => `${catalog}/${name}`;

/** By `CATALOG/NAME`, or by its name alone where only one catalog has it. Throws usage for none, name.ambiguous for several. */
export function findAppliance(word: string, all: readonly Appliance[]): Appliance {
  const found = all.filter((one) => one.name === word || spellAppliance(one) === word);
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  if (only)
    throw new FleetError('name.ambiguous', `${word} is in ${found.length} catalogs`, {
      fix: `say which: ${found.map(spellAppliance).join(', ')}`,
    });
  const known = all.flatMap((one) => [one.name, spellAppliance(one)]);
  throw new FleetError('usage', `there is no appliance ${JSON.stringify(word)}${didYouMean(word, known)}`, {
    fix: 'drover appliance list shows them; an address or the path of a file can stand there as well',
  });
}
