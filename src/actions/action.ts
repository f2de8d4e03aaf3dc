import type { Clock } from '../clock.ts';
import type { EndpointName, Id, NodeId, OwnerKind, VmId } from '../ids.ts';
import {
  type Accepted,
  type Ask,
  type Attachment,
  type Connection,
  type ConsoleSize,
  type DeletePlan,
  disabledReason,
  type Field,
  type ListedKind,
  type ObjectKind,
  type ObjectOf,
  type OperationName,
  type OperationTable,
  operationOf,
  type Settings,
  type SettingsMode,
  type SettingValue,
  type Vm,
  whyAbsent,
} from '../platforms/contract.ts';
import type { ConfigChange } from '../state/config/change.ts';
import type { Config } from '../state/config/model.ts';
import type { EndpointStatus, Fleet } from '../state/fleet/fleet.ts';
import type { ConfigEdit } from './config-edit.ts';
import { type Policy, whyForbidden } from './policy.ts';
import type { Services } from './services.ts';

/**
 * interrupts: asks yes or no, above a count for the count to be typed. destroys: lists what will be lost and asks for the
 * name, or the count, to be typed.
 */
export type Danger = 'none' | 'interrupts' | 'destroys';

/** Options of an action by key. */
export type Args = Readonly<Record<string, SettingValue | readonly string[]>>;

/** Says how far something is, in a few words. */
export type Report = (text: string) => void;

/** What every verb says of itself. Keymap, key bar, palette, help, docs and the command line are read from this. */
interface Verb {
  /** `noun.verb`; on the command line the dot is a space. */
  readonly id: string;
  /** Sentence case, an imperative: `Shut down`. */
  readonly title: string;
  /** One sentence with a full stop. */
  readonly help: string;
  readonly keys: readonly string[];
  /** Another action on the same key: the one that fits runs. */
  readonly sharesKeyWith?: string;
  readonly danger: Danger;
  /** Flags on the command line, a form on the screen. */
  readonly options?: readonly Field[];
  /** Other words that people from other tools type for it. */
  readonly aliases?: readonly string[];
}

/** What is true when an action has worked, and how long that may take (ConVirt's limits, F-045 ff.). */
interface Expected {
  /** `is running`; reads after the name. */
  readonly words: string;
  readonly limitMs: number;
  /** What to do when it was not seen within the limit. */
  readonly late?: string;
}

/** Seen in the fleet, which is watched. */
export interface WatchedOutcome<K extends ObjectKind> extends Expected {
  readonly by: 'watch';
  /** Instead of `words`, when the object is not listed any more. */
  readonly goneWords?: string;
  reached(object: ObjectOf<K> | undefined): boolean;
}

/** Seen by asking the platform again, since it is not watched. */
export interface ReadOutcome extends Expected {
  readonly by: 'read';
  /**
   * True, or what is the case instead, as a sentence behind the name: `has no snapshot monday yet`. `made`: what the platform
   * said that it made; undefined where it said nothing, or its answer was lost.
   */
  read(connection: Connection, signal: AbortSignal, made?: Id): Promise<true | string>;
}

export type Outcome<K extends ObjectKind = ObjectKind> = WatchedOutcome<K> | ReadOutcome;

/**
 * One operation on one object or on many, each with an outcome that is seen. Its functions are methods, so that a list of
 * actions need not know the kinds: they are called with objects of `on` only.
 */
