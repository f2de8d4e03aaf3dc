/** The screen of a guest: a server that viewers reach, or a window of SDL on an X display of its host. */
import type { Settings } from '../../contract.ts';
import { refused, textIn } from '../../lib/spec-values.ts';
import { attribute, child, escapeXml, type XmlElement } from '../../transport/xml.ts';
import { refuseNoPath } from '../hardware/devices.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { GRAPHICS } from './fields.ts';
import { devicesIn, type Part, replaceAll, wordIn, wordOf } from './part.ts';

/** Where the window is, and what QEMU shows the X server to be let in. */
export interface SdlPlace {
  readonly display: string;
  /** A file of the host; '' for none. */
  readonly xauth: string;
}

/** Undefined for other graphics. Throws op.refused for what is no display of X, without which QEMU would not start. */
export function readSdlPlace(settings: Settings, graphics: string): SdlPlace | undefined {
  const [display, xauth] = [textIn(settings, 'sdl-display'), textIn(settings, 'sdl-xauth')];
  if (graphics !== 'sdl') {
    if (display === '' && xauth === '') return undefined;
    throw refused('only a window of SDL is on a display of X', 'choose sdl as the graphics');
  }
  if (!/^[A-Za-z0-9.-]*:\d+(\.\d+)?$/.test(display))
    throw refused(`a window of SDL is on a display of X, not on ${JSON.stringify(display)}`, 'say one, such as :0');
  if (xauth !== '') refuseNoPath(xauth, 'an X authority');
  return { display, xauth };
}

export const sdlXml = ({ display, xauth }: SdlPlace): string =>
  `<graphics type="sdl" display="${escapeXml(display)}"${xauth && ` xauth="${escapeXml(xauth)}"`}/>`;

/** What only spice has: libvirt refuses it beside another screen. */
const OF_SPICE: readonly (readonly [name: string, type: string])[] = [
  ['channel', 'spicevmc'],
  ['redirdev', 'spicevmc'],
  ['smartcard', 'spicevmc'],
  ['audio', 'spice'],
];
const KEYS = ['graphics', 'sdl-display', 'sdl-xauth'] as const;

function readGraphics(domain: XmlElement): Record<(typeof KEYS)[number], string> {
  const [first] = devicesIn(domain, 'graphics');
  const graphics = first ? wordOf(GRAPHICS, attribute(first, 'type')) : 'none';
  const sdl = graphics === 'sdl' ? first : undefined;
  return {
    graphics,
    'sdl-display': (sdl && attribute(sdl, 'display')) ?? '',
    'sdl-xauth': (sdl && attribute(sdl, 'xauth')) ?? '',
  };
}

/** A server listens on the host itself alone: a viewer comes by way of SSH. */
function writeGraphics(editor: XmlEditor, wanted: Settings): readonly [] {
  const { root } = editor;
  const graphics = wordIn(GRAPHICS, textIn(wanted, 'graphics'), 'graphics');
  // Where its window was goes with it.
  const isClosed = graphics !== 'sdl' && readGraphics(root).graphics === 'sdl';
  const sdl = isClosed ? undefined : readSdlPlace(wanted, graphics);
  const devices = child(root, 'devices');
  for (const [name, type] of OF_SPICE)
    for (const one of devicesIn(root, name)) if (attribute(one, 'type') === type) editor.cut(one);
  replaceAll(editor, devices, devicesIn(root, 'graphics'), sdl ? sdlXml(sdl) : serverXml(graphics));
  if (graphics === 'spice' && devices)
    editor.insert(devices, '<channel type="spicevmc"><target type="virtio" name="com.redhat.spice.0"/></channel>');
  return [];
}

const serverXml = (graphics: string): string =>
  graphics === 'none' ? '' : `<graphics type="${graphics}" autoport="yes" listen="127.0.0.1"/>`;

export const graphicsPart: Part = { keys: KEYS, read: readGraphics, write: writeGraphics };
