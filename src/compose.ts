import { dirname, join } from 'node:path';
import { hostSetups } from './actions/node/set-up-host.ts';
import { policyOf, whyForbidden } from './actions/policy.ts';
import type { DraftEndpoint, Services } from './actions/services.ts';
import { tables as ownTables, type Tables } from './actions/tables.ts';
import { wouldSend } from './actions/would-send.ts';
import type { Clock } from './clock.ts';
import { FleetError, sentence } from './errors.ts';
import { type EndpointName, endpointOf, type Id, type VmId } from './ids.ts';
import { createNotifier, type Notifier, type NotifierOptions } from './notify/notifier.ts';
import type {
  Connection,
  Endpoint,
  EndpointField,
  Manifest,
  Operation,
  Platform,
  Settings,
  SettingsField,
  WireLine,
} from './platforms/contract.ts';
import { platforms as ownPlatforms, type PlatformEntry } from './platforms/registry.ts';
import { audited } from './platforms/wrap/audited.ts';
import { checked } from './platforms/wrap/checked.ts';
import { withDeadline } from './platforms/wrap/deadline.ts';
import { dryRun } from './platforms/wrap/dry-run.ts';
import { readOnly } from './platforms/wrap/read-only.ts';
import { resolveSecrets } from './platforms/wrap/resolve-secrets.ts';
import { withRetry } from './platforms/wrap/retry.ts';
import { throttle } from './platforms/wrap/throttle.ts';
import type { Appliances } from './state/appliances/appliance.ts';
import { readApplianceCatalogs } from './state/config/appliance-catalogs.ts';
import { changeConfig } from './state/config/change-config.ts';
import { allFieldsOf } from './state/config/common-fields.ts';
import { historyLimits } from './state/config/history-preferences.ts';
import type { Config, EndpointConfig } from './state/config/model.ts';
import { readNotifyRules } from './state/config/notify-rules.ts';
import { cacheDirectory, configFile, stateDirectory } from './state/config/paths.ts';
import { auditIsRequired, chosenFolder, updatesAddress } from './state/config/preferences.ts';
import type { Problem } from './state/config/problem.ts';
import { defaultsFor } from './state/config/read-defaults.ts';
import { createConfigStore } from './state/config/store.ts';
import { type UnsavedEndpoint, withUnsaved } from './state/config/unsaved.ts';
import { usable, usableEndpoint } from './state/config/usable-endpoint.ts';
import { filled, linesOf, redacted } from './state/fields.ts';
import { type Audit, createAudit } from './state/files/audit.ts';
import { homeOf } from './state/files/home.ts';
import { createRedactor, type Redactor } from './state/files/redactor.ts';
import { createReservations } from './state/files/reservations.ts';
import { whoAmI } from './state/files/who-am-i.ts';
import type { Fleet } from './state/fleet/fleet.ts';
import { createInventoryCache } from './state/fleet/inventory-cache.ts';
import { createStore, type Store } from './state/fleet/store.ts';
import { createMetricHistory, type MetricHistory, type MetricHistoryOptions } from './state/metrics/metric-history.ts';
import { lastingFilter } from './state/query/lasting-filter.ts';
import type { RolesOptions } from './state/roles/read-roles.ts';
import { type RolesOfRun, rolesOfRun } from './state/roles/roles-of-run.ts';
import { createSchedules } from './state/schedules/schedules.ts';
import { createConfigFollower } from './state/session/follow-config.ts';
import { createSecrets } from './state/session/secrets.ts';
import { createSessions } from './state/session/sessions.ts';
import type { SessionSpec } from './state/session/spec.ts';
import { createWireLog } from './state/session/wire-log.ts';
import { createTasks, type Tasks } from './state/tasks.ts';
import { templateServices } from './state/templates/template-services.ts';

export interface ComposeOptions {
  /** `--config`; otherwise the environment and XDG decide. */
  readonly config: string | undefined;
  /** Nothing may be changed in this run. */
  readonly readOnly: boolean;
  /** Mutators are reported and not sent. */
  readonly dryRun: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Which VMs are on the screen; a command line has none. */
  readonly interest: () => readonly VmId[];
  /** Whether to show what was there last time until an endpoint answers. */
  readonly remember: boolean;
  /** A warning that stops nothing: the audit log can't be written. */
  readonly warn: (message: string) => void;
  /** Sequences that call the user at the terminal; absent where none is ours. */
  readonly signal?: (sequence: string) => void;
  /** Gets each message that was sent, without secrets. */
  readonly wire?: (line: WireLine) => void;
  /** Endpoints of this run alone, which are in no configuration. */
  readonly unsaved?: readonly UnsavedEndpoint[];
  /** What there is to do; drover's own where absent. */
  readonly tables?: Tables;
  /** The platforms that there are; drover's own where absent. */
  readonly platforms?: typeof ownPlatforms;
  /** Where it stands who may do what, and for whom; that of this machine and this user where absent. */
  readonly roles?: RolesOptions;
  /** Plugins that can't be used, and what loads the others to see whether they can; none where absent. */
  readonly pluginProblems?: readonly Problem[];
  readonly checkPlugins?: () => Promise<readonly Problem[]>;
}

