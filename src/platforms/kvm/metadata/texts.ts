/** The texts in kcli's element, which can be changed; drover knows what some of them mean (xml/metadata.ts). */
import { FleetError } from '../../../errors.ts';
import type { Pairs } from '../../contract.ts';
import { escapeXml, type XmlElement, XmlError } from '../../transport/xml.ts';
import { editXml, type XmlEditor } from '../xml/edit-xml.ts';
import { KCLI_NAMESPACE } from '../xml/metadata.ts';

/**
 * All texts of the element by their names; `xml` as DOMAIN_GET_METADATA gives it, where what is kcli's has no prefix. Of several
 * of a name the first counts, as in kcli. Elements that are empty, hold others or are of another namespace are left out.
 */
export async function readTexts(xml: string): Promise<Pairs> {
  try {
    const texts = new Map<string, string>();
    for (const { name, text } of ownIn(await editXml(xml, 'info')))
      if (text.trim() !== '' && !texts.has(name)) texts.set(name, text);
    return Object.fromEntries(texts);
  } catch (error) {
    if (error instanceof XmlError) return {};
    throw error;
  }
}

/**
 * The element for DOMAIN_SET_METADATA with other texts in it, and all else in it as it was; '' takes a text away, and undefined
 * is the element when nothing is left. `xml`: as it is now; undefined where there is none. Rejects with XmlError for what is no
 * such element, and with op.refused for a name that holds more than a text.
 */
export async function changeTexts(xml: string | undefined, changes: Pairs): Promise<string | undefined> {
  const editor = await editXml(xml ?? '<info/>', 'info');
  const { root } = editor;
  // libvirt declares its prefix itself, and takes no second declaration: also not one that it has sent.
  editor.setAttribute(root, `xmlns:${KCLI_NAMESPACE}`, undefined);
  const own = ownIn(editor);
  const added: string[] = [];
  for (const [key, value] of Object.entries(changes)) {
    const there = own.filter(({ name }) => name === key);
    if (there.some(({ children }) => children.length > 0))
      throw new FleetError('op.refused', `${key} holds more than a text in its metadata, and is left as it is`);
    const [first] = there;
    if (value === '') there.forEach(editor.cut);
    else if (first) editor.setText(first, value);
    else added.push(`<${key}>${escapeXml(value)}</${key}>`);
  }
  if (added.length > 0) editor.insert(root, added.join(''));
  const text = editor.text();
  return /^<info\s*(\/>|>\s*<\/info>)$/.test(text.trim()) ? undefined : text;
}

/** Those without a prefix and a namespace of their own. */
const ownIn = ({ root, tag }: XmlEditor): readonly XmlElement[] =>
  root.children.filter((one) => tag(one) === one.name && !Object.hasOwn(one.attributes, 'xmlns'));

/** Throws op.refused for a key of metadata that can't be an element, or that is one of `own`, which have settings of their own. */
export function refuseKey(key: string, own: ReadonlySet<string>): void {
  const refuse = (why: string): never => {
    throw new FleetError('op.refused', why);
  };
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key) || /^xml/i.test(key))
    refuse(`${JSON.stringify(key)} can't be a key of metadata`);
  if (own.has(key)) refuse(`${key} has a setting of its own, and is no key of metadata`);
  if (key === 'creationdate') refuse('creationdate says when the VM was made, and is no key of metadata');
}

/** Throws op.refused for what is no character of XML: it would be left out without a word. */
export function refuseUnwritable(text: string): void {
  if (/(?![\n\t])[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text))
    throw new FleetError('op.refused', `${JSON.stringify(text)} has characters that libvirt can't keep`);
}
