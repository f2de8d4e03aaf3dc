import { procedures, XML } from '../rpc/protocol.ts';
import { unlessGone } from './guest.ts';
import { CHANGE_MS, type GuestCall } from './guest-call.ts';

/** All that makes a guest the same one again. The text may hold passwords: it goes nowhere but back. */
export interface Definition {
  readonly xml: string;
  readonly autostart: boolean;
}

export async function readDefinition({ client, domain, signal }: GuestCall): Promise<Definition> {
  const options = { signal };
  const read = (flags: number) => client.call(procedures.domainXml, { domain, flags }, options);
  const [whole, autostart] = await Promise.all([
    // A user who may only read does not get the passwords.
    read(XML.inactive + XML.secure).catch(unlessGone(undefined)),
    client.call(procedures.domainAutostart, { domain }, options).catch(unlessGone(false)),
  ]);
  return { xml: whole ?? (await read(XML.inactive)), autostart };
}

export async function define({ client, domain, signal, change }: GuestCall, definition: Definition): Promise<void> {
  const options = { signal, deadlineMs: CHANGE_MS };
  await change('define', async () => {
    await client.call(procedures.define, { xml: definition.xml, flags: 0 }, options);
    if (definition.autostart) await client.call(procedures.setAutostart, { domain, autostart: true }, options);
  });
}
