/**
 * What is to be on every node of a pool: storages and networks, F-176 and F-181. They stand below their pool in the configuration,
 * in the words of `storage create` and `network create`:
 *
 *     pools:
 *       Production:
 *         nodes: [host1, host2]
 *         storages:
 *           images: { type: netfs, host: nas, source: /export/vms, path: /srv/images }
 *         networks:
 *           lab: { mode: nat, cidr: 192.168.150.0/24, description: for tests }
 */
export const DEFINED_KINDS = ['storage', 'network'] as const;
export type DefinedKind = (typeof DEFINED_KINDS)[number];

export interface Definition {
  readonly kind: DefinedKind;
  /** What it is called on each node; no other one of its pool has it. */
  readonly name: string;
  /** For people; empty where there is none. */
  readonly description: string;
  /** As written, by the options of `KIND create`. Whether they can be taken is for those who use it to say. */
  readonly values: Readonly<Record<string, string>>;
}

/** A definition with the pool whose it is. */
export interface OfPool {
  readonly pool: string;
  readonly definition: Definition;
}

/** The group of a pool that has the definitions of a kind. */
export const sectionOf = (kind: DefinedKind): 'storages' | 'networks' => `${kind}s`;

export const DESCRIPTION = 'description';

/** Why a definition can't be called that; undefined when it can. A platform may want less. */
export const definitionNameComplaint = (name: string): string | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$/.test(name)
    ? undefined
    : 'must be letters, digits, dot, dash, plus or underscore';

/** As it stands in the file. */
export const writtenDefinition = ({ description, values }: Definition): Readonly<Record<string, string>> => ({
  ...values,
  ...(description !== '' && { [DESCRIPTION]: description }),
});
