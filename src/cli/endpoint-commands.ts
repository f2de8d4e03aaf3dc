import { endpointActions, endpointForms } from '../actions/endpoint.ts';
import type { DraftEndpoint } from '../actions/services.ts';
import { FleetError, sentence } from '../errors.ts';
import { endpointName, isEndpointName } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Ask, Check, EndpointField, HostKey, Manifest, Settings } from '../platforms/contract.ts';
import { allFieldsOf } from '../state/config/common-fields.ts';
import { endpointsToAdd } from '../state/config/endpoints-apart.ts';
import { currentEndpoint } from '../state/config/preferences.ts';
import { defaultsFor } from '../state/config/read-defaults.ts';
import { display, endpointFieldsOf, missing, redacted, referenceOf } from '../state/fields.ts';
import { clean } from '../terminal/width.ts';
import { askOnTerminal } from './ask.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import { type Command, type CommandContext, EXIT, globalFlags } from './command.ts';
import { knownEndpoint } from './config-commands.ts';
import { connect } from './connect.ts';
import { exitCodeFor, exitCodeOf } from './exit-code.ts';
import type { Flag } from './flags.ts';
import { renderDetails, renderList } from './output.ts';
import { printResults } from './results.ts';
import { sharedFlags, typedFor } from './shared-flags.ts';

const PLATFORM: Flag = {
  key: 'platform',
  label: 'Platform',
  help: 'What kind of endpoint it is; with --help, its own flags are shown.',
  kind: 'text',
  examples: ['kvm'],
};
const UNTESTED: Flag = {
  key: 'untested',
  label: 'Untested',
  help: 'Save it without a test of the connection.',
  kind: 'flag',
};

const FINGERPRINT: Flag = {
  key: 'fingerprint',
  label: 'Fingerprint',
  help: 'Accept the host key if it has this fingerprint, without a question: for scripts.',
  kind: 'text',
  examples: ['SHA256:uYvElh0BxE7YRFaKLF6fsjOOSvUDPMPb7OKVBZ14XKE'],
};

const [addForm, editForm] = endpointForms;
const trustAction = endpointActions.find(({ id }) => id === 'endpoint.trust');

/** The flags are the fields of the platforms. */
export function endpointFormCommands(manifests: readonly Manifest[]): readonly Command[] {
  const fieldsOf = new Map(manifests.map(({ id, endpoint }) => [id, endpoint]));
  // The simulated one is there for the demo and for tests.
  const offered = manifests.filter(({ tier }) => tier !== 'demo').map(({ id }) => id);
  return [
    {
      noun: 'endpoint',
      verb: 'list',
      help: 'List the configured endpoints, and with --test whether they answer.',
      takes: '',
      flags: () => [{ key: 'test', label: 'Test', help: 'Connect to each and say how it went.', kind: 'flag' }],
      run: (context, { values }) => listEndpoints(context, values['test'] === true),
    },
    {
      noun: 'endpoint',
      verb: 'info',
      help: 'Show the fields of an endpoint; secrets stay hidden.',
      takes: 'NAME',
      flags: () => [],
      async run(context, { words }) {
        const name = knownEndpoint(words[0], context);
        const config = context.app.config().endpoints.get(name);
        if (!config) return EXIT.failed;
        const fields = allFieldsOf(fieldsOf.get(config.platform) ?? []);
        const lines = fields.flatMap((field) => {
          const value = config.values[field.key];
          return value === undefined ? [] : [[field.key, display(field, value)] as const];
        });
        const value = {
          name,
          platform: config.platform,
          enabled: config.enabled,
          readOnly: config.readOnly,
          filter: config.filter,
          address: context.app.addressOf(config),
          error: config.trouble?.message,
          values: redacted(fields, config.values),
        };
        const limit = config.filter === undefined ? [] : [['filter', config.filter] as const];
        const shown = [['name', name], ['platform', config.platform], ...limit, ...lines] as const;
        await context.printer.print(await renderDetails({ value, name, lines: shown }, context.format));
        return EXIT.done;
      },
    },
    {
      noun: 'endpoint',
      verb: 'test',
      help: endpointActions.find(({ id }) => id === 'endpoint.test')?.help ?? '',
      takes: 'NAME',
      flags: () => [],
      async run(context, { words }) {
        const name = knownEndpoint(words[0], context);
        const checks = await context.app.testEndpoint(name, askOnTerminal(context), context.signal);
        if (context.format === 'table') sayChecks(checks, context);
        else
          await context.printer.print(
            await renderList(
              {
                rows: checks.map(({ check, ok, detail, fix, code }) => ({ check, ok, detail, fix, code })),
                columns: [],
                name: ({ check }) => check,
              },
              context.format,
              undefined,
            ),
          );
        const broken = checks.find(({ ok }) => !ok);
        if (!broken) return EXIT.done;
        return broken.code === undefined ? EXIT.unreachable : exitCodeFor(broken.code);
      },
    },
    {
      noun: 'endpoint',
      verb: 'trust',
      help: trustAction?.help ?? '',
      takes: 'NAME',
      flags: () => [FINGERPRINT],
      run: (context, { words, values }) => trust(context, words[0], values[FINGERPRINT.key]),
    },
    {
      noun: 'endpoint',
      verb: 'add',
      help: addForm?.help ?? '',
      takes: 'NAME',
      flags: (argv) => [PLATFORM, UNTESTED, ...fieldFlags(fieldsOf, offered, argv)],
      run: (context, { words, values }) => add(context, fieldsOf, offered, words[0], values),
    },
    {
      noun: 'endpoint',
      verb: 'edit',
      help: editForm?.help ?? '',
      takes: 'NAME',
      flags: () => flagsOf(fieldsOf, offered, undefined),
      run: (context, { words, values }) => edit(context, fieldsOf, words[0], values),
    },
  ];
}

