/**
 * Where OpenStack's users keep their clouds: clouds.yaml, with secrets in secure.yaml and what clouds have in common in
 * clouds-public.yaml (openstacksdk, openstack/config/loader.py). The first file of each kind counts, as there.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { FleetError } from '../../errors.ts';
import { isRow, type Row } from './json.ts';

export interface CloudsFile {
  readonly path: string;
  readonly content: Row;
}

export interface CloudsFiles {
  /** Undefined when none was found in `looked`. */
  readonly clouds: CloudsFile | undefined;
  readonly secure: CloudsFile | undefined;
  readonly vendors: CloudsFile | undefined;
  readonly looked: readonly string[];
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly directory: string;
}

export const here = (): Surroundings => ({ env: process.env, home: homedir(), directory: process.cwd() });

const SUFFIXES = ['.yaml', '.yml', '.json'];

/** `file`: the one that is to be used; its neighbours come first then. Throws config.invalid for one that can't be read. */
export async function readCloudsFiles(file: string | undefined, around: Surroundings): Promise<CloudsFiles> {
  const { env, home, directory } = around;
  const config = env['XDG_CONFIG_HOME'] || join(home, '.config');
  const given = file?.replace(/^~(?=\/)/, home);
  const places = [
    ...(given === undefined ? [] : [dirname(given)]),
    directory,
    join(config, 'openstack'),
    join(home, '.config', 'openstack'),
    '/etc/openstack',
  ];
  const named = (name: string) =>
    [...new Set(places)].flatMap((place) => SUFFIXES.map((end) => join(place, name + end)));
  const looked = given === undefined ? named('clouds') : [given];
  const override = env['OS_CLIENT_SECURE_FILE'];
  return {
    clouds: await firstOf(looked),
    secure: await firstOf(override ? [override, ...named('secure')] : named('secure')),
    vendors: await firstOf(named('clouds-public')),
    looked,
  };
}

async function firstOf(paths: readonly string[]): Promise<CloudsFile | undefined> {
  for (const path of paths) {
    const text = await readText(path);
    if (text !== undefined) return { path, content: await parsed(path, text) };
  }
  return undefined;
}

/** Nobody's list of clouds is longer. */
const FILE_MAX = 4 * 1024 ** 2;

/** What may not be read is passed over, as openstacksdk does: another one may be meant for this user. */
async function readText(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    // A named pipe would wait for ever; the working directory may be anybody's.
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

async function parsed(path: string, text: string): Promise<Row> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { prettyErrors: true });
  const [trouble] = document.errors;
  if (trouble) {
    const [at] = trouble.linePos ?? [];
    const place = at === undefined ? path : `${path}:${at.line}:${at.col}`;
    // The rest of yaml's message shows the line, which may be a password.
    throw new FleetError('config.invalid', `${place}: ${trouble.message.split(/ at line |:?\n/)[0]}`);
  }
  const content = contentOf(document, path);
  if (isRow(content)) return content;
  throw new FleetError('config.invalid', `${path} is no list of clouds`, { fix: 'it begins with `clouds:`' });
}

/** Throws config.invalid for aliases without end. */
function contentOf(document: { toJS(): unknown }, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new FleetError('config.invalid', `${path} can't be understood`, { cause });
  }
}
