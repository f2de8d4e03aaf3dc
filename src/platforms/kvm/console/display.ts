/** The screen of a guest, by QEMU's own VNC server. */
import { FleetError } from '../../../errors.ts';
import type { ConsoleOps } from '../../contract.ts';
import { attribute, type XmlElement } from '../../transport/xml.ts';
import type { Dialer } from '../link/dial.ts';
import { type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { noDisplay, passwordOf, placeOf, readGraphics } from './graphics.ts';

export const createDisplay =
  (calls: GuestCalls, dialer: Pick<Dialer, 'host' | 'reach'>): NonNullable<ConsoleOps['display']> =>
  (id, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { name } = call.domain;
      const all = await readGraphics(call);
      const vnc = all.find((one) => attribute(one, 'type') === 'vnc');
      if (!vnc) throw notShown(name, all);
      const reached = await dialer.reach(placeOf(vnc, name, dialer.host), signal);
      return { ...reached, ...passwordOf(vnc) };
    });

function notShown(name: string, all: readonly XmlElement[]): FleetError {
  const kinds = all.map((one) => attribute(one, 'type') ?? '').filter(Boolean);
  if (kinds.length === 0 || kinds.every((kind) => kind === 'sdl')) return noDisplay(name, kinds);
  return new FleetError(
    'op.unsupported',
    `${name} has a display of the kind ${kinds.join(', ')}, and drover shows VNC`,
    { fix: `a program of the desktop shows it: drover vm console ${name} --viewer` },
  );
}
