/** Guest events, as the daemon sends them: which guest, and a text. The state of the guest is read again after each. */

import { uuidText } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { EVENT, FEATURE } from '../rpc/flags.ts';
import { eventMessages, procedures } from '../rpc/protocol.ts';
import { createXdrReader } from '../rpc/xdr.ts';
import { isPowerOn, lifecycleText } from './lifecycle-events.ts';

export interface GuestEvent {
  readonly uuid: string;
  readonly text: string;
  /** Only when the guest was powered on: the domain id that it has until it stops. */
  readonly bootedAs?: number;
}

export interface GuestEvents {
  /** Sends events to this listener from now on, instead of the listener before it. */
  listen(listener: (event: GuestEvent) => void): void;
  /** Asks the daemon for events: once per connection, or each would come twice. */
  start(signal: AbortSignal): Promise<void>;
}

export function createGuestEvents(client: RpcClient): GuestEvents {
  let started = false;
  return {
    listen(listener) {
      client.onEvent((message, body) => {
        const event = readEvent(message, body);
        if (event) listener(event);
      });
    },
    async start(signal) {
      if (started) return;
      const callbacks = await client.call(procedures.supportsFeature, { feature: FEATURE.eventCallbacks }, { signal });
      started = true;
      if (callbacks === 0) return;
      await Promise.all(
        Object.values(EVENT).map(({ id }) =>
          client
            .call(procedures.registerEvent, { event: id, domain: undefined }, { signal })
            .catch((error: unknown) => {
              // A driver without this kind of event: the ticks report what they can.
              if (!(error instanceof LibvirtError)) throw error;
            }),
        ),
      );
    },
  };
}

/** Sentences of the events that have no details of their own. */
const TEXTS: Readonly<Record<number, string>> = {
  [EVENT.reboot.message]: 'Rebooted',
  [EVENT.watchdog.message]: 'Watchdog fired',
  [EVENT.ioError.message]: 'I/O error on a disk',
  [EVENT.metadata.message]: 'Description changed',
};

function readEvent(message: number, body: Buffer): GuestEvent | undefined {
  const reader = createXdrReader(body);
  if (message === EVENT.lifecycle.message) {
    const { domain, event, detail } = eventMessages.lifecycle.read(reader);
    return {
      uuid: uuidText(domain.uuid),
      text: lifecycleText(event, detail),
      ...(isPowerOn(event, detail) ? { bootedAs: domain.id } : {}),
    };
  }
  const text = TEXTS[message];
  return text === undefined ? undefined : { uuid: uuidText(eventMessages.any.read(reader).domain.uuid), text };
}