/** The program without a face: used by the screen and by the command line. */
export interface App extends Services {
  readonly audit: Audit;
  /** Blots out every secret that was looked up. */
  readonly redact: (text: string) => string;
  /** Reads the configuration. Nothing is connected yet. */
  load(): Promise<Config>;
  /** Opens sessions for these endpoints, or for all. */
  open(names?: readonly EndpointName[]): void;
  /** Loads every plugin, and answers those that can't be used beside those of `problems`. */
  checkPlugins(): Promise<readonly Problem[]>;
  /** Where an endpoint points, for people. */
  addressOf(config: EndpointConfig): string;
  /** Follows the configuration file while other programs edit it, notifies of what goes away, fails and comes back, and looks for new versions. */
  follow(): void;
  /** Resolves when what happened in this run is on the disk, or the disk does not answer. */
  written(): Promise<void>;
  close(): Promise<void>;
}

const IN_FLIGHT_PER_CONNECTION = 16;

export function compose(options: ComposeOptions): App {
  const { clock, env, tables = ownTables, platforms = ownPlatforms } = options;
  const { operations, kinds } = tables;
  const home = homeOf(env);
  const configPath = configFile(options.config, env, home);
  const fieldsOf = new Map(platforms.map(({ manifest }) => [manifest.id, manifest.endpoint]));
  const manifests = platforms.map(({ manifest }) => manifest);
  const manifestOf = (platform: string) => manifests.find(({ id }) => id === platform);

  const store = createStore(clock, (endpoint, feed) => metrics.land(endpoint, feed));
  const redactor = createRedactor();
  const wireLog = createWireLog(redactor, options.wire);
  const secrets = createSecrets({ env, home, directory: dirname(configPath), clock, redactor });
  const audit = auditOf(options, stateDirectory(env, home), redactor, () => auditIsRequired(current()));
  const configStore = withUnsaved(createConfigStore(configPath, fieldsOf, clock), options.unsaved ?? [], fieldsOf);
  const rules = () => readNotifyRules(configPath, current().file).rules;
  const notifier = notifierOf(options, stateDirectory(env, home), { redactor, secrets, store, rules });
  const metrics = metricsOf(options, stateDirectory(env, home), store, () => historyLimits(current()));
  // What a dry run says it would do is no part of what was done.
  const tasks = createTasks(clock, options.dryRun ? undefined : notifier.witness);

  const updates = updatesOf(options, stateDirectory(env, home), tasks, () => updatesAddress(current().file));
  const load = (platform: string) => loadFrom(platforms, platform);

  const resolve = async ({ name, platform, values }: DraftEndpoint, signal: AbortSignal): Promise<Endpoint> => {
    const fields = fieldsOf.get(platform) ?? [];
    const complete = filled(fields, values, home);
    return { name, platform, values: await secrets.resolve(name, fields, complete, signal) };
  };
  const resolveConfigured = async (config: EndpointConfig, signal: AbortSignal) => resolve(usable(config), signal);
  const configured = (name: EndpointName): EndpointConfig => usableEndpoint(current(), name);
  const testDraft: Services['testDraft'] = async (draft, ask, signal) => {
    const platform = await load(draft.platform);
    const fields = allFieldsOf(fieldsOf.get(draft.platform) ?? []);
    const whole = { ...defaultsFor(current().file, fields, draft.values), ...draft.values };
    // As it would be read from the file: what was emptied is nothing.
    const values = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== ''));
    return platform.test(await resolve({ ...draft, values }, signal), { signal, clock, wire: wireLog.push, ask });
  };

  const roles = rolesOfRun(options.roles);
  const policyFor = policyForRun(options, store.fleet, roles, { config: () => current(), manifestOf });

  const wrap = (connection: Connection, { name, platform, readOnly: why }: SessionSpec): Connection => {
    const fields = manifestOf(platform)?.settings ?? [];
    const logged = (name: string, args: readonly unknown[]) => withoutSecrets(fields, operations[name], args);
    const sent = checked(withDeadline(metrics.supplied(connection, name), clock, operations), operations);
    const whole = resolveSecrets(sent, (spec, signal) => secrets.resolve(name, fields, spec, signal, 'the new VM'));
    let wrapped = withRetry(throttle(whole, IN_FLIGHT_PER_CONNECTION, operations), clock, operations);
    wrapped = audited(
      wrapped,
      async (action, args) =>
        audit.begin({ action, endpoint: name, object: String(args[0]), arguments: logged(action, args).slice(1) }),
      operations,
    );
    if (options.dryRun) {
      wrapped = dryRun(
        wrapped,
        (operation, args) => {
          const shown = operation === 'vm.configure' ? args : logged(operation, args);
          options.warn(redactor.redact(wouldSend({ store, manifests }, name, operation, shown)));
        },
        operations,
      );
    }
    return readOnly(wrapped, (id, op) => why ?? whyForbidden(policyFor(id), op, operations[op]), operations);
  };

  const sessions = createSessions({
    store,
    clock,
    load,
    wrap,
    wire: wireLog.push,
    interest: options.interest,
    random: Math.random,
    cache: options.remember
      ? createInventoryCache(join(cacheDirectory(env, home), 'inventory'), configPath)
      : undefined,
  });

  const specOf = (config: EndpointConfig): SessionSpec =>
    specFor(config, manifestOf(config.platform), options.readOnly, {
      resolve: (signal) => resolveConfigured(config, signal),
      rejected: () => secrets.forget(config.name),
    });

  const follower = createConfigFollower({ configStore, store, sessions, secrets, specOf, warn: options.warn });
  const current = () => configStore.current.config;

  return {
    store,
    sessions,
    tasks,
    taskHistory: notifier.taskHistory,
    nodeHistory: metrics.ofNodes,
    notices: notifier.notices,
    schedules: createSchedules(stateDirectory(env, home), clock),
    reservations: createReservations(join(stateDirectory(env, home), 'reserved'), clock),
    clock,
    audit,
    redact: redactor.redact,
    configPath,
    addressOf: (config) => addressOf(config, fieldsOf.get(config.platform) ?? []),
    manifests,
    kinds,
    operations,
    config: current,
    problems: () => [...configStore.current.problems, ...(options.pluginProblems ?? []), ...roles.problems()],
    checkPlugins: options.checkPlugins ?? (async () => []),
    wireLog: wireLog.lines,
    load: () => roles.read().then(follower.load),
    open: follower.open,
    follow() {
      follower.watch();
      notifier.follow();
      metrics.follow();
      updates.follow();
    },
    async changeConfig(change, basedOn) {
      const config = await changeConfig(change, basedOn, { ...options, configStore, fieldsOf, audit });
      if (config) follower.takeOver(config);
      return config !== undefined;
    },
    isDryRun: options.dryRun,
    appliances: () => appliancesOf(clock, cacheDirectory(env, home), home, current),
    ...templateServices({ ...options, audit, platforms: manifests.map(({ id }) => id), config: current }),
    configEdit: () => ({ by: whoAmI(env), at: clock.now(), fleet: store.fleet }),
    testEndpoint: async (name, ask, signal) => testDraft(configured(name), ask, signal),
    testDraft,
    setUpHost: hostSetups({ configured, load, resolve, policyFor, operations, audit, clock, wire: wireLog.push }),
    async detect(platform, signal) {
      const { detect } = await load(platform);
      return detect ? detect({ signal, clock, wire: wireLog.push, ask: {} }) : [];
    },
    policyFor,
    written: notifier.written,
    async close() {
      follower.stop();
      updates.stop();
      await Promise.all([sessions.close(), notifier.close(), metrics.close()]);
    },
  };
}