export interface ObjectAction<K extends ObjectKind = ObjectKind> extends Verb {
  readonly kind: 'object';
  /** What it makes, changes or takes away: `snapshot`, also where it is done to a VM. */
  readonly noun: ObjectKind;
  readonly on: K;
  readonly needs: OperationName;
  /** As in Asked. */
  readonly writes?: true;
  /** How it is said with what it is done to in place of `…`, where that does not just stand behind the title: `Add disk to …`. */
  readonly phrase?: string;
  /** It makes something with a name out of one at a time: a clone, an export. */
  readonly makes?: true;
  /** Of more at once it is refused: each opens a window, and a branch has hundreds. */
  readonly atMost?: number;
  /** Its options are the settings of this mode that the platform of the endpoint has. */
  readonly settings?: SettingsMode;
  /** What it costs an object that is busy, as a sentence for the question before it. */
  loses?(args: Args): string | undefined;
  /** What it destroys, read from the platform; undefined where the platform can't say. For `danger: 'destroys'`. */
  plan?(connection: Connection, object: ObjectOf<K>, args: Args, signal: AbortSignal): Promise<DeletePlan> | undefined;
  /** Options that change what `plan` answers: it is read again when one is changed. */
  readonly plannedBy?: readonly string[];
  /** True, or the sentence why not. Cheap: runs for every drawn key. */
  fits(object: ObjectOf<K>): true | string;
  /** Undefined: nothing can be seen from outside, so `asked` is all that is said. */
  outcome?(args: Args, object: ObjectOf<K> | undefined): Outcome<K> | undefined;
  /** What the screen takes for options when it does not ask: autostart switches to what it is not. */
  preset?(object: ObjectOf<K>): Settings;
  /** What its options start from, read from the platform before it is asked: the text that is edited. Of one at a time. */
  reads?(connection: Connection, object: ObjectOf<K>, signal: AbortSignal): Promise<Settings>;
  /** What is left of what its options ask for, by their keys: stands beside them as soon as it is known. */
  leaves?(
    connection: Connection,
    of: EndpointName,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>> | undefined;
  /** What the configuration says of it, which what was chosen goes before. */
  fromConfig?(config: Config): Args;
  /** Two keys of these, before and after: how they differ is shown before it is sent. */
  readonly compares?: readonly [before: string, after: string];
  /** How options that are changes differ from what was read, a line each: shown before it is sent. Empty: nothing is changed. */
  differs?(args: Args): readonly string[];
  /** Said when the request was accepted and nothing more can be seen. */
  asked?(args: Args): string;
  /** What it is sent with once more when the link broke on the way, where it goes on from what is there: an upload. */
  resumed?(args: Args): Args;
  send(
    connection: Connection,
    object: ObjectOf<K>,
    args: Args,
    signal: AbortSignal,
    report: Report,
  ): Promise<Accepted & { readonly id?: Id }>;
}
export type VmAction = ObjectAction<'vm'>;

/** What is under a VM, or of an endpoint, and not watched: a table on the screen, a list on the command line. */
export interface ListAction extends Verb {
  readonly kind: 'list';
  readonly noun: ListedKind;
  readonly on: OwnerKind;
  readonly needs: OperationName;
}

/** A change of settings through the platform's fields: a form on the screen, flags on the command line. */
export interface EditAction extends Verb {
  readonly kind: 'edit';
  readonly noun: 'vm';
  readonly on: 'vm';
  readonly needs: OperationName;
  readonly fits: (vm: Vm) => true | string;
}

/**
 * Moves VMs to other nodes: those that are meant, or all of a node. Where to is asked, and what stands against it is shown, before
 * anything is sent (migrate.ts).
 */
export interface MigrateAction extends Verb {
  readonly kind: 'migrate';
  readonly noun: 'vm' | 'node';
  readonly on: 'vm' | 'node';
  readonly needs: OperationName;
  fits?(object: ObjectOf<ObjectKind>): true | string;
}

/** Takes the terminal over until it is left with the detach key. */
interface Attaches extends Verb {
  readonly kind: 'attach';
  /** A guest or a host writes what comes, so it is filtered; on the screen it stays open while it is not shown. */
  readonly isKept?: true;
  readonly needs: OperationName;
  /** As in Asked. */
  readonly writes?: true;
}

export interface VmAttachAction extends Attaches {
  readonly noun: 'vm';
  readonly on: 'vm';
  readonly fits: (vm: Vm) => true | string;
  /** `back`: for a console that sees by itself to a link that drops. */
  readonly open: (
    connection: Connection,
    id: VmId,
    args: Settings,
    size: ConsoleSize,
    signal: AbortSignal,
    vm: Vm,
    back?: WayBack,
  ) => Promise<Attachment>;
}

/** To the very same VM, when the link of its console drops. */
export interface WayBack {
  readonly detachKey: string;
  readonly clock: Clock;
  /**
   * The connection, the VM's id and the signal for the call that opens its console. Rejects as `verify` and `permitted` do, and
   * with op.unsupported for a VM that is off by now.
   */
  again(signal: AbortSignal): Promise<{
    readonly connection: Connection;
    readonly id: VmId;
    readonly signal: AbortSignal;
  }>;
}

export interface NodeAttachAction extends Attaches {
  readonly noun: 'node';
  readonly on: 'node';
  readonly open: (connection: Connection, id: NodeId, size: ConsoleSize, signal: AbortSignal) => Promise<Attachment>;
}

/** Shows something of a VM that is asked of its platform: a tab of the details on the screen, text on the command line. */
export interface VmShowAction extends Verb {
  readonly kind: 'show';
  readonly noun: 'vm';
  readonly on: 'vm';
  /** Title of the tab of the details that has it. */
  readonly tab: string;
  readonly needs: OperationName;
  readonly fits: (vm: Vm) => true | string;
}

/** Shows what a node is and has. */
export interface NodeInfoAction extends Verb {
  readonly kind: 'show';
  readonly noun: 'node';
  readonly on: 'node';
  readonly needs: OperationName;
}

/** Goes through what is on a node: lists on the screen, commands of their own on the command line. */
export interface BrowseAction extends Verb {
  readonly kind: 'browse';
  readonly noun: 'node';
  readonly on: 'node';
  readonly needs: OperationName;
}

/** Changes the configuration: pools, endpoints, where a node hangs. What is changed is plain data, shown before it is done. */
export interface ConfigAction extends Verb {
  readonly kind: 'config';
  readonly noun: 'pool' | 'node' | 'endpoint' | 'vm';
  /** False for what makes something new: no row has to be selected, no name to be found. */
  readonly onExisting: boolean;
  /** The subject is a pool's name, an endpoint's name, or the id of a node or VM. */
  readonly change: (subject: string, args: Settings, edit: ConfigEdit) => ConfigChange;
  /** Its one option is asked for as a line of text. */
  readonly line?: {
    /** What stands in it before: what is there now. */
    readonly start: (subject: string, fleet: Fleet) => string;
    readonly complaint: (text: string) => string | undefined;
  };
  /** What is true afterwards. */
  readonly said: (subject: string, args: Settings) => string;
  /** What leaves drover's view, for the question before it. */
  readonly loses?: (subject: string) => readonly string[];
}

/** What is defined for a pool and applied to its nodes: lists on the screen, commands of their own on the command line. */
export interface DefinitionsAction extends Verb {
  readonly kind: 'definitions';
  readonly noun: 'pool';
}

/** Does something with an endpoint that needs neither a connection nor a change of the configuration. */
export interface EndpointAction extends Verb {
  readonly kind: 'endpoint';
  readonly noun: 'endpoint';
  /** Answers the sentence of what is true now. */
  readonly run: (services: Services, name: EndpointName, ask: Ask, signal: AbortSignal) => Promise<string>;
}

/** Filled in field by field: the platform's own list of fields is the form and the flags. */
export interface EndpointFormAction extends Verb {
  readonly kind: 'form';
  readonly noun: 'endpoint';
  readonly form: 'add' | 'edit';
}

/** Does something with the template library. On the command line it has commands of its own (`cli/templates/`). */
export interface TemplateAction extends Verb {
  readonly kind: 'template';
  readonly noun: 'template' | 'group' | 'library';
  /** Kinds of rows of the library that it is for; empty where no row has to be there. */
  readonly on: readonly ('library' | 'group' | 'template')[];
}

/** Belongs to the screen alone: moving, folding, views. What it does is in the screens, found by its id. */
export interface ViewAction extends Verb {
  readonly kind: 'view';
  readonly noun: 'view';
}

/** Distinguished by `kind`: a switch over it that forgets one does not compile. */
export type Action =
  | ObjectAction
  | ListAction
  | EditAction
  | MigrateAction
  | VmAttachAction
  | VmShowAction
  | NodeAttachAction
  | NodeInfoAction
  | BrowseAction
  | ConfigAction
  | DefinitionsAction
  | EndpointAction
  | EndpointFormAction
  | TemplateAction
  | ViewAction;

/** What it is done to; undefined for what is done to no object of a platform. */
export const objectOf = (action: Action): ObjectKind | undefined =>
  'on' in action && action.kind !== 'template' ? action.on : undefined;

/** Whether it makes something under what it is done to: a snapshot of a VM, a network on an endpoint. */
export const isMaker = (action: Action): action is ObjectAction =>
  action.kind === 'object' && (action.makes === true || action.noun !== action.on);

/** What `whyNot` must know of an action. */
export interface Asked {
  readonly needs: OperationName;
  readonly title: string;
  /** It can change something although what it needs only reads: SSH into a guest. */
  readonly writes?: true;
  fits?(object: ObjectOf<ObjectKind>): true | string;
}

/**
 * The one place that decides whether an action can run on an object; key bar, palette, help and command line all ask
 * here. In this order: supported, allowed by the policy, connected, allowed to this login, the object's own refusal, its state.
 * The first "no" wins.
 * `above` is the VM that it is under, whose refusals hold for it too.
 */
export function whyNot(
  action: Asked,
  object: ObjectOf<ObjectKind>,
  above: Vm | undefined,
  connection: Connection | undefined,
  status: EndpointStatus | undefined,
  policy: Policy,
  operations: OperationTable,
): string | undefined {
  if (connection && !operationOf(connection, action.needs)) {
    return whyAbsent(connection, action.needs) ?? `this platform can't do that: ${action.title}`;
  }
  // A stream can write: a console and a shell take keystrokes.
  const against = whyForbidden(policy, action.needs, operations[action.needs], action.writes);
  if (against !== undefined) return against;
  if (!connection)
    return `${status?.name ?? 'its endpoint'} is not connected${status?.problem ? `: ${status.problem.message}` : ''}`;
  const forbidden = connection.right?.(action.needs, object.id);
  if (forbidden !== undefined) return forbidden;
  const refused = disabledReason(object, action.needs) ?? (above && disabledReason(above, action.needs));
  if (refused !== undefined) return refused;
  const fits = action.fits?.(object) ?? true;
  return fits === true ? undefined : fits;
}
