/** What starts a guest, its clock, and what becomes of it when it ends. */
import type { SettingValue, Warning } from '../../contract.ts';
import { refused } from '../../lib/spec-values.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import { refuseNoPath } from '../hardware/devices.ts';
import { refuseUnwritable } from '../metadata/texts.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { CLOCKS, FIRMWARES, ON_CRASH, ON_END, TYPES } from './fields.ts';
import { type Part, replaceAll, single, wordIn, wordOf, writeText } from './part.ts';

function readFirmware(domain: XmlElement): string {
  const os = child(domain, 'os');
  const loader = child(os, 'loader');
  if (attribute(os, 'firmware') !== 'efi' && loader === undefined) return 'bios';
  const hasKeys = childrenOf(child(os, 'firmware'), 'feature').some(
    (one) => attribute(one, 'name') === 'secure-boot' && attribute(one, 'enabled') === 'yes',
  );
  return hasKeys || attribute(loader, 'secure') === 'yes' ? 'uefi-secure' : 'uefi';
}

/** libvirt looks for an image of the firmware itself, and makes the guest's variables from its template. */
function writeFirmware(editor: XmlEditor, value: SettingValue): readonly Warning[] {
  const { root } = editor;
  const firmware = wordIn(FIRMWARES, value, 'firmware');
  const os = child(root, 'os');
  if (!os) throw refused('its definition does not say how it starts');
  const variables = child(os, 'nvram')?.text;
  for (const name of ['loader', 'nvram']) replaceAll(editor, os, childrenOf(os, name), '');
  const enabled = firmware === 'uefi-secure' ? 'yes' : 'no';
  const features = ['secure-boot', 'enrolled-keys'].map((name) => `<feature enabled="${enabled}" name="${name}"/>`);
  editor.setAttribute(os, 'firmware', firmware === 'bios' ? undefined : 'efi');
  replaceAll(
    editor,
    os,
    childrenOf(os, 'firmware'),
    firmware === 'bios' ? '' : `<firmware>${features.join('')}</firmware>`,
  );
  if (firmware !== 'bios') addFeature(editor, 'acpi', '<acpi/>');
  if (firmware === 'uefi-secure') addFeature(editor, 'smm', '<smm state="on"/>');
  return [
    { feature: 'firmware', detail: 'a guest that was installed with another firmware may not start with this one' },
    ...(variables
      ? [{ feature: 'firmware', detail: `its UEFI variables of before stay on the host: ${variables}` }]
      : []),
  ];
}

function addFeature(editor: XmlEditor, name: string, xml: string): void {
  const features = child(editor.root, 'features');
  if (!features) editor.insert(editor.root, `<features>${xml}</features>`);
  else if (!child(features, name)) editor.insert(features, xml);
}

/** A path on the host, or one line of words. */
const ofKernel = (key: 'kernel' | 'initrd' | 'cmdline'): Part =>
  single(
    key,
    (domain) => child(child(domain, 'os'), key)?.text ?? '',
    (editor, value) => {
      const text = String(value);
      if (text !== '' && key !== 'cmdline') refuseNoPath(text, `a ${key}`);
      if (/[\r\n]/.test(text)) throw refused('the command line of a kernel is one line');
      refuseUnwritable(text);
      writeText(editor, child(editor.root, 'os'), key, text);
      return undefined;
    },
  );

const event = (key: string, element: string, options: readonly string[]): Part =>
  single(
    key,
    (domain) => wordOf(options, child(domain, element)?.text),
    (editor, value) => {
      writeText(editor, editor.root, element, wordIn(options, value, `value of ${key}`));
      return undefined;
    },
  );

function writeClock(editor: XmlEditor, value: SettingValue): undefined {
  const offset = wordIn(CLOCKS, value, 'clock');
  const clock = child(editor.root, 'clock');
  if (!clock) return void editor.insert(editor.root, `<clock offset="${offset}"/>`);
  editor.setAttribute(clock, 'offset', offset);
  for (const key of ['adjustment', 'basis', 'timezone', 'start']) editor.setAttribute(clock, key, undefined);
}

export const startParts: readonly Part[] = [
  single(
    'virtualization',
    (domain) => wordOf(TYPES, attribute(domain, 'type')),
    (editor, value) => {
      editor.setAttribute(editor.root, 'type', wordIn(TYPES, value, 'virtualization'));
      return undefined;
    },
  ),
  single('firmware', readFirmware, writeFirmware),
  ofKernel('kernel'),
  ofKernel('initrd'),
  ofKernel('cmdline'),
  event('on-poweroff', 'on_poweroff', ON_END),
  event('on-reboot', 'on_reboot', ON_END),
  event('on-crash', 'on_crash', ON_CRASH),
  single('clock', (domain) => wordOf(CLOCKS, attribute(child(domain, 'clock'), 'offset')), writeClock),
];