const auditOf = (
  { clock, env, warn }: ComposeOptions,
  folder: string,
  redactor: Redactor,
  required: () => boolean,
): Audit => createAudit({ file: join(folder, 'audit.jsonl'), clock, redactor, env, trouble: warn, required });

const notifierOf = (
  { clock, env, signal, warn }: ComposeOptions,
  folder: string,
  own: Pick<NotifierOptions, 'redactor' | 'secrets' | 'store' | 'rules'>,
): Notifier => createNotifier({ ...own, folder, clock, env, signal, trouble: warn });

/** A demo is no administrator's: its simulated endpoints have no roles. */
function policyForRun(
  { readOnly: isReadOnly, roles: options }: ComposeOptions,
  fleet: Fleet,
  roles: RolesOfRun,
  { config, manifestOf }: { config: () => Config; manifestOf: (platform: string) => Manifest | undefined },
): Services['policyFor'] {
  const isSimulated = (id: Id) => manifestOf(config().endpoints.get(endpointOf(id))?.platform ?? '')?.tier === 'demo';
  const isFree = (id: Id) => options?.exceptSimulated === true && isSimulated(id);
  return (id) => policyOf(id, fleet, isReadOnly, isFree(id) ? undefined : roles.current());
}

/** It may be written while drover is open. */
const LOOKS_FOR_ADDRESS_MS = 60_000;

