/**
 * The files that all AWS tools share, as far as drover looks into them itself: which profiles there are, and where they
 * point (docs.aws.amazon.com/sdkref, "Shared config and credentials files"). Logging in is the SDK's business.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;
export type Profile = Readonly<Record<string, string>>;

/** By name, in the order of the files. A file that is not there has no profiles. */
export async function readProfiles(env: Env): Promise<ReadonlyMap<string, Profile>> {
  const file = (variable: string, name: string): Promise<string> =>
    readText(env[variable] || join(env['HOME'] || homedir(), '.aws', name)).catch(() => '');
  const [config, credentials] = await Promise.all([
    file('AWS_CONFIG_FILE', 'config'),
    file('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
  ]);
  const profiles = new Map<string, Profile>();
  for (const [section, values] of readSections(config)) {
    const name = section === 'default' ? section : /^profile\s+["']?(.+?)["']?$/.exec(section)?.[1];
    if (name !== undefined) profiles.set(name, values);
  }
  for (const [name, values] of readSections(credentials)) profiles.set(name, { ...profiles.get(name), ...values });
  return profiles;
}

/** Nobody has more profiles. */
const FILE_MAX = 4 * 1024 ** 2;

async function readText(path: string): Promise<string> {
  const found = await stat(path);
  // A named pipe would wait for ever, and what was read from it would be missing to the SDK.
  return found.isFile() && found.size <= FILE_MAX ? readFile(path, 'utf8') : '';
}

/** Sections with their keys. Indented lines belong to the key above them and are no keys of the section. */
export function readSections(text: string): ReadonlyMap<string, Profile> {
  const sections = new Map<string, Record<string, string>>();
  let current: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) {
      current = sections.get(section) ?? {};
      sections.set(section, current);
      continue;
    }
    const end = line.indexOf('=');
    if (!current || end < 1 || /^[\s#;]/.test(line)) continue;
    const text = line.slice(end + 1).trim();
    const comment = text.search(/\s[#;]/);
    current[line.slice(0, end).trim().toLowerCase()] = (comment < 0 ? text : text.slice(0, comment)).trim();
  }
  return sections;
}
