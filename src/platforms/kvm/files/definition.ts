/** The definition of a guest as libvirt writes it, and what puts it back. */
import { FleetError } from '../../../errors.ts';
import { VALIDATE, XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { unlessGone } from '../vm/guest.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';

/** All that makes a guest the same one again. The text may hold passwords: it goes nowhere but back. */
export interface WholeDefinition {
  readonly xml: string;
  readonly autostart: boolean;
}

export async function readDefinition({ client, domain, signal }: GuestCall): Promise<WholeDefinition> {
  const options = { signal };
  const read = (flags: number) => client.call(procedures.domainXml, { domain, flags }, options);
  const [whole, autostart] = await Promise.all([
    // A user who may only read does not get the passwords.
    read(XML.inactive + XML.secure).catch(unlessGone(undefined)),
    client.call(procedures.domainAutostart, { domain }, options).catch(unlessGone(false)),
  ]);
  return { xml: whole ?? (await read(XML.inactive)), autostart };
}

/** Of one that is not defined any more. */
export async function defineAgain(
  { client, domain, signal, change }: GuestCall,
  { xml, autostart }: WholeDefinition,
): Promise<void> {
  const options = { signal, deadlineMs: CHANGE_MS };
  await change('define', async () => {
    await client.call(procedures.define, { xml, flags: 0 }, options);
    if (autostart) await client.call(procedures.setAutostart, { domain, autostart: true }, options);
  });
}

type Reading = Pick<GuestCall, 'client' | 'domain' | 'signal'>;

/** Throws op.conflict for a guest that would be given a saved definition by one that is read of it and defined. */
export async function refuseTransient({ client, domain, signal }: Reading): Promise<void> {
  if (await client.call(procedures.domainIsPersistent, { domain }, { signal })) return;
  throw new FleetError('op.conflict', `${domain.name} has no saved definition: it is gone when it stops`);
}

/** The saved one with its passwords, or none: a text without them would take them away when it is defined. */
export async function readWhole(call: Reading): Promise<string> {
  await refuseTransient(call);
  const { client, domain, signal } = call;
  return client.call(procedures.domainXml, { domain, flags: XML.inactive + XML.secure }, { signal });
}

/** In the place of the one that it has. libvirt compares it with its schema first. */
export const redefine = ({ client, signal }: Pick<GuestCall, 'client' | 'signal'>, xml: string) =>
  client.call(procedures.define, { xml, flags: VALIDATE }, { signal, deadlineMs: CHANGE_MS });
