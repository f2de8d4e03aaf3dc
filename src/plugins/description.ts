/** What a plugin says of itself without being run: `drover-plugin.json` in its folder. */
import { join } from 'node:path';
import { FleetError } from '../errors.ts';
import type { Field, Manifest } from '../platforms/contract.ts';
import { errnoOf, fileTrouble } from '../state/files/file-trouble.ts';
import { regularText } from './regular-text.ts';

/** Grows when the contract changes in a way that plugins notice. */
const CONTRACT_VERSION = 1;
export const DESCRIPTION_FILE = 'drover-plugin.json';

export interface Description {
  readonly folder: string;
  /** The module, as a path from the folder on. */
  readonly module: string;
  readonly manifest: Manifest;
}

type Kind = Field['kind'];
const KINDS: readonly Kind[] = ['text', 'path', 'count', 'bytes', 'choice', 'flag', 'object', 'lines', 'list', 'pairs'];
const KEY = /^[a-z][a-z0-9-]*$/;
/** More than any manifest has. */
const MOST_CHARACTERS = 500_000;
/** Words of a plugin are shown as they are. */
const CONTROLS = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const LEAST_EVERY_MS = 200;
const USUAL_EVERY_MS = 2_000;

const wrong = (why: string): FleetError => new FleetError('config.invalid', `${DESCRIPTION_FILE}: ${why}`);

/** Rejects with config.invalid: a sentence that says what is wrong with it, without the plugin's name. Runs nothing of the plugin. */
export async function readDescription(folder: string, id: string): Promise<Description> {
  const text = await regularText(join(folder, DESCRIPTION_FILE)).catch((error: unknown) => {
    const why = errnoOf(error) === 'ENOENT' ? `there is no ${DESCRIPTION_FILE} in ${folder}` : fileTrouble(error);
    throw new FleetError('config.invalid', why, { cause: error });
  });
  if (text === undefined) throw wrong('it is no regular file');
  if (text.length > MOST_CHARACTERS) throw wrong('it is too long');
  return descriptionIn(folder, id, objectIn(text));
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectIn(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('it is no JSON');
  }
  if (!isObject(value)) throw wrong('it must be one object');
  return value;
}

function descriptionIn(folder: string, id: string, json: Json): Description {
  const { contract, module } = json;
  if (contract !== CONTRACT_VERSION) {
    const has = typeof contract === 'number' ? `is for version ${contract} of the contract` : 'has no "contract"';
    throw wrong(`it ${has}, and this drover has version ${CONTRACT_VERSION}`);
  }
  if (json['id'] !== id) {
    throw wrong(`it describes the platform ${JSON.stringify(json['id'] ?? '')}, and the configuration calls it ${id}`);
  }
  if (typeof module !== 'string' || module.split('/').includes('..') || !/^[\w./-]+\.m?js$/.test(module)) {
    throw wrong('"module" must be the path of a .js or .mjs file in its folder');
  }
  const word = (key: 'title' | 'summary') => wordIn(json, key, `"${key}"`);
  const everyMs = json['everyMs'] ?? USUAL_EVERY_MS;
  if (typeof everyMs !== 'number' || !(everyMs >= LEAST_EVERY_MS)) {
    throw wrong(`"everyMs" must be a number from ${LEAST_EVERY_MS} on`);
  }
  const manifest: Manifest = {
    id,
    title: word('title'),
    summary: word('summary'),
    tier: 'preview',
    endpoint: fieldsIn(json, 'endpoint'),
    settings: fieldsIn(json, 'settings'),
    everyMs,
  };
  return { folder, module, manifest };
}

function wordIn(json: Json, key: string, what: string): string {
  const value = json[key];
  if (typeof value !== 'string' || value === '') throw wrong(`${what} must be a text`);
  if (CONTROLS.test(value.replaceAll('\n', ''))) throw wrong(`${what} has characters that are no text`);
  return value;
}

/** Checked as far as a wrong one would fail elsewhere; what is more is passed over. */
function fieldsIn<Section extends 'endpoint' | 'settings'>(json: Json, section: Section): Manifest[Section] {
  const fields = json[section] ?? [];
  if (!Array.isArray(fields)) throw wrong(`"${section}" must be a list of fields`);
  const keys = new Set<unknown>();
  for (const field of fields) {
    checkField(field, section);
    if (section === 'endpoint' && keys.has(field.key)) throw wrong(`there are two fields ${field.key}`);
    keys.add(field.key);
  }
  return fields as unknown as Manifest[Section];
}

function checkField(field: unknown, section: string): void {
  if (!isObject(field) || typeof field['key'] !== 'string' || !KEY.test(field['key'])) {
    throw wrong(`each field of "${section}" needs a "key" of small letters, digits and dashes`);
  }
  const name = `field ${field['key']}`;
  wordIn(field, 'label', `${name}: "label"`);
  wordIn(field, 'help', `${name}: "help"`);
  const { kind, options, when, pattern, default: usual } = field;
  if (!KINDS.includes(kind as Kind)) throw wrong(`${name}: "kind" must be one of ${KINDS.join(', ')}`);
  if (kind === 'list' && section === 'endpoint') throw wrong(`${name}: an endpoint has no lists`);
  if (kind === 'choice' && !isTexts(options)) throw wrong(`${name}: "options" must be a list of texts`);
  if (when !== undefined && !(isObject(when) && typeof when['key'] === 'string' && isTexts(when['is']))) {
    throw wrong(`${name}: "when" must have a "key" and a list "is"`);
  }
  if (pattern !== undefined && !isPattern(pattern)) {
    throw wrong(`${name}: "pattern" must have a "source" that is a regular expression, and a "complaint"`);
  }
  if (isObject(usual) && kind !== 'pairs') throw wrong(`${name}: "default" must be one value`);
  if (section === 'settings' && !isObject(field['in'])) throw wrong(`${name}: "in" must say where it can be set`);
  if (kind === 'list') for (const item of Array.isArray(field['item']) ? field['item'] : []) checkField(item, 'item');
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

function isPattern(value: unknown): boolean {
  if (!isObject(value) || typeof value['source'] !== 'string' || typeof value['complaint'] !== 'string') return false;
  try {
    new RegExp(value['source']);
    return true;
  } catch {
    return false;
  }
}
