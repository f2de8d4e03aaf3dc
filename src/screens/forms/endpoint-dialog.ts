import { sentence } from '../../errors.ts';
import { type EndpointName, endpointName, isEndpointName } from '../../ids.ts';
import {
  type Check,
  type Detected,
  type EndpointField,
  type Manifest,
  type Settings,
  sameValue,
} from '../../platforms/contract.ts';
import type { EndpointChanges } from '../../state/config/change.ts';
import { allFieldsOf } from '../../state/config/common-fields.ts';
import { definitionsFor } from '../../state/config/definitions-of-nodes.ts';
import { type EndpointToAdd, endpointsToAdd } from '../../state/config/endpoints-apart.ts';
import { defaultsFor } from '../../state/config/read-defaults.ts';
import { defaultsOf, endpointFieldsOf, suggested } from '../../state/fields.ts';
import { clean } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import { deadline } from '../deadline.ts';
import { createAsk } from '../dialogs/ask.ts';
import type { Choice } from '../dialogs/dialogs.ts';
import type { Stage } from '../stage.ts';
import { createForm } from './form-state.ts';
import { toldColumns } from './told-columns.ts';

/** Looking for what is on this machine must not hold up the question. */
const DETECT_MS = 1_500;
const TEST_MS = 60_000;
const NAME = '@name';
/** A key is trusted by a test that asks about it: under this form no key reaches the endpoint, which may not even be saved. */
const TRUST_COMMAND = /\bdrover endpoint trust(?: [\w.-]*\w)?/g;
const TRUST_HERE = 'test the connection again, and say yes to its key';

