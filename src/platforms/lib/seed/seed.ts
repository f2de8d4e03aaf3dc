/**
 * What a new guest reads at its first start: a small ISO for cloud-init (NoCloud, label `cidata`), or a config for Ignition.
 */
import { encrypt } from 'unixcrypt';
import { isIgnitionImage, knownUserOf, loginUserOf } from '../../../login-user.ts';
import { checkUserData, writeCloudConfig, writeFacts, writeMetaData } from '../../user-files/cloud-config.ts';
import { writeNetworkConfig } from '../../user-files/network-config.ts';
import { writeIso } from '../iso9660/write-iso.ts';
import { refused } from '../spec-values.ts';
import { type GuestFile, loadFiles, localLines } from './files.ts';
import { type GuestSpec, isPath, refuseNoKey, type SeedKind } from './guest-spec.ts';
import { checkIgnition, writeIgnition } from './ignition.ts';
import { networkFiles, nicsOfCloud } from './network-config.ts';
import type { GuestNetwork } from './network-spec.ts';

/** What a guest gets from a platform that hands it over itself. */
export interface UserData {
  readonly kind: SeedKind;
  readonly text: string;
  /** Who logs in; undefined where it is given as a whole. */
  readonly user: string | undefined;
  /** Nothing in it lets in a user. */
  readonly isClosed: boolean;
}

export interface Seed extends Omit<UserData, 'text'> {
  readonly bytes: Buffer;
}

export interface SeedFor {
  readonly name: string;
  readonly seed: GuestSpec | undefined;
  readonly network: GuestNetwork;
  /** The name of its volume, '' without one. */
  readonly image: string;
  /** Of all NICs. */
  readonly macs: readonly string[];
  /** The uuid of the VM. */
  readonly instance: string;
  readonly date: Date;
  /** What is kept with the VM. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Ignition is what such images read, unless it is said otherwise. */
const kindOf = ({ kind }: GuestSpec, image: string): SeedKind =>
  kind || (isIgnitionImage(image) ? 'ignition' : 'cloud-init');

const usualUser = (kind: SeedKind, image: string): string =>
  kind === 'ignition' ? (knownUserOf(image) ?? 'core') : loginUserOf(image);

/** As a disk of its own: an ISO for cloud-init, a config for Ignition. */
export async function writeSeed(of: SeedFor): Promise<Seed | undefined> {
  const data = await writeUserData(of);
  if (!data) return undefined;
  const { text, ...seed } = data;
  return { ...seed, bytes: seed.kind === 'ignition' ? Buffer.from(text) : await isoOf(of, text) };
}

/** Throws op.refused for what the guest would not read, and for keys and files of this machine that can't be read. */
export async function writeUserData(of: SeedFor): Promise<UserData | undefined> {
  const { seed, network, image } = of;
  if (seed === undefined) return undefined;
  const kind = kindOf(seed, image);
  if (seed.whole !== '') return whole(kind, of, seed.whole);
  const keys = await readKeys(seed.login.keys);
  const user = seed.login.user || usualUser(kind, image);
  const files = [...(await loadFiles(seed.files)), ...(seed.storesMetadata ? [await metadataFile(of, user)] : [])];
  const twice = files.find(({ path }, at) => files.findIndex((one) => one.path === path) < at);
  if (twice) throw refused(`two files are to be ${twice.path}`);
  const { login, root } = seed;
  const common = { user, keys, root, commands: login.commands, files };
  const password = hidden(login.password);
  const fqdn = network.domain === '' ? of.name : `${of.name}.${network.domain}`;
  const isClosed = keys.length === 0 && password === '';
  if (kind === 'ignition') {
    const own = network.isConfigured ? networkFiles(network, of.macs) : [];
    const config = writeIgnition({ ...common, hostname: fqdn, passwordHash: password, network: own });
    return { kind, text: config, user, isClosed };
  }
  const text = await writeCloudConfig({ ...common, password, hostname: of.name, fqdn });
  return { kind, text, user, isClosed };
}

async function whole(kind: SeedKind, of: SeedFor, text: string): Promise<UserData> {
  const given = { kind, user: undefined, isClosed: false } as const;
  if (kind === 'ignition') {
    if (of.network.isConfigured)
      throw refused('an Ignition config is the whole: it sets the addresses of the guest itself');
    checkIgnition(text);
    return { ...given, text };
  }
  await checkUserData(text);
  return { ...given, text };
}

async function isoOf({ name, network, macs, instance, date }: SeedFor, userData: string): Promise<Buffer> {
  const files = [
    { name: 'user-data', content: Buffer.from(userData.endsWith('\n') ? userData : `${userData}\n`) },
    { name: 'meta-data', content: Buffer.from(await writeMetaData(instance, name)) },
    ...(network.isConfigured
      ? [{ name: 'network-config', content: Buffer.from(await writeNetworkConfig(nicsOfCloud(network, macs))) }]
      : []),
  ];
  return writeIso({ label: 'cidata', files, date });
}

/** Paths are of files of this machine, with a key in each line. */
async function readKeys(keys: readonly string[]): Promise<readonly string[]> {
  const read = await Promise.all(
    keys.map(async (key) => {
      if (!isPath(key)) return [key];
      const lines = await localLines(key);
      for (const [at, line] of lines.entries()) refuseNoKey(line, `line ${at + 1} of ${key}`);
      return lines;
    }),
  );
  return read.flat();
}

/** As kcli leaves it there: what the VM is, for programs in it. */
async function metadataFile({ name, image, metadata, network }: SeedFor, user: string): Promise<GuestFile> {
  const own = { name, image, user, domain: network.domain };
  // Metadata may have any key: what the VM is comes first, and counts more.
  const facts = await writeFacts({ ...own, ...metadata, ...own });
  return { path: '/root/.metadata', content: Buffer.from(facts), mode: 0o600, owner: 'root', group: 'root' };
}

/** The seed stays with the VM: a password in it is a hash, as guests take it too. One that is a hash stays as it is. */
const hidden = (password: string): string => (password === '' || IS_HASH.test(password) ? password : encrypt(password));

/** What cloud-init takes for a hash and leaves as it is. */
const IS_HASH = /^\$(1|2a|2y|5|6)\$[^$:]*\$[^:]+$/;
