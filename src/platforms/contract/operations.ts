/** The groups of methods that a connection may have; their names, and the table of them all, follow from the types. */
import type { ConsoleOps } from './console.ts';
import type { FlavorOps, ImageOps } from './image.ts';
import type { NetworkOps } from './network.ts';
import type { NodeOps } from './node.ts';
import type { SnapshotOps } from './snapshot.ts';
import type { StorageOps, VolumeOps } from './storage.ts';
import type { VmOps } from './vm.ts';

/** One line a group. */
export interface Groups {
  readonly vm: VmOps;
  readonly console: ConsoleOps;
  readonly node: NodeOps;
  readonly snapshot: SnapshotOps;
  readonly storage: StorageOps;
  readonly volume: VolumeOps;
  readonly network: NetworkOps;
  readonly image: ImageOps;
  readonly flavor: FlavorOps;
}
export type GroupName = keyof Groups;

/** `vm.start`, `console.serial` …: the group, a dot, the method. */
export type OperationName = { [G in GroupName]: `${G}.${keyof Groups[G] & string}` }[GroupName];

/** The method of that name, as it is where it is supported. */
export type Method<Name extends OperationName> = Name extends `${infer G extends GroupName}.${infer M}`
  ? M extends keyof Groups[G]
    ? NonNullable<Groups[G][M]>
    : never
  : never;

/** What an operation does to the world decides what a wrapper may do with it. */
export interface Operation {
  readonly kind: 'reads' | 'mutates' | 'streams';
  /** For the answer of the other side; how long the outcome may take is the action's business. */
  readonly deadlineMs: number;
}

/**
 * Every operation once: a method without a row, and a row without a method, do not compile. Wrappers walk this table, so
 * that none can be forgotten.
 */
export const operations: Readonly<Record<OperationName, Operation>> = {
  'vm.info': { kind: 'reads', deadlineMs: 10_000 },
  'vm.identity': { kind: 'reads', deadlineMs: 10_000 },
  'vm.start': { kind: 'mutates', deadlineMs: 60_000 },
  'vm.stop': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.restart': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.pause': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.resume': { kind: 'mutates', deadlineMs: 40_000 },
  // where there are no tasks, it is answered when all is written
  'vm.suspend': { kind: 'mutates', deadlineMs: 600_000 },
  'vm.planDelete': { kind: 'reads', deadlineMs: 15_000 },
  'vm.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'vm.settings': { kind: 'reads', deadlineMs: 10_000 },
  'vm.configure': { kind: 'mutates', deadlineMs: 60_000 },
  'console.serial': { kind: 'streams', deadlineMs: 15_000 },
  'console.output': { kind: 'reads', deadlineMs: 15_000 },
  'node.info': { kind: 'reads', deadlineMs: 15_000 },
  'node.shell': { kind: 'streams', deadlineMs: 15_000 },
  'snapshot.list': { kind: 'reads', deadlineMs: 15_000 },
  // where there are no tasks, these are answered when memory and disks are written
  'snapshot.create': { kind: 'mutates', deadlineMs: 600_000 },
  'snapshot.planRevert': { kind: 'reads', deadlineMs: 15_000 },
  'snapshot.revert': { kind: 'mutates', deadlineMs: 600_000 },
  'snapshot.planDelete': { kind: 'reads', deadlineMs: 15_000 },
  'snapshot.delete': { kind: 'mutates', deadlineMs: 600_000 },
  // a list of everything that an endpoint has takes several requests
  'storage.list': { kind: 'reads', deadlineMs: 30_000 },
  'storage.create': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'storage.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.start': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.stop': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.refresh': { kind: 'mutates', deadlineMs: 60_000 },
  'volume.list': { kind: 'reads', deadlineMs: 30_000 },
  // where there are no tasks, these are answered when the disk is written
  'volume.create': { kind: 'mutates', deadlineMs: 600_000 },
  'volume.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'volume.delete': { kind: 'mutates', deadlineMs: 600_000 },
  'volume.resize': { kind: 'mutates', deadlineMs: 600_000 },
  'network.list': { kind: 'reads', deadlineMs: 30_000 },
  'network.create': { kind: 'mutates', deadlineMs: 60_000 },
  'network.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'network.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'network.start': { kind: 'mutates', deadlineMs: 60_000 },
  'network.stop': { kind: 'mutates', deadlineMs: 60_000 },
  'image.list': { kind: 'reads', deadlineMs: 30_000 },
  'image.create': { kind: 'mutates', deadlineMs: 600_000 },
  'image.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'image.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'flavor.list': { kind: 'reads', deadlineMs: 30_000 },
};

/** Why this operation is not possible for this very object, as its platform says; undefined where it says nothing. */
export const disabledReason = (
  object: { readonly disabled?: Readonly<Record<string, string>> },
  name: OperationName,
): string | undefined => object.disabled?.[name];

/** Operations by name: those below, and with a plugin more. */
export type OperationTable = Readonly<Record<string, Operation>>;

/** Why operations of an endpoint are missing, each as a sentence for people; one for a whole group that is missing. */
export type Absences = Readonly<Partial<Record<OperationName | GroupName, string>>>;

/** The sentence for an operation that is missing; undefined where its platform says nothing. */
export const whyAbsent = ({ whyNot }: { readonly whyNot: Absences }, name: OperationName): string | undefined =>
  whyNot[name] ?? whyNot[partsOf(name)[0]];

/** A name as group and method. */
export const partsOf = (name: OperationName): readonly [group: GroupName, method: string] => {
  const dot = name.indexOf('.');
  return [name.slice(0, dot) as GroupName, name.slice(dot + 1)];
};

/** The method of that name; undefined where these groups lack it, or lack the group. */
export function operationOf<Name extends OperationName>(groups: Partial<Groups>, name: Name): Method<Name> | undefined {
  const [group, method] = partsOf(name);
  return (groups[group] as Readonly<Record<string, unknown>> | undefined)?.[method] as Method<Name> | undefined;
}