const nameField: EndpointField = {
  key: NAME,
  label: 'Name',
  help: 'What drover calls it: letters, digits, dot, dash and underscore.',
  kind: 'text',
  required: true,
  fixed: true,
  pattern: { source: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$', complaint: 'letters, digits, dot, dash and underscore only' },
};

interface Start {
  readonly manifest: Manifest;
  readonly name: string;
  readonly values: Settings;
}

/**
 * Asks for the platform, with what was found on this machine behind it (F-022, F-031), then for its fields. `pool`: the user's
 * own that it is put into.
 */
export async function addEndpoint(stage: Stage, pool?: string): Promise<void> {
  const { services } = stage;
  const controller = new AbortController();
  const signal = deadline(services.clock, DETECT_MS, 'nothing was found in time', controller.signal);
  let choices: readonly Choice<Start>[] | undefined;
  const looked = Promise.all(services.manifests.map((manifest) => startsWith(stage, manifest, signal)));
  void looked.then((starts) => {
    // The list must not move under the cursor, so it is shown when it is whole.
    choices = [...starts.map(([own]) => own as Choice<Start>), ...starts.flatMap(([, ...found]) => found)];
    stage.changed();
  });
  const start = await stage.dialogs.pick({ title: 'Add endpoint', lines: ['What kind?'], choices: () => choices });
  controller.abort();
  if (start) endpointForm(stage, start, undefined, pool);
}

/** The platform itself, then what of its kind is found on this machine; nothing where looking fails or takes too long. */
async function startsWith(
  { services }: Stage,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<readonly Choice<Start>[]> {
  const own = { label: `${manifest.title}: ${manifest.summary}`, value: { manifest, name: '', values: {} } };
  const late = new Promise<readonly Detected[]>((resolve) => {
    signal.addEventListener('abort', () => resolve([]), { once: true });
  });
  const found = await Promise.race([services.detect(manifest.id, signal).catch(() => []), late]);
  return [
    own,
    ...found.map(({ name, why, values }) => ({
      label: `${manifest.title}, found here: ${why}`,
      value: { manifest, name, values },
    })),
  ];
}

/** The form of an endpoint that is there; its name and what ids hang on can only be read, F-026. */
export function editEndpoint(stage: Stage, name: EndpointName): void {
  const config = stage.services.config().endpoints.get(name);
  const manifest = stage.services.manifests.find(({ id }) => id === config?.platform);
  if (!config || !manifest) {
    stage.message.say(`${name} is not in the configuration`, 'warning');
    return;
  }
  const common: Settings = {
    enabled: config.enabled,
    'read-only': config.readOnly,
    ...(config.filter !== undefined && { filter: config.filter }),
  };
  endpointForm(stage, { manifest, name, values: { ...common, ...config.values } }, name);
}

function endpointForm(
  stage: Stage,
  { manifest, name, values }: Start,
  existing: EndpointName | undefined,
  pool?: string,
): void {
  const { services, look } = stage;
  const mode = existing === undefined ? 'add' : 'edit';
  const own = allFieldsOf(manifest.endpoint);
  const before: Settings = existing === undefined ? {} : { [NAME]: name, ...values };
  const ofFile = existing === undefined ? defaultsFor(services.config().file, own.map(alwaysShown), {}) : {};
  const suggestions = existing === undefined ? { ...suggested(manifest.endpoint, process.env), ...ofFile } : {};
  const inPool = pool === undefined ? '' : ` to pool ${pool}`;
  const form = createForm({
    fields: endpointFieldsOf([nameField, ...own], mode),
    before,
    start: { ...suggestions, ...values, ...(name === '' ? {} : { [NAME]: name }) },
    buttons: [
      { id: 'test', label: 'Test connection' },
      { id: 'save', label: 'Save' },
      { id: 'cancel', label: 'Cancel' },
    ],
  });
  const controller = new AbortController();
  /** What the form shows; another program may edit the file meanwhile. */
  const basedOn = services.config();
  let busy = false;
  /** What was tested last without success. */
  let failed: string | undefined;
  const draftNow = () => JSON.stringify(form.values());

  const close = () => {
    controller.abort();
    stage.layers.close(dialog.layer);
  };
  const paint = (colour: 'danger' | 'dim' | 'good', text: string) =>
    wrapped(text, toldColumns(stage)).map((line) => look.theme.paint(colour, line));
  /** What it would be without being said, by `defaults:` of the file or else by the platform. */
  const usual: Settings = { ...defaultsOf(own), ...ofFile };
  /** What is as usual stays out of the file; what the file's defaults say and was emptied is said to be empty. */
  const given = (): Settings => {
    const { [NAME]: _, ...values } = form.values();
    const emptied = Object.keys(ofFile).filter((key) => values[key] === undefined);
    const said = Object.entries(values).filter(([key, value]) => {
      const field = own.find((one) => one.key === key);
      return value !== '' && (usual[key] === undefined || !sameValue(field, value, usual[key]));
    });
    return Object.fromEntries([...said, ...emptied.map((key) => [key, ''])]);
  };

  const checkLines = (checks: readonly Check[]): readonly string[] =>
    checks.flatMap(({ check, ok, detail, fix }) => [
      ...paint(ok ? 'good' : 'danger', `${ok ? look.glyphs.good : look.glyphs.bad} ${check}: ${detail}`),
      ...(fix === undefined || ok
        ? []
        : paint('dim', `  ${stage.advice.onScreen(fix.replace(TRUST_COMMAND, TRUST_HERE))}`)),
    ]);

  /** Each has a time of its own, and what it shows stays when the next one does not answer. */
  const testOne = async (
    { name: tested, values: tried }: EndpointToAdd<Settings>,
    prefix: string,
  ): Promise<readonly [lines: readonly string[], isGood: boolean]> => {
    const signal = deadline(services.clock, TEST_MS, `no answer within ${TEST_MS / 1000} s`, controller.signal);
    const draft = { name: endpointName(tested), platform: manifest.id, values: tried };
    try {
      const checks = await services.testDraft(draft, createAsk(stage), signal);
      const named = checks.map((check) => ({ ...check, check: `${prefix}${check.check}` }));
      return [checkLines(named), checks.every(({ ok }) => ok)];
    } catch (error) {
      return [paint('danger', `${prefix}${sentence(error)}`), false];
    }
  };

  const test = async () => {
    const word = String(form.values()[NAME] ?? '');
    const name = endpointName(isEndpointName(word) ? word : 'new');
    const drafts = endpointsToAdd(name, own, given());
    busy = true;
    failed = draftNow();
    dialog.tell(paint('dim', 'testing…'), 'more will come');
    try {
      const told: string[] = [];
      let isWell = true;
      for (const [at, one] of drafts.entries()) {
        const [lines, isGood] = await testOne(one, drafts.length > 1 ? `${one.name}: ` : '');
        if (controller.signal.aborted) return;
        told.push(...lines);
        isWell &&= isGood;
        const isLast = at === drafts.length - 1;
        dialog.tell(isLast ? told : [...told, ...paint('dim', 'testing…')], isLast ? undefined : 'more will come');
      }
      if (isWell) failed = undefined;
    } finally {
      busy = false;
    }
  };

  /** What the command line asks for by a flag. */
  const mayBeSaved = async (): Promise<boolean> =>
    failed !== draftNow() ||
    stage.dialogs.confirm({ title: 'Save', question: 'The test failed: save it all the same?' });

  const save = async () => {
    if (!(await mayBeSaved())) return;
    // It may have been removed while the form was open.
    const into = pool !== undefined && services.config().pools.has(pool) ? pool : undefined;
    const word = String(form.values()[NAME] ?? '');
    const { [NAME]: _, ...changes } = form.changes();
    busy = true;
    try {
      const written = await (existing === undefined
        ? services.changeConfig({
            kind: 'endpoint-add',
            name: word,
            platform: manifest.id,
            values: given(),
            ...(into !== undefined && { pool: into }),
          })
        : services.changeConfig({ kind: 'endpoint-edit', name: existing, values: emptied(changes) }, basedOn));
      close();
      if (!written) return stage.message.say('nothing was written');
      const names = existing === undefined ? endpointsToAdd(word, own, given()).map(({ name: one }) => one) : [word];
      const isDefined = names.some((one) => definitionsFor(services.config().pools, endpointName(one)).length > 0);
      tellSaved(stage, existing === undefined ? added(word, pool, into, isDefined) : `${existing} was changed`, names);
      // How it goes is shown by its row.
      for (const one of names) services.sessions.reconnect(endpointName(one), createAsk(stage)).catch(() => {});
    } catch (error) {
      dialog.tell(paint('danger', sentence(error)));
    } finally {
      busy = false;
    }
  };

  const dialog = stage.dialogs.form({
    title: existing === undefined ? `Add endpoint${inPool}: ${manifest.title}` : `Edit endpoint ${existing}`,
    form: () => form,
    cancel: close,
    pressed(button) {
      if (button === 'cancel') close();
      else if (!busy && form.check()) void (button === 'test' ? test() : save());
    },
  });
  stage.layers.open(dialog.layer);
}

/** `pool`: where it was to go; `into`: where it went. */
function added(word: string, pool: string | undefined, into: string | undefined, isDefined: boolean): string {
  const name = clean(word);
  if (pool === undefined) return `${name} was added`;
  if (into !== pool) return `${name} was added, in no pool: ${pool} is gone`;
  return `${name} was added to pool ${pool}${isDefined ? '; the storages and networks that it defines are not made there yet' : ''}`;
}

/** What should not stand in the file as it does is said at once, with where it belongs. */
function tellSaved(stage: Stage, done: string, names: readonly string[]): void {
  const { services, message } = stage;
  const isAbout = (endpoint: string | undefined): boolean => endpoint !== undefined && names.includes(endpoint);
  const warnings = services.problems().filter(({ endpoint, severity }) => isAbout(endpoint) && severity === 'warning');
  const all = warnings.map(({ message: what, fix }) =>
    fix === undefined ? what : `${what}: ${stage.advice.onScreen(fix)}`,
  );
  // Of several endpoints that were added together each is warned of for the same values.
  const sentences = [...new Set(all)];
  if (sentences.length === 0) message.say(done, 'good');
  else message.say(`${done}, but ${clean(sentences.join('; '))}`, 'warning');
}

/** Where the form begins, what a field hangs on may still become another. */
const alwaysShown = ({ when: _, ...field }: EndpointField): EndpointField => field;

/** A field that was emptied leaves the file. */
const emptied = (changes: Settings): EndpointChanges =>
  Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, value === '' ? undefined : value]));
