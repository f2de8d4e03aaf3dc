/**
 * Changes in a document of libvirt. What is not touched stays letter for letter: prefixes, blanks, comments, and whatever
 * drover does not know. The project's reader says what the elements are, and this file where they stand.
 */
import { escapeXml, type XmlElement } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

export interface XmlEditor {
  readonly root: XmlElement;
  /** Its name as it was written, prefix included. */
  tag(element: XmlElement): string;
  /** Takes an element out. */
  cut(element: XmlElement): void;
  /** Puts other XML in its place. */
  replace(element: XmlElement, xml: string): void;
  setText(element: XmlElement, text: string): void;
  /** By its name as it was written; undefined takes it away. At most once for each attribute. */
  setAttribute(element: XmlElement, name: string, value: string | undefined): void;
  /** Puts XML before all that the element holds. */
  insert(into: XmlElement, xml: string): void;
  /** An element as it was, with all that it holds. */
  textOf(element: XmlElement): string;
  /** The document with all changes. What is changed inside of an element that was cut or replaced is gone with it. */
  text(): string;
}

/** Where an element stands. */
interface Span {
  readonly from: number;
  /** Behind its opening tag. */
  readonly inner: number;
  /** Its closing tag begins; the same as `inner` where it has none. */
  innerEnd: number;
  to: number;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** At one place what is put in comes first; then what holds the others. */
const inOrder = (a: Edit, b: Edit): number => a.from - b.from || Number(isWider(a)) - Number(isWider(b)) || b.to - a.to;
const isWider = ({ from, to }: Edit): boolean => to > from;

/** Rejects with XmlError for what is no document of this root. */
export async function editXml(xml: string, root: string): Promise<XmlEditor> {
  const document = await readDocument(xml, root);
  const spans = new Map<XmlElement, Span>();
  const found = spansOf(xml);
  const pair = (element: XmlElement): void => {
    const span = found.next().value;
    if (span) spans.set(element, span);
    element.children.forEach(pair);
  };
  pair(document);
  const edits: Edit[] = [];
  const at = (element: XmlElement): Span => {
    const span = spans.get(element);
    if (!span) throw new Error(`<${element.name}> is of another document`);
    return span;
  };
  const tagOf = ({ from, inner }: Span): string => /^<[^\s/>]+/.exec(xml.slice(from, inner))?.[0] ?? '';
  const fill = (element: XmlElement, content: string, upTo: 'inner' | 'innerEnd'): void => {
    const span = at(element);
    const { inner, to } = span;
    const isClosed = inner === to;
    const name = tagOf(span).slice(1);
    if (isClosed) edits.push({ from: inner - 2, to: inner, by: `>${content}</${name}>` });
    else edits.push({ from: inner, to: span[upTo], by: content });
  };

  return {
    root: document,
    tag: (element) => tagOf(at(element)).slice(1),
    textOf: (element) => xml.slice(at(element).from, at(element).to),
    cut: (element) => void edits.push({ ...at(element), by: '' }),
    replace: (element, by) => void edits.push({ ...at(element), by }),
    setText: (element, text) => fill(element, escapeXml(text), 'innerEnd'),
    insert: (into, content) => fill(into, content, 'inner'),
    setAttribute(element, name, value) {
      const span = at(element);
      const words = value === undefined ? '' : ` ${name}="${escapeXml(value)}"`;
      const behindName = span.from + tagOf(span).length;
      for (const match of xml.slice(behindName, span.inner).matchAll(/\s+([^\s=]+)\s*=\s*(?:"[^"]*"|'[^']*')/g)) {
        const from = behindName + match.index;
        if (match[1] === name) return void edits.push({ from, to: from + match[0].length, by: words });
      }
      if (words !== '') edits.push({ from: behindName, to: behindName, by: words });
    },
    text() {
      let result = '';
      let done = 0;
      for (const { from, to, by } of edits.toSorted(inOrder)) {
        if (from < done) continue;
        result += xml.slice(done, from) + by;
        done = to;
      }
      return result + xml.slice(done);
    },
  };
}

/** Comments, CDATA and instructions, which may hold anything; closing tags; opening tags. */
const MARKS =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<\/[^>]*>|<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*\/?>/g;

/** Of all elements, in the order in which they begin. The document has been read: it is well-formed. */
function spansOf(xml: string): Iterator<Span, undefined> {
  const all: Span[] = [];
  const open: Span[] = [];
  for (const { 0: mark, index } of xml.matchAll(MARKS)) {
    const behind = index + mark.length;
    if (mark.startsWith('<!') || mark.startsWith('<?')) continue;
    if (mark.startsWith('</')) {
      const span = open.pop();
      if (span) Object.assign(span, { innerEnd: index, to: behind });
      continue;
    }
    const span: Span = { from: index, inner: behind, innerEnd: behind, to: behind };
    all.push(span);
    if (!mark.endsWith('/>')) open.push(span);
  }
  return all.values() as Iterator<Span, undefined>;
}
