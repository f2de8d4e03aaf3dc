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
export type * from './contract/base.ts';
export type * from './contract/connection.ts';
export type * from './contract/console.ts';
export type * from './contract/delete-plan.ts';
export type * from './contract/feed.ts';
export type * from './contract/fields.ts';
export type * from './contract/image.ts';
export type * from './contract/info.ts';
export * from './contract/last-check.ts';
export * from './contract/listed-objects.ts';
export type * from './contract/network.ts';
export type * from './contract/node.ts';
export * from './contract/objects.ts';
export * from './contract/operations.ts';
export type * from './contract/platform.ts';
export * from './contract/same-value.ts';
export type * from './contract/snapshot.ts';
export type * from './contract/storage.ts';
export type * from './contract/vm.ts';
