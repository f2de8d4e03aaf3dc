/**
 * Where OpenStack's users keep their clouds: clouds.yaml, with secrets in secure.yaml and what clouds have in common in
 * clouds-public.yaml (openstacksdk, openstack/config/loader.py). The first file of each kind counts, as there.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { FleetError } from '../../../errors.ts';
import { isMapping, type Mapping } from '../../user-files/value.ts';
import { readYaml } from '../../user-files/yaml.ts';

export interface CloudsFile {
  readonly path: string;
  readonly content: Mapping;
}

export interface CloudsFiles {
  /** Undefined when none was found in `looked`. */
  readonly clouds: CloudsFile | undefined;
  readonly secure: CloudsFile | undefined;
  /** What is wrong with it matters only to clouds that have a profile. */
  readonly vendors: CloudsFile | FleetError | undefined;
  readonly looked: readonly string[];
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly directory: string;
  /** The text of a file; undefined for one that is not there or may not be read. */
  text(path: string): Promise<string | undefined>;
}

export const here = (): Surroundings => ({ env: process.env, home: homedir(), directory: process.cwd(), text: textOf });

const SUFFIXES = ['.yaml', '.yml', '.json'];

/** Folders that are looked into wherever drover is started. */
export const standingFolders = ({ env, home }: Pick<Surroundings, 'env' | 'home'>): readonly string[] => [
  join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'openstack'),
  join(home, '.config/openstack'),
  join(env['XDG_CONFIG_DIRS'] || '/etc/xdg', 'openstack'),
  '/etc/openstack',
];

/** `file`: the one that is to be used; its neighbours come first then. Rejects with config.invalid for one that can't be read. */
export async function readCloudsFiles(file: string | undefined, around: Surroundings): Promise<CloudsFiles> {
  const { env, home, directory, text } = around;
  const given = file?.replace(/^~(?=\/)/, home);
  const places = [...(given === undefined ? [] : [dirname(given)]), directory, ...standingFolders(around)];
  const named = (name: string) =>
    [...new Set(places)].flatMap((place) => SUFFIXES.map((end) => join(place, name + end)));
  const looked = given === undefined ? named('clouds') : [given];
  const override = env['OS_CLIENT_SECURE_FILE'];
  return {
    clouds: await firstOf(looked, text),
    secure: await firstOf(override ? [override, ...named('secure')] : named('secure'), text),
    vendors: await firstOf(named('clouds-public'), text).catch((error: unknown) => {
      if (error instanceof FleetError) return error;
      throw error;
    }),
    looked,
  };
}

/** A broken file is passed over for a later one, as in openstacksdk; when there is none, its trouble is the answer. */
async function firstOf(paths: readonly string[], textAt: Surroundings['text']): Promise<CloudsFile | undefined> {
  let broken: FleetError | undefined;
  for (const path of paths) {
    try {
      const text = await textAt(path);
      if (text !== undefined) return { path, content: await contentOf(path, text) };
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      broken ??= error;
    }
  }
  if (broken) throw broken;
  return undefined;
}

async function contentOf(path: string, text: string): Promise<Mapping> {
  const content = await readYaml(path, text);
  if (isMapping(content)) return content;
  throw new FleetError('config.invalid', `${path} is not a list of clouds`, { fix: 'it begins with `clouds:`' });
}

/** No list of clouds is longer. */
const FILE_MAX = 4 * 1024 ** 2;

/** What may not be read is passed over, as openstacksdk does: another one may be meant for this user. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    // A named pipe would wait for ever; the working directory may belong to another user.
    if (!found.isFile()) return undefined;
    if (found.size > FILE_MAX) throw new FleetError('config.invalid', `${path} is larger than any list of clouds`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof FleetError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw new FleetError('config.invalid', `${path} can't be read`, { cause: error });
  }
}
