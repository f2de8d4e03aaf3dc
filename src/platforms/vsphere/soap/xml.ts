/**
 * XML as SOAP uses it, read piece by piece: a large answer never holds up a key. No DTD, so no entities but the five, and
 * nothing that could grow.
 */

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** `xsi:type` without its prefix: `InvalidLogin`, `string`. Its own prefix differs from server to server. */
  readonly kind: string | undefined;
  /** The attribute `type`, which managed object references carry: `VirtualMachine`. Never to be mixed up with `kind`. */
  readonly type: string | undefined;
  /** Of the element itself; what stands between children is dropped. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

export interface XmlReader {
  /** Throws XmlError. */
  feed(text: string): void;
  /** The root. Throws XmlError when it was not closed. */
  end(): XmlElement;
}

/** Told of each element that is complete; true takes it away from its parent, so that a long list is never held at once. */
export type Take = (element: XmlElement, depth: number) => boolean;

export class XmlError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'XmlError';
  }
}

/** Real answers stay below 30, but for trees of snapshots: vSphere allows 32 levels of three elements each. */
const DEEPEST = 200;

interface OpenElement {
  readonly name: string;
  readonly kind: string | undefined;
  readonly type: string | undefined;
  text: string;
  readonly children: XmlElement[];
}

export function createXmlReader(take: Take = () => false): XmlReader {
  const open: OpenElement[] = [];
  let rest = '';
  let root: XmlElement | undefined;

  function close(): void {
    const element = open.pop();
    if (!element) throw new XmlError('an element ends that never began');
    const depth = open.length;
    const parent = open.at(-1);
    const done: XmlElement = element.children.length > 0 ? { ...element, text: '' } : element;
    if (take(done, depth)) return;
    if (parent) parent.children.push(done);
    else root = done;
  }

  function start(tag: string): void {
    const empty = tag.endsWith('/');
    const [, qualified = ''] = NAME.exec(tag) ?? [];
    if (qualified === '') throw new XmlError('an element without a name');
    if (open.length === 0 && root) throw new XmlError('a second root');
    if (open.length === DEEPEST) throw new XmlError(`elements nested deeper than ${DEEPEST}`);
    let kind: string | undefined;
    let type: string | undefined;
    if (tag.length > qualified.length) {
      for (const [, name = '', double, single] of tag.matchAll(ATTRIBUTE)) {
        if (name === 'type') type = unescapeXml(double ?? single ?? '');
        else if (name.endsWith(':type')) kind = local(unescapeXml(double ?? single ?? ''));
      }
    }
    open.push({ name: local(qualified), kind, type, text: '', children: [] });
    if (empty) close();
  }

  function finish(tag: string): void {
    const name = local(tag.slice(1).trim());
    if (open.at(-1)?.name !== name) throw new XmlError(`</${name}> where ${open.at(-1)?.name ?? 'nothing'} is open`);
    close();
  }

  function addText(text: string): void {
    const element = open.at(-1);
    if (element) element.text += text;
    else if (text.trim() !== '') throw new XmlError('text outside of the root');
  }

  /** One piece of markup from `at`, which is a `<`; where it ends, or -1 when the rest has not come yet. */
  function markup(text: string, at: number): number {
    if (text.startsWith('<!--', at)) return after(text, at, '-->');
    if (text.startsWith('<?', at)) return after(text, at, '?>');
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at);
      if (end >= 0) addText(text.slice(at + 9, end));
      return end < 0 ? -1 : end + 3;
    }
    // Pieces end anywhere: it may become one of the above.
    if (['<!--', '<![CDATA['].some((mark) => mark.startsWith(text.slice(at, at + mark.length)))) return -1;
    if (text.startsWith('<!', at)) throw new XmlError('a document type is not allowed');
    const end = tagEnd(text, at + 1);
    if (end < 0) return -1;
    const tag = text.slice(at + 1, end);
    if (tag.startsWith('/')) finish(tag);
    else start(tag);
    return end + 1;
  }

  return {
    feed(piece) {
      const text = rest + piece;
      let at = 0;
      for (;;) {
        const next = text.indexOf('<', at);
        if (next < 0) break;
        if (next > at) addText(unescapeXml(text.slice(at, next)));
        const end = markup(text, next);
        at = next;
        if (end < 0) break;
        at = end;
      }
      rest = text.slice(at);
    },
    end() {
      if (rest.trim() !== '' || open.length > 0 || !root) throw new XmlError('it broke off half-way');
      return root;
    },
  };
}

const NAME = /^([^\s/>]+)/;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

function after(text: string, at: number, mark: string): number {
  const end = text.indexOf(mark, at);
  return end < 0 ? -1 : end + mark.length;
}

/** The `>` that closes a tag; one may stand in the value of an attribute. */
function tagEnd(text: string, from: number): number {
  let end = text.indexOf('>', from);
  while (end >= 0 && insideQuotes(text, from, end)) end = text.indexOf('>', end + 1);
  return end;
}

function insideQuotes(text: string, from: number, to: number): boolean {
  let quote = '';
  for (let i = from; i < to; i++) {
    const letter = text[i] as string;
    if (quote !== '') quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'") quote = letter;
  }
  return quote !== '';
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
        if (name !== undefined) return NAMED[name] ?? whole;
        const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      })
    : text;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** For text and for attributes in double quotes. Characters that XML can't carry are left out. */
export const escapeXml = (text: string): string =>
  text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter);

/** The first child of that name. */
export const child = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((one) => one.name === name);

export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((one) => one.name === name) ?? [];

/** The text at the end of a way down; undefined where it leads nowhere. */
export function textAt(element: XmlElement | undefined, ...way: readonly string[]): string | undefined {
  let at = element;
  for (const name of way) at = child(at, name);
  return at?.text;
}
