import { dirname, join } from 'node:path';
import { policyOf } from './actions/policy.ts';
import type { DraftEndpoint, Services } from './actions/services.ts';
import { tables as ownTables, type Tables } from './actions/tables.ts';
import { wouldSend } from './actions/would-send.ts';
import type { Clock } from './clock.ts';
import { FleetError } from './errors.ts';
import type { EndpointName, VmId } from './ids.ts';
import type { Check, Connection, Endpoint, EndpointField, Settings } from './platforms/contract.ts';
import { platforms as ownPlatforms } from './platforms/registry.ts';
import { audited } from './platforms/wrap/audited.ts';
import { checked } from './platforms/wrap/checked.ts';
import { withDeadline } from './platforms/wrap/deadline.ts';
import { dryRun } from './platforms/wrap/dry-run.ts';
import { readOnly } from './platforms/wrap/read-only.ts';
import { withRetry } from './platforms/wrap/retry.ts';
import { throttle } from './platforms/wrap/throttle.ts';
import { changeConfig } from './state/config/change-config.ts';
import type { Config, EndpointConfig } from './state/config/model.ts';
import { cacheDirectory, configFile, stateDirectory } from './state/config/paths.ts';
import { auditIsRequired } from './state/config/preferences.ts';
import { type Problem, spellProblem } from './state/config/problem.ts';
import { createConfigStore } from './state/config/store.ts';
import { filled } from './state/fields.ts';
import { type Audit, createAudit } from './state/files/audit.ts';
import { homeOf } from './state/files/home.ts';
import { createRedactor } from './state/files/redactor.ts';
import { createInventoryCache } from './state/fleet/inventory-cache.ts';
import { createStore } from './state/fleet/store.ts';
import { createConfigFollower } from './state/session/follow-config.ts';
import { createSecrets } from './state/session/secrets.ts';
import { createSessions } from './state/session/sessions.ts';
import type { SessionSpec } from './state/session/spec.ts';
import { createWireLog } from './state/session/wire-log.ts';
import { createTasks } from './state/tasks.ts';

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
  /** What there is to do; drover's own where absent. */
  readonly tables?: Tables;
  /** The platforms that there are; drover's own where absent. */
  readonly platforms?: typeof ownPlatforms;
}

/** The program without a face: used by the screen and by the command line. */
export interface App extends Services {
  readonly configPath: string;
  readonly audit: Audit;
  /** Blots out every secret that was looked up. */
  readonly redact: (text: string) => string;
  /** Reads the configuration. Nothing is connected yet. */
  load(): Promise<Config>;
  /** Opens sessions for these endpoints, or for all. */
  open(names?: readonly EndpointName[]): void;
  /** Where an endpoint points, for people. */
  addressOf(config: EndpointConfig): string;
  /** Follows the configuration file while other programs edit it. */
  follow(): void;
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

  const store = createStore(clock);
  const redactor = createRedactor();
  const wireLog = createWireLog(redactor);
  const secrets = createSecrets({ env, home, directory: dirname(configPath), clock, redactor });
  const audit = createAudit({
    file: join(stateDirectory(env, home), 'audit.jsonl'),
    clock,
    redactor,
    env,
    trouble: options.warn,
    required: () => auditIsRequired(configStore.current.config),
  });
  const configStore = createConfigStore(configPath, fieldsOf, clock);
  const tasks = createTasks(clock);

  const load = async (platform: string) => {
    const entry = platforms.find(({ manifest }) => manifest.id === platform);
    if (entry) return entry.load();
    throw new FleetError('config.invalid', `there is no platform ${JSON.stringify(platform)}`, {
      fix: 'drover platform list shows which there are',
    });
  };

  const resolve = async ({ name, platform, values }: DraftEndpoint, signal: AbortSignal): Promise<Endpoint> => {
    const fields = fieldsOf.get(platform) ?? [];
    const complete = filled(fields, values, home);
    return { name, platform, values: await secrets.resolve(name, fields, complete, signal) };
  };
  const resolveConfigured = async (config: EndpointConfig, signal: AbortSignal): Promise<Endpoint> => {
    if (config.trouble) throw invalid(config.trouble);
    return resolve(config, signal);
  };
  const testDraft: Services['testDraft'] = async (draft, ask, signal) => {
    const platform = await load(draft.platform);
    return platform.test(await resolve(draft, signal), { signal, clock, wire: wireLog.push, ask });
  };

  const policyFor: Services['policyFor'] = (id) => policyOf(id, store.fleet, options.readOnly);

  const wrap = (connection: Connection, { name, readOnly: why }: SessionSpec): Connection => {
    const sent = checked(withDeadline(connection, clock, operations), operations);
    let wrapped = withRetry(throttle(sent, IN_FLIGHT_PER_CONNECTION, operations), clock, operations);
    wrapped = audited(
      wrapped,
      async (action, [object, ...rest]) =>
        audit.begin({ action, endpoint: name, object: String(object), arguments: rest }),
      operations,
    );
    if (options.dryRun) {
      wrapped = dryRun(
        wrapped,
        (operation, args) => options.warn(redactor.redact(wouldSend({ store, manifests }, name, operation, args))),
        operations,
      );
    }
    return readOnly(wrapped, (object) => why ?? policyFor(object).readOnly, operations);
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

  const specOf = (config: EndpointConfig): SessionSpec => {
    const why = options.readOnly ? 'this run is read-only' : config.readOnly && `${config.name} is read-only`;
    return {
      name: config.name,
      platform: config.platform,
      address: addressOf(config, fieldsOf.get(config.platform) ?? []),
      everyMs: config.everyMs ?? manifestOf(config.platform)?.everyMs ?? 2_000,
      enabled: config.enabled,
      ...(why ? { readOnly: why } : {}),
      resolve: (signal) => resolveConfigured(config, signal),
      rejected: () => secrets.forget(config.name),
    };
  };

  const follower = createConfigFollower({ configStore, store, sessions, secrets, specOf, warn: options.warn });
  const current = () => configStore.current.config;

  return {
    store,
    sessions,
    tasks,
    clock,
    audit,
    redact: redactor.redact,
    configPath,
    addressOf: (config) => addressOf(config, fieldsOf.get(config.platform) ?? []),
    manifests,
    kinds,
    operations,
    config: current,
    problems: () => configStore.current.problems,
    wireLog: wireLog.lines,
    load: follower.load,
    open: follower.open,
    follow: follower.watch,
    async changeConfig(change, basedOn) {
      const config = await changeConfig(change, basedOn, { ...options, configStore, fieldsOf, audit });
      if (config) follower.takeOver(config);
      return config !== undefined;
    },
    async testEndpoint(name, ask, signal): Promise<readonly Check[]> {
      const config = current().endpoints.get(name);
      if (!config) throw new FleetError('endpoint.not-found', `there is no endpoint ${name}`);
      if (config.trouble) throw invalid(config.trouble);
      return testDraft(config, ask, signal);
    },
    testDraft,
    async detect(platform, signal) {
      const { detect } = await load(platform);
      return detect ? detect({ signal, clock, wire: wireLog.push, ask: {} }) : [];
    },
    policyFor,
    async close() {
      follower.stop();
      await sessions.close();
    },
  };
}

const invalid = (problem: Problem) =>
  new FleetError('config.invalid', spellProblem(problem), problem.fix === undefined ? {} : { fix: problem.fix });

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