/** An unknown key is accepted by an answer at the terminal, or by its fingerprint; `--yes` accepts none. */
async function trust(context: CommandContext, word: string | undefined, fingerprint: unknown): Promise<number> {
  const name = knownEndpoint(word, context);
  const asking = askOnTerminal(context);
  let shown: HostKey | undefined;
  const ask: Ask = {
    ...asking,
    async trust(key) {
      shown = key;
      return fingerprint === undefined ? ((await asking.trust?.(key)) ?? false) : key.fingerprint === fingerprint;
    },
  };
  try {
    const text = (await trustAction?.run(context.app, name, ask, context.signal)) ?? '';
    await printResults([{ name, text }], false, context);
    return EXIT.done;
  } catch (error) {
    if (shown === undefined || (context.interactive && fingerprint === undefined)) throw error;
    const key = `${shown.type} ${shown.fingerprint}`;
    if (fingerprint !== undefined) {
      throw new FleetError('trust.unknown-host', `${name} shows another key than that one: ${key}`, { cause: error });
    }
    throw new FleetError('trust.unknown-host', `${name} shows ${key}: without a terminal no unknown key is accepted`, {
      fix: `compare it with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then: drover endpoint trust ${name} --fingerprint ${shown.fingerprint}`,
      cause: error,
    });
  }
}

const platformIn = (argv: readonly string[]): string | undefined => {
  const at = argv.indexOf('--platform');
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--platform='))?.slice('--platform='.length);
};

/** The help shows the flags of the platform that is named, and none of the others'. */
const fieldFlags = (
  fieldsOf: ReadonlyMap<string, readonly EndpointField[]>,
  offered: readonly string[],
  argv: readonly string[],
): readonly Flag[] => {
  const platform = platformIn(argv);
  const isHelp = argv.includes('--help') || argv.includes('-h');
  return isHelp && platform === undefined ? [] : flagsOf(fieldsOf, offered, platform);
};

/** The fields of one platform as flags; those of all, while it is not known which it is. */
function flagsOf(
  fieldsOf: ReadonlyMap<string, readonly EndpointField[]>,
  offered: readonly string[],
  platform: string | undefined,
): readonly Flag[] {
  const own = platform === undefined ? undefined : fieldsOf.get(platform);
  if (own) return allFieldsOf(own).map(asFlag);
  return sharedFlags(
    [...fieldsOf].map(([id, fields]) => ({
      id,
      flags: allFieldsOf(fields).map(asFlag),
      unnamed: !offered.includes(id),
    })),
  );
}