/** Loaded where an address is configured: HTTP would be a part of every start. */
function updatesOf({ clock, warn }: ComposeOptions, folder: string, tasks: Tasks, address: () => string | undefined) {
  let stop = () => {};
  let isStopped = false;
  const load = async () => {
    const { followUpdates } = await import('./notify/update-check.ts');
    if (!isStopped) stop = followUpdates({ address, folder, clock, tasks, tell: warn });
  };
  const follow = () => {
    if (address() === undefined) stop = clock.after(LOOKS_FOR_ADDRESS_MS, follow);
    else load().catch((error: unknown) => warn(`no look for a newer drover: ${sentence(error)}`));
  };
  return {
    follow,
    stop() {
      isStopped = true;
      stop();
    },
  };
}

const metricsOf = (
  { clock, warn }: ComposeOptions,
  folder: string,
  { fleet }: Store,
  limits: MetricHistoryOptions['limits'],
): MetricHistory => createMetricHistory({ folder, clock, fleet, limits, trouble: warn });

/** Loaded here: HTTP and what unpacks would be a part of every start. */
async function appliancesOf(clock: Clock, cache: string, home: string, config: () => Config): Promise<Appliances> {
  const { createAppliances } = await import('./appliances/appliances.ts');
  const inHome = (path: string) => path.replace(/^~(?=\/)/, home);
  const catalogs = () =>
    readApplianceCatalogs('', config().file).catalogs.map(({ name, location, ca }) => ({
      name,
      location: inHome(location),
      ...(ca !== undefined && { ca: inHome(ca) }),
    }));
  return createAppliances({
    folder: chosenFolder(config().file, 'appliance-store', home) ?? join(cache, 'appliances'),
    clock,
    catalogs,
  });
}

/** `isReadOnly`: nothing may be changed in this run. */
function specFor(
  config: EndpointConfig,
  manifest: Manifest | undefined,
  isReadOnly: boolean,
  login: Pick<SessionSpec, 'resolve' | 'rejected'>,
): SessionSpec {
  const everyMs = config.everyMs ?? manifest?.everyMs ?? 2_000;
  const why = isReadOnly ? 'this run is read-only' : config.readOnly && `${config.name} is read-only`;
  return {
    name: config.name,
    platform: config.platform,
    address: addressOf(config, manifest?.endpoint ?? []),
    everyMs,
    silentMs: Math.max(everyMs, manifest?.silentMs ?? 0),
    enabled: config.enabled,
    ...(why ? { readOnly: why } : {}),
    ...showing(config),
    ...login,
  };
}

/** Of an endpoint whose filter is wrong nothing is connected. */
function showing({ filter }: EndpointConfig): Pick<SessionSpec, 'shows'> {
  const shows = filter === undefined ? undefined : lastingFilter(filter);
  return typeof shows === 'function' ? { shows } : {};
}

/** Where an endpoint points, for people: `root@10.0.0.1`, `root@10.0.0.1:2222` where its port is set, `prod eu-central-1`. */
function addressOf({ values, platform }: EndpointConfig, fields: readonly EndpointField[]): string {
  const { user, host, port } = { user: values['user'], host: values['host'], port: values['port'] };
  const machine = host === undefined || port === undefined ? host : withPort(String(host), String(port));
  const shown: Settings = machine === undefined ? values : { ...values, host: machine };
  const places = fields.flatMap(({ key, place }) => (place && shown[key] !== undefined ? String(shown[key]) : []));
  // a user of a host, as ssh writes it; users of other kinds have an @ of their own
  const isLogin = typeof user === 'string' && !user.includes('@') && places[0] === machine;
  return places.length === 0 ? platform : `${isLogin ? `${user}@` : ''}${places.join(' ')}`;
}

/** Two endpoints on one host differ by it: `10.0.0.1:2222`, `[fd00::1]:2222`. */
const withPort = (host: string, port: string): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What may be written down of a request, whose first argument is its object: settings of a VM without those that are secrets. */
const withoutSecrets = (fields: readonly SettingsField[], operation: Operation | undefined, args: readonly unknown[]) =>
  args.map((argument, at) => {
    if (typeof argument === 'string') return at > 0 && operation?.documents ? linesOf(argument) : argument;
    const isSettings = typeof argument === 'object' && argument !== null && !Array.isArray(argument);
    return isSettings ? redacted(fields, argument as Settings) : argument;
  });

async function loadFrom(platforms: readonly PlatformEntry[], platform: string): Promise<Platform> {
  const entry = platforms.find(({ manifest }) => manifest.id === platform);
  if (entry) return entry.load();
  throw new FleetError('config.invalid', `there is no platform ${JSON.stringify(platform)}`, {
    fix: 'drover platform list shows which there are',
  });
}
