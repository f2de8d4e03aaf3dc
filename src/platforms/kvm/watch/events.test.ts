import { expect, it } from 'vitest';
import { EVENT } from '../rpc/flags.ts';
import { eventMessages } from '../rpc/protocol.ts';
import { encode } from '../rpc/xdr.ts';
import { createScriptedClient } from '../testkit/scripted-client.ts';
import { createGuestEvents, type GuestEvent } from './events.ts';

const STARTED = 2;
const domain = { name: 'web1', uuid: Buffer.alloc(16, 7), id: 9 };

/** What is heard of a lifecycle event. */
function heard(event: number, detail: number): GuestEvent | undefined {
  let send = (_message: number, _body: Buffer) => {};
  const client = {
    ...createScriptedClient().client,
    onEvent(listener: typeof send) {
      send = listener;
    },
  };
  let last: GuestEvent | undefined;
  createGuestEvents(client).listen((one) => {
    last = one;
  });
  send(EVENT.lifecycle.message, encode(eventMessages.lifecycle, { callback: 1, domain, event, detail }));
  return last;
}

it('tells that a guest was powered on, and the domain id that it has until it stops', () => {
  expect(heard(STARTED, 0)).toMatchObject({ text: 'Started (booted)', bootedAs: 9 });
});

it.each([
  ['Started (migrated)', STARTED, 1],
  ['Started (restored)', STARTED, 2],
  ['Started (from a snapshot)', STARTED, 3],
  ['Started (woken up)', STARTED, 4],
  ['Resumed (on request)', 4, 0],
])('does not take "%s" for being powered on', (text, event, detail) => {
  const one = heard(event, detail);
  expect(one?.text).toBe(text);
  expect(one).not.toHaveProperty('bootedAs');
});
