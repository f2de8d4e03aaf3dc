/**
 * XML that another machine wrote, read by sax in time that is linear in its length. A document type is refused, so there
 * are no entities but XML's own five; size, depth, attributes and elements have limits. The first fault ends the reading.
 */
import sax from 'sax';
import { breathe } from './breathe.ts';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** By name as it was written, prefix included. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of an element without children, blanks included; '' for one that has children. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/**
 * Called with each element that is complete, its children in it; true takes it out of its parent, so that a long list is
 * never held at once. The root has the depth 0.
 */
export type Take = (element: XmlElement, depth: number) => boolean;

/** Not XML, or beyond a limit. */
export class XmlError extends SyntaxError {
  constructor(why: string) {
    super(why);
    this.name = 'XmlError';
  }
}

/**
 * libxml2 refuses documents that are nested deeper (XML_PARSE_HUGE is not set by libvirt), and libvirt's own nest one level
 * for each backing file, 200 at most. vSphere nests three elements for each of a VM's 32 levels of snapshots.
 */
const DEEPEST = 256;
/** Linux takes no longer argument for a program (MAX_ARG_STRLEN), and QEMU is given these as arguments. */
const LONGEST_ATTRIBUTE = 128 * 1024;
/** What sax gathers of an attribute, a comment or an instruction is refused beyond this; text comes in parts of it. */
(sax as { MAX_BUFFER_LENGTH?: number }).MAX_BUFFER_LENGTH = LONGEST_ATTRIBUTE;
/** Ten times what the largest elements of libvirt and vSphere have. */
const MOST_ATTRIBUTES = 256;
/** Of elements that are held together while a large answer is read: some 100 MB of memory. */
const MOST_HELD = 400_000;
/** Characters between two looks at the clock: half a millisecond of work. */
const PIECE = 16_384;
/** A key that is pressed meanwhile waits no longer than this. */
const AT_A_TIME_MS = 1;

export interface XmlReading {
  readonly signal?: AbortSignal;
  readonly take?: Take;
}

/**
 * Reads one document and returns its root, in steps that let keys and timers in. The caller has limited its size.
 * Rejects with XmlError, or the signal's reason.
 */
export async function readXml(
  source: string | Buffer,
  { signal, take = () => false }: XmlReading = {},
): Promise<XmlElement> {
  const reader = createReader(take);
  let since = performance.now();
  for (const piece of pieces(source)) {
    reader.feed(piece);
    if (performance.now() - since < AT_A_TIME_MS) continue;
    await breathe();
    signal?.throwIfAborted();
    since = performance.now();
  }
  return reader.end();
}

function* pieces(source: string | Buffer): Generator<string> {
  if (typeof source === 'string') {
    for (let at = 0; at < source.length; at += PIECE) yield source.slice(at, at + PIECE);
    return;
  }
  const decoder = new TextDecoder();
  for (let at = 0; at < source.length; at += PIECE)
    yield decoder.decode(source.subarray(at, at + PIECE), { stream: true });
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: XmlElement[];
  /** How many elements were held when it began. */
  readonly heldBefore: number;
}

interface Reader {
  feed(piece: string): void;
  end(): XmlElement;
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

function createReader(take: Take): Reader {
  // sax counts positions for its own limit as well, and writes them behind its messages.
  const parser = sax.parser(true, { strictEntities: true } as sax.SAXOptions);
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let attributes = 0;
  let held = 0;

  const refuse = (why: string): never => {
    throw new XmlError(why);
  };
  parser.onerror = ({ message }) => refuse(message.charAt(0).toLowerCase() + message.slice(1).split('\n', 1)[0]);
  parser.ondoctype = () => refuse('a document type is not allowed');
  parser.onsgmldeclaration = () => refuse('declarations are not allowed');
  parser.onattribute = ({ value }) => {
    if (++attributes > MOST_ATTRIBUTES) refuse(`an element with more than ${MOST_ATTRIBUTES} attributes`);
    if (NOT_XML.test(value)) refuse('a character that XML does not have');
    if (value.length > LONGEST_ATTRIBUTE) refuse(`an attribute longer than ${LONGEST_ATTRIBUTE} characters`);
  };
  parser.onopentag = (tag) => {
    if (root) refuse('a second root');
    if (open.length === DEEPEST) refuse(`elements nested deeper than ${DEEPEST}`);
    if (++held > MOST_HELD) refuse(`more than ${MOST_HELD} elements`);
    const name = tag.name.slice(tag.name.indexOf(':') + 1);
    const own = attributes === 0 ? NONE : (tag.attributes as Record<string, string>);
    attributes = 0;
    open.push({ name, attributes: own, text: '', children: [], heldBefore: held - 1 });
  };
  const addText = (text: string) => {
    if (NOT_XML.test(text)) refuse('a character that XML does not have');
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.ontext = addText;
  parser.oncdata = addText;
  parser.onclosetag = () => {
    const element = open.pop() as OpenElement;
    const { name, children, heldBefore } = element;
    const text = children.length > 0 ? '' : element.text;
    const done: XmlElement = { name, attributes: element.attributes, text, children };
    if (take(done, open.length)) held = heldBefore;
    else if (open.length > 0) open.at(-1)?.children.push(done);
    else root = done;
  };

  return {
    feed: (piece) => void parser.write(piece),
    end() {
      if (open.length > 0) refuse('it broke off half-way');
      parser.close();
      return root ?? refuse('it holds no element');
    },
  };
}

/** XML 1.0 §2.2. */
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const NOT_XML_ANYWHERE = new RegExp(NOT_XML, 'g');
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** For text and for attributes in double quotes. Characters that XML can't carry are left out. */
export const escapeXml = (text: string): string =>
  text.replace(NOT_XML_ANYWHERE, '').replace(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter);

/** The first child of that name. */
export const child = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((one) => one.name === name);

export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((one) => one.name === name) ?? [];

/** Undefined for one that is not there. */
export const attribute = (element: XmlElement | undefined, name: string): string | undefined =>
  element && Object.hasOwn(element.attributes, name) ? element.attributes[name] : undefined;

/** The text at the end of a way down; undefined where it leads nowhere. */
export function textAt(element: XmlElement | undefined, ...way: readonly string[]): string | undefined {
  let at = element;
  for (const name of way) at = child(at, name);
  return at?.text;
}
