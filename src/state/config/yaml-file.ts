/** YAML text in, a located tree and a draft for edits out, and text again with its comments. */
import type { Document, LineCounter, Node, YAMLError } from 'yaml';
import { createDraft, type Draft } from './draft.ts';
import { emptyMap, type Located, type LocatedEntry } from './located.ts';
import type { Position, Problem } from './problem.ts';

const loadYaml = () => import('yaml');
type Yaml = Awaited<ReturnType<typeof loadYaml>>;

export interface YamlFile {
  readonly tree: Located;
  /** For edits; `tree` stays what was read. */
  readonly draft: Draft;
  /** Why it can't be used at all. Then the tree is empty and the file must not be written. */
  readonly broken: readonly Problem[];
  /** The text with the edits of the draft, in the style that the file had. */
  print(): string;
}

/** Own sentences: the package's messages may quote the line, and with it a password. */
const SENTENCES: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'this alias or anchor has no valid name',
  BAD_DQ_ESCAPE: 'unknown escape after a backslash in double quotes; single quotes take backslashes as they are',
  BAD_INDENT: 'the indentation does not fit the lines before, or a bracket or brace is still open',
  BAD_SCALAR_START: 'a value that starts with this character must be quoted',
  BLOCK_AS_IMPLICIT_KEY:
    'a second key in the same line, or lines that are indented too far; quote values with ": " in them',
  BLOCK_IN_FLOW: 'indented blocks are not allowed inside [ ] and { }',
  KEY_OVER_1024_CHARS: 'this key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, bracket, colon or comma is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must be in one line; perhaps a colon is missing, or the indentation is wrong',
  MULTIPLE_DOCS: 'there must be one document in the file, not several divided by ---',
  NON_STRING_KEY: 'a key must be a plain word',
  TAB_AS_INDENT: 'tabs are not allowed as indentation; use spaces',
  UNEXPECTED_TOKEN: 'this does not belong here; perhaps a quote, a comma or a bracket is missing or too many',
};

/** More than any hand-written file has: stops aliases of aliases that would unfold without end. */
const NODES_MAX = 200_000;
const DEPTH_MAX = 20;

class Unusable extends Error {
  readonly at: Position;
  constructor(at: Position, message: string) {
    super(message);
    this.at = at;
  }
}

function locateNodes(yaml: Yaml, document: Document, positionOf: (node: Node | null) => Position): Located {
  let count = 0;
  const walk = (node: Node | null, depth: number): Located => {
    const at = positionOf(node);
    if (++count > NODES_MAX || depth > DEPTH_MAX)
      throw new Unusable(at, 'the file is nested too deep, or its aliases unfold to too much');
    if (yaml.isAlias(node)) {
      const target = node.resolve(document);
      if (!target) throw new Unusable(at, 'this alias (*) has no anchor (&) before it');
      return walk(target, depth + 1);
    }
    if (yaml.isMap(node)) {
      const entries = new Map<string, LocatedEntry>();
      for (const pair of node.items) {
        const key = pair.key as Node;
        if (!yaml.isScalar(key)) throw new Unusable(positionOf(key), 'a key must be a plain word');
        const name = String(key.value);
        if (entries.has(name)) throw new Unusable(positionOf(key), 'this key is there twice');
        entries.set(name, { at: positionOf(key), value: walk(pair.value as Node | null, depth + 1) });
      }
      return { kind: 'map', at, entries };
    }
    if (yaml.isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => walk(item as Node, depth + 1)) };
    if (!yaml.isScalar(node)) return { kind: 'nothing', at };
    const text = String(node.value ?? '');
    const quoted = node.type !== undefined && node.type !== 'PLAIN';
    return !quoted && (text === '' || text === '~' || text === 'null')
      ? { kind: 'nothing', at }
      : { kind: 'scalar', at, text, quoted };
  };
  return walk(document.contents, 0);
}

/** How the file is written, so that an edit changes only its own lines. */
function styleOf(text: string) {
  return {
    indent:
      /^[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( +)[^\s#]/m.exec(text)?.[1]?.length ?? 2,
    // `nodes:` with `- host1` right below it, not further in.
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text),
    flowCollectionPadding: /[{[] [^\n]* [}\]]/.test(text) || !/[{[][^\s}\]]/.test(text),
    lineWidth: 0,
  };
}

/** Never throws for what is in the text: a file that can't be used says why in `broken`. */
export async function openYaml(file: string, text: string): Promise<YamlFile> {
  const yaml = await loadYaml();
  const { document, tree: found, broken } = parsed(yaml, file, text);
  const noKeys: Problem[] =
    found.kind === 'map' || found.kind === 'nothing'
      ? []
      : [{ severity: 'error', file, at: found.at, message: 'the file must be keys with values, like "endpoints:"' }];
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const style = styleOf(text);
  return {
    tree: found.kind === 'map' ? found : emptyMap,
    draft: createDraft(yaml, document),
    broken: [...broken, ...noKeys],
    print: () => document.toString(style).replace(/\r?\n/g, newline),
  };
}

/** A file that is only read, and may be a list too. */
export async function readYaml(file: string, text: string): Promise<Pick<YamlFile, 'tree' | 'broken'>> {
  return parsed(await loadYaml(), file, text);
}

function parsed(yaml: Yaml, file: string, text: string) {
  const lines: LineCounter = new yaml.LineCounter();
  // The failsafe schema reads every scalar as the text that stands there: with any other, an edit elsewhere in the file
  // would write the password 0123 back as 123.
  const document: Document = yaml.parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    // The package compares each key with all before it: seconds for thousands of endpoints. locateNodes looks at keys itself.
    uniqueKeys: false,
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (at: Position, message: string): Problem => ({ severity: 'error', file, at, message });

  let tree: Located = emptyMap;
  // Behind the first error the parser guesses, and its further ones are about its guesses.
  const broken = document.errors
    .slice(0, 1)
    .map(({ code, pos }) => problem(positionAt(pos[0]), SENTENCES[code] ?? `not valid YAML (${code})`));
  if (broken.length === 0) {
    try {
      tree = locateNodes(yaml, document, (node) => positionAt(node?.range?.[0] ?? 0));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      broken.push(problem(error.at, error.message));
    }
  }
  return { document, tree, broken };
}
