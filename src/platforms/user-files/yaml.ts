/**
 * YAML as PyYAML's safe_load reads it: YAML 1.1 with merge keys (https://yaml.org/type/merge.html), the last of equal keys,
 * one document. Other than there, a scalar is the word that is written, whatever number or date it looks like: an id
 * 0123 and a password 12e03 are no numbers. Only the keys of SWITCHES are looked at as yes or no.
 */
import type { Node, ParsedNode, Scalar, YAMLMap } from 'yaml';
import { FleetError } from '../../errors.ts';
import { isMapping, type Mapping, type Value } from './value.ts';

type Yaml = typeof import('yaml');

const SWITCHES: ReadonlySet<string> = new Set(['verify', 'insecure']);

/** More than any such file has: stops aliases of aliases that would unfold without end. */
const ENTRIES_MAX = 100_000;
const DEPTH_MAX = 100;

const NULL = /^(?:~|null|Null|NULL|)$/;
const YES = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const NO = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;

/** Tags of values that have a word for each of them. */
const KNOWN_TAG = /^(?:!|tag:yaml\.org,2002:(?:null|bool|int|float|timestamp|str|seq|map))$/;

/** Rejects with config.invalid that names the place and never quotes the line: it may hold a password. */
export async function readYaml(path: string, text: string): Promise<Value> {
  const yaml = await import('yaml');
  const documents = yaml.parseAllDocuments(text, { schema: 'failsafe', version: '1.1', uniqueKeys: false });
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (!document) return null;
  const [trouble] = document.errors;
  if (trouble) {
    const [at] = trouble.linePos ?? [];
    const place = at === undefined ? path : `${path}:${at.line}:${at.col}`;
    throw new FleetError('config.invalid', `${place}: ${trouble.message.split(/ at line |:?\n/)[0]}`);
  }
  const invalid = (node: Node | null, why: string): FleetError => {
    const start = node?.range?.[0];
    const line = start === undefined ? 1 : text.slice(0, start).split('\n').length;
    return new FleetError('config.invalid', `${path}:${line}:1: ${why}`);
  };
  if (second) throw invalid(second.contents, 'there must be one document, not several divided by ---');
  return createReader(yaml, text, invalid)(document.contents, undefined, 0);
}

type Read = (node: Node | null, key: string | undefined, depth: number) => Value;

function createReader(yaml: Yaml, text: string, invalid: (node: Node | null, why: string) => FleetError): Read {
  const anchors = new Map<string, Value | undefined>();
  let entries = 0;
  const count = (node: Node | null, more: number) => {
    entries += more;
    if (entries > ENTRIES_MAX) throw invalid(node, 'its aliases unfold to too much');
  };

  const read: Read = (node, key, depth) => {
    if (depth > DEPTH_MAX) throw invalid(node, 'it is nested too deep');
    if (yaml.isAlias(node)) {
      const value = anchors.get(node.source);
      if (value === undefined) throw invalid(node, 'this alias (*) has no anchor (&) that ends before it');
      return value;
    }
    const anchor = node && 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined;
    // An alias inside of what it names would have no end.
    if (anchor !== undefined) anchors.set(anchor, undefined);
    const value = contentOf(node, key, depth);
    if (anchor !== undefined) anchors.set(anchor, value);
    return value;
  };

  /** A block of lines at the end of a file whose last line has no line break: then it has none either. */
  const endsOpen = ({ type, range }: Scalar): boolean =>
    type?.startsWith('BLOCK_') === true && !text.endsWith('\n') && (range?.[1] ?? 0) >= text.length;

  function contentOf(node: Node | null, key: string | undefined, depth: number): Value {
    if (node?.tag !== undefined && !KNOWN_TAG.test(node.tag)) throw invalid(node, 'this tag (!) is not known');
    if (yaml.isScalar(node)) return endsOpen(node) ? String(wordOf(node, key)).replace(/\n$/, '') : wordOf(node, key);
    if (yaml.isSeq(node)) {
      count(node, node.items.length);
      return node.items.map((item) => read(item as ParsedNode, key, depth + 1));
    }
    return yaml.isMap(node) ? mappingOf(node, depth) : null;
  }

  function mappingOf(map: YAMLMap, depth: number): Mapping {
    const merged = new Map<string, Value>();
    const own = new Map<string, Value>();
    for (const pair of map.items) {
      const [keyNode, valueNode] = [pair.key as ParsedNode | null, pair.value as ParsedNode | null];
      if (yaml.isScalar(keyNode) && keyNode.type === 'PLAIN' && keyNode.source === '<<') {
        for (const base of basesOf(read(valueNode, undefined, depth + 1), valueNode)) {
          for (const [key, value] of base) merged.set(key, value);
        }
        count(map, merged.size);
        continue;
      }
      const key = read(keyNode, undefined, depth + 1);
      if (isMapping(key) || Array.isArray(key)) throw invalid(keyNode, 'a key must be a word');
      const word = String(key);
      own.set(word, read(valueNode, word, depth + 1));
    }
    count(map, own.size);
    return new Map([...merged, ...own]);
  }

  /** The last of them counts: in a list of bases that is the first. */
  function basesOf(value: Value, node: Node | null): readonly Mapping[] {
    const bases: readonly Value[] = Array.isArray(value) ? value.toReversed() : [value as Value];
    return bases.map((base) => {
      if (isMapping(base)) return base;
      throw invalid(node, 'only mappings can be merged (<<)');
    });
  }

  return read;
}

function wordOf({ source, value, type, tag }: Scalar, key: string | undefined): string | boolean | null {
  const word = typeof source === 'string' ? source : String(value ?? '');
  const isPlain = type === 'PLAIN' && (tag === undefined || !/^!$|:str$/.test(tag));
  if (!isPlain && !tag?.endsWith(':bool')) return word;
  if (isPlain && NULL.test(word)) return null;
  if (key !== undefined && SWITCHES.has(key)) {
    if (YES.test(word)) return true;
    if (NO.test(word)) return false;
  }
  return word;
}
