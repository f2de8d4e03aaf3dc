/**
 * The contract between drover and a platform: types and promises, by theme in `contract/`.
 *
 * - A method that is there is supported; a method that is missing is not. Nothing else says so.
 * - Methods are called detached (the wrappers take them out): close over what you need, don't use `this`.
 * - A mutator resolves when the other side has accepted the request. What became of it arrives by `watch()`.
 * - Trouble of the outside world is a `FleetError` that names the object; whatever else is thrown is a bug.
 * - What crosses `Sink` can be structured-cloned: a worker or a hub may stand there one day.
 *
 * Where each method of the two seed systems went: docs/contract.md.
 */
export type * from './contract/accepted.ts';
export type * from './contract/address.ts';
export * from './contract/backup.ts';
export type * from './contract/balancer.ts';
export type * from './contract/base.ts';
export type * from './contract/bucket.ts';
export type * from './contract/connection.ts';
export type * from './contract/console.ts';
export type * from './contract/definition.ts';
export type * from './contract/delete-plan.ts';
export type * from './contract/devices.ts';
export type * from './contract/disk.ts';
export type * from './contract/feed.ts';
export type * from './contract/fields.ts';
export * from './contract/history.ts';
export type * from './contract/host-setup.ts';
export type * from './contract/image.ts';
export type * from './contract/info.ts';
export type * from './contract/key-pair.ts';
export * from './contract/last-check.ts';
export * from './contract/listed-objects.ts';
export * from './contract/migration.ts';
export type * from './contract/network.ts';
export type * from './contract/nic.ts';
export type * from './contract/node.ts';
export * from './contract/objects.ts';
export * from './contract/operations.ts';
export type * from './contract/platform.ts';
export type * from './contract/router.ts';
export * from './contract/same-value.ts';
export * from './contract/security-group.ts';
export type * from './contract/snapshot.ts';
export type * from './contract/storage.ts';
export type * from './contract/subnet.ts';
export type * from './contract/transfer.ts';
export type * from './contract/vm.ts';
export type * from './contract/volume-snapshot.ts';
export type * from './contract/zone.ts';