/**
 * What the field is called on the command line. `--read-only` forbids every change in the run: the
 * endpoint's own field of that name is `--endpoint-read-only`.
 */
const flagKeyOf = (key: string): string => (globalFlags.some((flag) => flag.key === key) ? `endpoint-${key}` : key);

/** A flag is not required and has no default: the form fills in what is missing. A plain secret would show in the list of processes. */
function asFlag({ required: _required, default: _default, ...field }: EndpointField): Flag {
  const reference = field.sensitive ? ' Only a reference: env:NAME, file:PATH or cmd:COMMAND.' : '';
  return { ...field, key: flagKeyOf(field.key), help: `${field.help.split('\n', 1)[0]}${reference}` };
}

/** The values that were given for this platform's fields; a field of another platform is wrong use. */
function valuesFor(fields: readonly EndpointField[], values: Settings): Settings {
  const byFlag = new Map(fields.map((field) => [flagKeyOf(field.key), field]));
  const given = Object.entries(values).filter(([flag]) => flag !== PLATFORM.key && flag !== UNTESTED.key);
  return Object.fromEntries(
    given.map(([flag, value]) => {
      const field = byFlag.get(flag);
      if (!field) throw new FleetError('usage', `this platform has no --${flag}${didYouMean(flag, byFlag.keys())}`);
      if (field.sensitive && !referenceOf(value)) {
        throw new FleetError('usage', `--${flag} would show the secret in the list of processes`, {
          fix: `give a reference: --${flag} env:NAME, file:PATH or cmd:COMMAND`,
        });
      }
      return [field.key, typedFor(field, flag, value)];
    }),
  );
}

async function add(
  context: CommandContext,
  fieldsOf: ReadonlyMap<string, readonly EndpointField[]>,
  offered: readonly string[],
  word: string | undefined,
  values: Settings,
): Promise<number> {
  if (word === undefined) throw new FleetError('usage', 'which name? Give the endpoint one');
  if (!isEndpointName(word)) {
    throw new FleetError('usage', `${JSON.stringify(word)} can't be an endpoint's name`, {
      fix: 'a name has letters, digits, dot, dash and underscore, as in db1',
    });
  }
  if (context.app.config().endpoints.has(word)) {
    throw new FleetError('usage', `there is an endpoint ${word} already`, {
      fix: `take another name, or change that one: drover endpoint edit ${word}`,
    });
  }
  const platform = String(values['platform'] ?? (await askPlatform(context, offered)));
  const own = fieldsOf.get(platform);
  if (!own) {
    throw new FleetError('usage', `there is no platform ${JSON.stringify(platform)}${didYouMean(platform, offered)}`, {
      fix: `one of ${offered.join(', ')}`,
    });
  }
  const fields = endpointFieldsOf(allFieldsOf(own), 'add');
  const given = valuesFor(fields, values);
  const [first] = missing(fields, { ...defaultsFor(context.app.config().file, allFieldsOf(own), given), ...given });
  if (first) throw new FleetError('usage', `${first.label} is needed: --${flagKeyOf(first.key)}`);
  const drafts = endpointsToAdd(word, fields, given).map((one) => ({
    name: endpointName(one.name),
    platform,
    values: one.values,
  }));
  for (const draft of drafts) if (values['untested'] !== true) await mustAnswer(context, draft);
  const written = await context.app.changeConfig({ kind: 'endpoint-add', name: word, platform, values: given });
  await printResults(
    drafts.map(({ name }) => ({ name, text: saved(name, written) })),
    drafts.length > 1,
    context,
  );
  if (drafts.length > 1 && written) context.say(`all of them are the group ${word}: drover vm list -C ${word}`);
  return EXIT.done;
}

/** Rejects with what failed in the test of an endpoint that is not saved yet. */
async function mustAnswer(context: CommandContext, draft: DraftEndpoint): Promise<void> {
  const { name: word } = draft;
  const checks = await context.app.testDraft(draft, askOnTerminal(context), context.signal);
  sayChecks(checks, context, word);
  const broken = checks.find(({ ok }) => !ok);
  if (broken?.code === 'trust.unknown-host') {
    throw new FleetError('trust.unknown-host', `${word} was not saved, since its host key is not trusted`, {
      fix: context.interactive
        ? 'repeat the command and answer yes when the key is right, or save it with --untested'
        : `without a terminal: save it with --untested, then drover endpoint trust ${word} shows what accepts it`,
    });
  }
  if (broken) {
    throw new FleetError(broken.code ?? 'host.unreachable', `${word} was not saved, since the test failed`, {
      fix: 'fix what failed, or add --untested to save it as it is',
    });
  }
}

