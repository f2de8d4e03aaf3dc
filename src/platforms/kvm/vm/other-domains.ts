/** The documents of the domains of a host: as they are saved, as they run, and as they were. */

import type { HostCall } from '../host/host-call.ts';
import { uuidText } from '../link/uuid.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { LIST, XML } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { type AllDisks, readAllDisks } from '../xml/domain-xml.ts';

export interface DomainDocument extends AllDisks {
  /** The name of the domain. */
  readonly vm: string;
  /** As it runs. */
  readonly isLive: boolean;
  readonly text: string;
  /** `the definition of web2`, `the snapshot monday of web2`. */
  readonly what: string;
  /** Paths of disks whose layers the same domain shows, since it runs: libvirt lists the whole chain then. */
  readonly shown: ReadonlySet<string>;
  /** `used by web2`, `needed by the snapshot monday of web2`. */
  readonly user: string;
}

/** Domains that are asked for at once. */
const AT_ONCE = 32;

/** A call, and where it is about one domain: that one, of which nothing counts, or only what `own` says. */
export type Search = Pick<HostCall, 'client' | 'signal'> & {
  readonly domain?: Domain;
  /** As it runs and is saved, or its snapshots and the memory that is saved of it. */
  readonly own?: 'definition' | 'past';
};

/** All but the domain that the call is about. `past`: their saved memory and their snapshots as well. */
export async function* otherDomains(call: Search, past = true): AsyncGenerator<DomainDocument> {
  const { client, domain, own, signal } = call;
  const list = async (flags: number) =>
    (await client.call(procedures.listDomains, { needResults: true, flags }, { signal })).domains;
  const [domains, withSnapshots, saved] = await Promise.all([
    list(0),
    past ? list(LIST.hasSnapshot).catch(unlessNone<readonly Domain[] | undefined>(undefined)) : [],
    past ? list(LIST.managedSave).catch(unlessNone<readonly Domain[] | undefined>(undefined)) : [],
  ]);
  const isOneOf = (some: readonly Domain[] | undefined) => {
    const uuids = some && new Set(some.map(({ uuid }) => uuidText(uuid)));
    return ({ uuid }: Domain) => uuids === undefined || uuids.has(uuidText(uuid));
  };
  const [hasSnapshots, isSaved] = [isOneOf(withSnapshots), isOneOf(saved)];
  const isOwn = ({ uuid }: Domain) => domain?.uuid.equals(uuid) === true;
  const others = own ? domains : domains.filter((one) => !isOwn(one));
  const hasPast = (one: Domain) => !isOwn(one) || own === 'past';
  for (let at = 0; at < others.length; at += AT_ONCE) {
    const some = others.slice(at, at + AT_ONCE);
    const documents = await Promise.all(
      some.map((one) => {
        const isDefined = !isOwn(one) || own === 'definition';
        return documentsOf(call, one, isDefined, hasPast(one) && hasSnapshots(one), hasPast(one) && isSaved(one));
      }),
    );
    yield* documents.flat();
  }
}

async function documentsOf(
  { client, signal }: Search,
  domain: Domain,
  isDefined: boolean,
  hasSnapshots: boolean,
  isSaved: boolean,
): Promise<readonly DomainDocument[]> {
  const options = { signal };
  const [saved, live, memory, snapshots] = await Promise.all([
    isDefined
      ? client.call(procedures.domainXml, { domain, flags: XML.inactive }, options).catch(unlessMissing(''))
      : '',
    !isDefined || domain.id === -1
      ? ''
      : client.call(procedures.domainXml, { domain, flags: 0 }, options).catch(unlessMissing('')),
    isSaved ? client.call(procedures.managedSaveXml, { domain, flags: 0 }, options).catch(unlessNone('')) : '',
    hasSnapshots ? snapshotDocuments(client, domain, signal) : [],
  ]);
  const { name } = domain;
  const definition = { what: `the definition of ${name}`, user: `used by ${name}`, root: 'domain' } as const;
  const found = [
    { ...definition, text: live },
    { ...definition, text: saved },
    {
      what: `the saved memory of ${name}`,
      user: `needed by the saved memory of ${name}`,
      root: 'domain',
      text: memory,
    },
    ...snapshots.map(({ snapshot, text }) => {
      const what = `the snapshot ${snapshot} of ${name}`;
      return { what, user: `needed by ${what}`, root: 'domainsnapshot', text } as const;
    }),
  ] as const;
  const shown = new Set<string>();
  const documents: DomainDocument[] = [];
  for (const { root, text, ...document } of found) {
    if (text === '') continue;
    const read = await readAllDisks(text, root);
    if (text === live) for (const { showsLayers, path } of read.disks) if (showsLayers && path) shown.add(path);
    documents.push({ ...document, vm: name, isLive: text === live, text, ...read, shown });
  }
  return documents;
}

/** The snapshots of a domain with their XML, which has the domain as it was. */
export async function snapshotDocuments(
  client: HostCall['client'],
  domain: Domain,
  signal: AbortSignal,
): Promise<readonly { readonly snapshot: string; readonly text: string }[]> {
  const { snapshots } = await client
    .call(procedures.listSnapshots, { domain, needResults: true, flags: 0 }, { signal })
    .catch(unlessNone({ snapshots: [], count: 0 }));
  return Promise.all(
    snapshots.map(async (snapshot) => ({
      snapshot: snapshot.name,
      text: await client.call(procedures.snapshotXml, { snapshot, flags: 0 }, { signal }).catch(unlessMissing('')),
    })),
  );
}

/** One that went away meanwhile uses nothing any more. */
const unlessMissing = <T>(value: T) => unless(value, new Set([VIR_ERR.noDomain, VIR_ERR.noSnapshot]));

/** A driver or an older daemon that has no such thing. Whatever else it refuses to say may hide a user. */
const unlessNone = <T>(value: T) =>
  unless(
    value,
    new Set([VIR_ERR.noDomain, VIR_ERR.noSupport, VIR_ERR.operationUnsupported, VIR_ERR.operationInvalid, VIR_ERR.rpc]),
  );

const unless =
  <T>(value: T, codes: ReadonlySet<number>) =>
  (error: unknown): T => {
    if (error instanceof LibvirtError && codes.has(error.code)) return value;
    throw error;
  };
