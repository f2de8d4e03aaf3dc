/** The way to a guest's display for other programs: any kind of display, as many connections as they want. */
import type { ConsoleOps, ViewerLink } from '../../contract.ts';
import { attribute } from '../../transport/xml.ts';
import type { Dialer } from '../link/dial.ts';
import { seenThere } from '../link/reach.ts';
import { type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { noDisplay, passwordOf, placeOf, readGraphics, shownPlace } from './graphics.ts';

/** What programs of a desktop show; the first that a guest has is taken. */
const KINDS = ['vnc', 'spice', 'rdp'] as const;

export const createViewer =
  (calls: GuestCalls, dialer: Pick<Dialer, 'host' | 'reach'>): NonNullable<ConsoleOps['viewer']> =>
  (id, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { name } = call.domain;
      const all = await readGraphics(call);
      const kind = KINDS.find((one) => all.some((graphics) => attribute(graphics, 'type') === one));
      const graphics = all.find((one) => attribute(one, 'type') === kind);
      if (!kind || !graphics)
        throw noDisplay(
          name,
          all.map((one) => attribute(one, 'type') ?? ''),
        );
      const place = placeOf(graphics, name, dialer.host);
      // Whether it can be reached at all is seen now, and not when a program has been started.
      const first = await dialer.reach(place, signal);
      first.stream.on('error', () => undefined).destroy();
      const link: ViewerLink = {
        kind,
        place: shownPlace(place, seenThere),
        connect: async (until) => (await dialer.reach(place, until)).stream,
        ...passwordOf(graphics),
        ...(first.needsTls && {
          unsafe: `${dialer.host} is reached by TLS, and its displays without it: drover can't see to it that another program uses TLS there`,
        }),
      };
      return link;
    });
