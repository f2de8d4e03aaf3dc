/** A setting that libvirt keeps in the saved definition of a guest, and nowhere else. */
import type { Settings, SettingValue, Warning } from '../../contract.ts';
import { oneOf } from '../../lib/spec-values.ts';
import { child, childrenOf, escapeXml, type XmlElement } from '../../transport/xml.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';

/** Some settings that are read and written together: the topology of the CPU, or a single one. */
export interface Part {
  /** Of the manifest's settings. */
  readonly keys: readonly string[];
  /** Each of the keys; '' where the definition says nothing, or something that the setting has no word for. */
  read(domain: XmlElement): Settings;
  /** `wanted` has each of the keys, as it becomes. Throws op.refused for what can't be. */
  write(editor: XmlEditor, wanted: Settings): readonly Warning[];
}

/** A part of one setting. */
export const single = (
  key: string,
  read: (domain: XmlElement) => SettingValue,
  write: (editor: XmlEditor, value: SettingValue) => readonly Warning[] | undefined,
): Part => ({
  keys: [key],
  read: (domain) => ({ [key]: read(domain) }),
  write: (editor, wanted) => write(editor, wanted[key] ?? '') ?? [],
});

/** All of one kind. */
export const devicesIn = (domain: XmlElement, name: string): readonly XmlElement[] =>
  childrenOf(child(domain, 'devices'), name);

/** The word, or '' for one that is none of the options. */
export const wordOf = (options: readonly string[], word: string | undefined): string =>
  options.find((one) => one === word) ?? '';

/** Throws op.refused for what is none of the options, nothing included: libvirt would fill in a word of its own. */
export const wordIn = (options: readonly string[], value: SettingValue, what: string): string =>
  oneOf(options, String(value), what);

/** Puts `xml` in the place of these elements of the domain's element `parent`; '' for nothing. */
export function replaceAll(
  editor: XmlEditor,
  parent: XmlElement | undefined,
  all: readonly XmlElement[],
  xml: string,
): void {
  const [first, ...others] = all;
  if (first && xml !== '') editor.replace(first, xml);
  else if (first) editor.cut(first);
  else if (parent && xml !== '') editor.insert(parent, xml);
  for (const one of others) editor.cut(one);
}

/** The text of an element in `parent`; '' takes it out. */
export function writeText(editor: XmlEditor, parent: XmlElement | undefined, name: string, text: string): void {
  const element = child(parent, name);
  if (element && text === '') editor.cut(element);
  else if (element) editor.setText(element, text);
  else if (parent && text !== '') editor.insert(parent, `<${name}>${escapeXml(text)}</${name}>`);
}
