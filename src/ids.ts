/**
 * `<endpoint>/<native id>`, opaque everywhere else. A name is never an id: two VMs may share one.
 * The endpoint's name has no slash (the config checks), the native id may have some.
 */
declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

export type EndpointName = Id<'endpoint'>;
export type PoolId = Id<'pool'>;
export type NodeId = Id<'node'>;
export type VmId = Id<'vm'>;
export type ObjectId = PoolId | NodeId | VmId;

/** Letters, digits, dot, dash and underscore; must start with a letter or digit. */
const ENDPOINT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const isEndpointName = (text: string): text is EndpointName => ENDPOINT_NAME.test(text);

/** Throws RangeError for a name that would break ids and configuration keys. */
export function endpointName(text: string): EndpointName {
  if (!isEndpointName(text)) throw new RangeError(`not an endpoint name: ${JSON.stringify(text)}`);
  return text;
}

export const vmId = (endpoint: EndpointName, native: string): VmId => `${endpoint}/${native}` as VmId;
export const nodeId = (endpoint: EndpointName, native: string): NodeId => `${endpoint}/${native}` as NodeId;
export const poolId = (endpoint: EndpointName, native: string): PoolId => `${endpoint}/${native}` as PoolId;

/** A pool that the user made. `~` can't start an endpoint's name, so the two kinds of pools never meet. */
export const userPoolId = (name: string): PoolId => `~/${name}` as PoolId;
export const isUserPool = (id: PoolId): boolean => id.startsWith('~/');

export const endpointOf = (id: NodeId | VmId): EndpointName => id.slice(0, id.indexOf('/')) as EndpointName;
export const nativeOf = (id: ObjectId): string => id.slice(id.indexOf('/') + 1);
