/** The two hosts of a migration, and what the VM is that goes from one to the other. */
import type { HostFacts } from '../host/host.ts';
import type { Host, HostCall } from '../host/host-call.ts';
import type { Run } from '../host/host-files.ts';
import type { Daemon } from '../link/daemon.ts';
import { XML } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { DOMAIN } from '../vm/states.ts';
import { type DomainXml, readDomainXml } from '../xml/domain-xml.ts';

export interface Side {
  readonly host: Host;
  readonly facts: HostFacts;
  /** As drover reaches it. */
  readonly address: string;
  /** What a shell command prints there; undefined where only the daemon is reached. */
  readonly run: Run | undefined;
  /** The watch reads this guest again. */
  readonly touched: (uuid: string) => void;
  /** A connection besides the endpoint's own, which may be lost by now. The caller closes it. */
  again(signal: AbortSignal): Promise<Daemon>;
}

/** A VM as it is before it moves. */
export interface Leaving {
  readonly domain: Domain;
  readonly isOn: boolean;
  readonly isPaused: boolean;
  /** As it runs, so that another host takes it; of one that is off the same as `saved`. */
  readonly live: string;
  readonly saved: string;
  /** Of `live`. */
  readonly read: DomainXml;
}

export const nameOf = ({ facts }: Side): string => facts.node.name;

export async function readLeaving({ client, signal }: HostCall, domain: Domain): Promise<Leaving> {
  const xml = (flags: number) => client.call(procedures.domainXml, { domain, flags }, { signal });
  const { state } = await client.call(procedures.domainState, { domain, flags: 0 }, { signal });
  const isOn = state !== DOMAIN.shutOff && state !== DOMAIN.crashed;
  // Passwords of its screen go along; of what is not saved there is no such document.
  const saved = await xml(XML.inactive + XML.secure + XML.migratable);
  const live = isOn ? await xml(XML.secure + XML.migratable) : saved;
  return { domain, isOn, isPaused: state === DOMAIN.paused, live, saved, read: await readDomainXml(live) };
}