const saved = (name: string, written: boolean) => (written ? `${name} is saved` : `${name}: nothing was written`);

async function askPlatform({ interactive, ask }: CommandContext, offered: readonly string[]): Promise<string> {
  const names = offered.join(', ');
  const answer = interactive ? await ask(`Platform (${names}): `) : undefined;
  if (answer) return answer.trim();
  throw new FleetError('usage', `which platform? --platform, one of ${names}`);
}

async function edit(
  context: CommandContext,
  fieldsOf: ReadonlyMap<string, readonly EndpointField[]>,
  word: string | undefined,
  values: Settings,
): Promise<number> {
  const name = knownEndpoint(word, context);
  const platform = context.app.config().endpoints.get(name)?.platform ?? '';
  const given = valuesFor(allFieldsOf(fieldsOf.get(platform) ?? []), values);
  if (Object.keys(given).length === 0) throw new FleetError('usage', 'nothing to change: give the new values as flags');
  const written = await context.app.changeConfig({ kind: 'endpoint-edit', name, values: given });
  await printResults([{ name, text: saved(name, written) }], false, context);
  return EXIT.done;
}

/** `unsaved`: the name of an endpoint that no other command knows yet, so advice that names it is of no use. */
function sayChecks(checks: readonly Check[], { say }: CommandContext, unsaved?: string): void {
  for (const { check, ok, detail, fix } of checks) {
    say(`${ok ? 'ok    ' : 'FAILED'}  ${clean(check)}: ${clean(detail)}`);
    const isUseful = unsaved === undefined || !fix?.includes('drover endpoint');
    if (!ok && fix !== undefined && isUseful) say(`        ${clean(fix)}`);
  }
}

async function listEndpoints(context: CommandContext, test: boolean): Promise<number> {
  const { app, printer, format, columns: room } = context;
  const names = new Set(
    context.global.clients.length > 0 ? await chosenEndpoints(context) : [...app.config().endpoints.keys()],
  );
  const enabled = [...names].filter((name) => app.config().endpoints.get(name)?.enabled);
  const tested = test ? await connect(context, enabled) : undefined;
  const current = currentEndpoint(app.config());
  const rows = [...app.config().endpoints.values()]
    .filter(({ name }) => names.has(name))
    .map((config) => {
      const failure = tested?.failed.get(config.name);
      return {
        name: config.name,
        platform: config.platform,
        enabled: config.enabled,
        current: config.name === current,
        readOnly: config.readOnly,
        address: app.addressOf(config),
        answers: tested && config.enabled ? tested.answered.includes(config.name) : undefined,
        error: failure === undefined ? config.trouble?.message : sentence(failure),
      };
    });
  const text = await renderList(
    {
      rows,
      name: ({ name }) => name,
      columns: [
        { title: 'NAME', show: ({ name }) => name },
        { title: 'PLATFORM', show: ({ platform }) => platform },
        { title: 'ADDRESS', shrinksTo: 16, show: ({ address }) => address },
        { title: 'ENABLED', show: ({ enabled: on }) => (on ? 'yes' : 'no') },
        ...(current === undefined
          ? []
          : [{ title: 'CURRENT', show: ({ current: is }: (typeof rows)[number]) => (is ? 'yes' : 'no') }]),
        { title: 'ANSWERS', show: ({ answers }) => (answers === undefined ? '-' : answers ? 'yes' : 'no') },
        { title: 'PROBLEM', shrinksTo: 20, show: ({ error }) => error ?? '-' },
      ],
    },
    format,
    room,
  );
  await printer.print(text);
  const [failure] = tested?.failed.values() ?? [];
  return tested && tested.answered.length === 0 && failure !== undefined ? exitCodeOf(failure) : EXIT.done;
}
