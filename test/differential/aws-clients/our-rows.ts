/** What drover says of an account, in rows as ask-clients.py has them. */
import { type EndpointName, type Id, nativeOf, nativeOfListed, type VmId } from '../../../src/ids.ts';
import type { Connection, ListedKind, ObjectOf, Vm } from '../../../src/platforms/contract.ts';
import { gib } from '../../../src/units.ts';
import { present } from '../../contract/bench.ts';
import { watchConnection } from '../../contract/watching.ts';

export type Row = readonly unknown[];
/** By drover's names of kinds. */
export type Rows = Readonly<Record<string, readonly Row[]>>;

export interface OurAccount {
  vms(): Promise<readonly Vm[]>;
  /** Of the endpoint, or of one thing that it has. */
  listed<K extends ListedKind>(kind: K, of?: Id): Promise<readonly ObjectOf<K>[]>;
  /** The id of the only one of this name. */
  idOf<K extends ListedKind>(kind: K, name: string): Promise<ObjectOf<K>['id']>;
  vm(name: string): Promise<VmId>;
  rows(): Promise<Rows>;
}

const { signal } = new AbortController();
const inGib = (size: number | undefined) => (size ?? 0) / gib(1);
const native = ({ id }: { readonly id: Id }) => nativeOfListed(id);

const LISTED: { readonly [K in ListedKind]?: (one: ObjectOf<K>) => Row } = {
  volume: (one) => [native(one), one.name, one.storage, inGib(one.size), one.users],
  volumesnapshot: (one) => [native(one), one.name, one.volume, inGib(one.size), one.status],
  image: (one) => [native(one), one.name, one.status],
  network: (one) => [native(one), one.name, one.cidrs[0]],
  subnet: (one) => [native(one), one.name, one.network, one.cidr, one.zone, one.public, one.free],
  securitygroup: (one) => [native(one), one.name, one.network, one.description],
  keypair: (one) => [one.name, one.fingerprint],
  address: (one) => [native(one), one.ip, one.user ?? null],
  bucket: (one) => [one.name],
  zone: (one) => [one.name, one.private],
  dns: (one) => [one.zone, one.name, one.type, one.ttl, one.data],
};

export function ourAccount(connection: Connection, endpoint: EndpointName): OurAccount {
  const only = <T extends { readonly name: string }>(all: readonly T[], name: string): T => {
    const [found, ...others] = all.filter((one) => one.name === name);
    if (!found || others.length > 0) throw new Error(`drover has ${others.length + (found ? 1 : 0)} of ${name}`);
    return found;
  };
  type List = (of: Id, signal: AbortSignal) => Promise<readonly never[]>;
  const account: OurAccount = {
    async vms() {
      const watched = watchConnection(connection, 60_000);
      await watched.until('the whole list', () => watched.feeds.find(({ kind }) => kind === 'complete'));
      await watched.stop();
      return [...watched.vms.values()];
    },
    listed: (kind, of = endpoint) => (present(connection[kind]?.list) as unknown as List)(of, signal),
    idOf: async (kind, name) => only(await account.listed(kind), name).id,
    vm: async (name) => only(await account.vms(), name).id,
    async rows() {
      const rows: Record<string, readonly Row[]> = {};
      const settings = present(connection.vm.settings);
      rows['vm'] = await Promise.all(
        (await account.vms()).map(async ({ id, name, rawState, node, plan, ips }) => {
          const { type } = await settings(id, 'config', signal);
          return [nativeOf(id), name, rawState, node && nativeOf(node), type, plan ?? null, ips];
        }),
      );
      for (const [kind, row] of Object.entries(LISTED))
        rows[kind] = (await account.listed(kind as ListedKind)).map(row as (one: object) => Row);
      const groups = (await account.listed('securitygroup')).map(async (group) =>
        (await account.listed('securityrule', group.id)).map((one) => [
          ...[native(group), one.direction, one.protocol, one.ports ?? null, one.peer],
        ]),
      );
      rows['securityrule'] = (await Promise.all(groups)).flat();
      const buckets = (await account.listed('bucket')).map(async ({ id }) =>
        (await account.listed('file', id)).map(({ bucket, name, size }) => [bucket, name, size]),
      );
      rows['file'] = (await Promise.all(buckets)).flat();
      return rows;
    },
  };
  return account;
}
