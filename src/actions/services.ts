import type { Clock } from '../clock.ts';
import type { EndpointName, Id, NodeId } from '../ids.ts';
import type {
  Ask,
  Check,
  Detected,
  History,
  HistoryRange,
  Manifest,
  OperationTable,
  Settings,
  WireLine,
} from '../platforms/contract.ts';
import type { Appliances } from '../state/appliances/appliance.ts';
import type { ConfigChange } from '../state/config/change.ts';
import type { Config } from '../state/config/model.ts';
import type { Problem } from '../state/config/problem.ts';
import type { Reservations } from '../state/files/reservations.ts';
import type { Store } from '../state/fleet/store.ts';
import type { KindTable } from '../state/kinds.ts';
import type { Notices } from '../state/records/notices.ts';
import type { TaskHistory } from '../state/records/task-history.ts';
import type { Schedules } from '../state/schedules/schedules.ts';
import type { Sessions } from '../state/session/sessions.ts';
import type { Tasks } from '../state/tasks.ts';
import type { TemplateServices } from '../state/templates/template-services.ts';
import type { ConfigEdit } from './config-edit.ts';
import type { PermittedSetup } from './node/set-up-host.ts';
import type { Policy } from './policy.ts';

/** An endpoint that is not in the configuration yet, as a form has it: secrets may be references. */
export interface DraftEndpoint {
  readonly name: EndpointName;
  readonly platform: string;
  readonly values: Settings;
}

/** What actions, the screen and the command line work with; put together in compose.ts. */
export interface Services extends TemplateServices {
  /** Where the configuration is, or will be. */
  readonly configPath: string;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly tasks: Tasks;
  /** Tasks of earlier runs and of other drovers. */
  readonly taskHistory: Pick<TaskHistory, 'run' | 'list' | 'refresh'>;
  /** What drover has measured of these nodes while it ran; those of which nothing is known are left out. Rejects with op.*. */
  nodeHistory(
    nodes: readonly NodeId[],
    range: HistoryRange,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<NodeId, History>>;
  /** What failed, went away or came back, also in earlier runs and other drovers. */
  readonly notices: Pick<Notices, 'list' | 'unread' | 'refresh' | 'markRead' | 'subscribe'>;
  /** What drover runs by itself at its times. */
  readonly schedules: Schedules;
  /** What forms have chosen, until their operations have ended. */
  readonly reservations: Reservations;
  /** Catalogs of appliances, loaded when they are first needed. */
  appliances(): Promise<Appliances>;
  /** Changes are said, and not made. */
  readonly isDryRun: boolean;
  readonly clock: Clock;
  readonly manifests: readonly Manifest[];
  /** Every kind of object that platforms have, and every operation. */
  readonly kinds: KindTable;
  readonly operations: OperationTable;
  config(): Config;
  /** What is wrong in its file, newest reading. */
  problems(): readonly Problem[];
  /**
   * Writes the change to the file and applies it: sessions are opened and closed, rows move. Rejects with config.*.
   * False when nothing was written, since this is a dry run. `basedOn` is the configuration that the user saw: when
   * another program has changed the same part since then, the change is a config.conflict.
   */
  changeConfig(change: ConfigChange, basedOn?: Config): Promise<boolean>;
  /** What an action that changes the configuration is given beside its arguments. */
  configEdit(): ConfigEdit;
  /** The platform's own checks, with a connection of their own. */
  testEndpoint(name: EndpointName, ask: Ask, signal: AbortSignal): Promise<readonly Check[]>;
  /** The same before it is saved. */
  testDraft(draft: DraftEndpoint, ask: Ask, signal: AbortSignal): Promise<readonly Check[]>;
  /** Logs in to the host of an endpoint, to look at it and make it ready for VMs: it need not answer as an endpoint yet, F-226. */
  setUpHost(name: EndpointName, ask: Ask, signal: AbortSignal): Promise<PermittedSetup>;
  /** What of this platform's kind is at hand on this machine, F-031. */
  detect(platform: string, signal: AbortSignal): Promise<readonly Detected[]>;
  /** What forbids changing this object, whatever its state. */
  policyFor(id: Id): Policy;
  /** The newest lines that were sent, oldest first. */
  wireLog(): readonly WireLine[];
}
