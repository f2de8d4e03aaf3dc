import { homedir } from 'node:os';
import type { App } from '../../compose.ts';
import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import { clean } from '../../terminal/width.ts';
import { EXIT } from '../command.ts';
import { isYes } from '../consent.ts';
import type { ParsedFlags } from '../flags.ts';
import { renderList } from '../output.ts';
import type { OwnCommand, OwnContext } from '../own-command.ts';
import { filesHere, filesOfNode } from './convirt/config-files.ts';
import { CONVIRT, GROUP, importConvirt, NODE, USUAL_GROUP } from './convirt/import-convirt.ts';
import { importers } from './importers.ts';
import type { Importer } from './plan.ts';
import { createSecretFiles, type SecretFiles } from './secret-files.ts';
import { type Settled, settle } from './settle.ts';
import { columns, remarksOn, rowOf } from './show.ts';
import { createSource } from './source.ts';

export const importCommand: OwnCommand = {
  word: 'import',
  help: 'Make endpoints from what you have for kcli, pvetui, govc, OpenStack or AWS, and templates from VMs of ConVirt; shown first.',
  takes: `${importers.map(({ tool }) => tool).join('|')}|convirt PATH…`,
  flags: [
    GROUP,
    NODE,
    {
      key: 'only',
      label: 'Only',
      help: 'Only these of them, by the name in the table.',
      kind: 'text',
      repeatable: true,
      examples: ['NAME'],
    },
  ],
  candidates: ([first]) =>
    first === undefined
      ? [
          ...importers.map(({ tool, help }) => ({ value: tool, help })),
          { value: CONVIRT, help: 'Configuration files of VMs, as templates.' },
        ]
      : [],
  run: (context, parsed) => {
    const [tool, ...files] = parsed.words;
    if (tool === CONVIRT && parsed.repeated['only'])
      throw new FleetError('usage', '--only is not for convirt', { fix: 'name the files of those VMs alone' });
    if (tool === CONVIRT) return runConvirt(files, parsed, context);
    const importer = importerOf(parsed.words);
    for (const { key } of [GROUP, NODE])
      if (parsed.values[key] !== undefined)
        throw new FleetError('usage', `--${key} is for convirt: ${importer.tool} has endpoints, and no templates`);
    return context.withApp((app) => runImport(app, importer, parsed, context));
  },
};

function importerOf([tool, ...rest]: readonly string[]): Importer {
  const tools = [...importers.map((one) => one.tool), CONVIRT];
  const fix = `one of ${tools.join(', ')}`;
  if (tool === undefined) throw new FleetError('usage', 'import from what?', { fix });
  const importer = importers.find((one) => one.tool === tool);
  if (!importer) {
    throw new FleetError('usage', `drover can't import from ${JSON.stringify(tool)}${didYouMean(tool, tools)}`, {
      fix,
    });
  }
  if (rest.length > 0) {
    throw new FleetError('usage', 'import takes one tool', { fix: `drover import ${tool} --only NAME picks` });
  }
  return importer;
}

async function runConvirt(paths: readonly string[], { values }: ParsedFlags, context: OwnContext): Promise<number> {
  if (paths.length === 0)
    throw new FleetError('usage', 'which files? Name the configuration files of the VMs', {
      fix: 'ConVirt has them in /etc/xen and /var/cache/convirt/vm_configs',
    });
  const node = values[NODE.key];
  return context.withApp(async (app) => {
    const files =
      node === undefined
        ? filesHere(paths, sourceOf(context))
        : await filesOfNode(String(node), paths, { ...context, app });
    return importConvirt(app, files, String(values[GROUP.key] ?? USUAL_GROUP), context);
  });
}

/** Nothing is connected to. 0 also when all was there already, 3 when nothing of it can be an endpoint. */
async function runImport(app: App, importer: Importer, flags: ParsedFlags, context: OwnContext): Promise<number> {
  const files = createSecretFiles(app.configPath);
  const settled = picked(await look(app, importer, files, context), flags.repeated['only']);
  const fresh = settled.filter(({ status }) => status === 'new');
  const isTable = context.format === 'table';
  if (isTable) await show(settled, new Set(), app, context);
  const consent = fresh.length === 0 ? 'nothing new' : await asked(fresh.length, app, context);
  const written = consent === 'yes' ? await writeAll(fresh, app, files, context) : new Set<string>();
  if (!isTable) await show(settled, written, app, context);
  return ended(consent, settled, context);
}

const sourceOf = ({ env }: Pick<OwnContext, 'env'>) => createSource(env, env['HOME'] || homedir(), process.cwd());

async function look(
  app: App,
  importer: Importer,
  files: SecretFiles,
  { env }: OwnContext,
): Promise<readonly Settled[]> {
  const source = sourceOf({ env });
  const found = await importer.read(source);
  if (!found) {
    const places = [...source.looked, ...importer.variables.map((name) => `$${name}`)];
    throw new FleetError('op.failed', `found nothing of ${importer.tool}: looked for ${places.join(', ')}`);
  }
  const { tool } = importer;
  const ground = { tool, manifests: app.manifests, config: app.config(), files };
  return settle(found, ground);
}

/** Those of `--only`, by their new names or by those that the tool has for them. */
function picked(settled: readonly Settled[], only: readonly string[] | undefined): readonly Settled[] {
  if (!only) return settled;
  const namesOf = ({ name, plan }: Settled): readonly string[] => (plan ? [name, plan.name] : [name]);
  const wanted = only.flatMap((names) => names.split(',')).filter(Boolean);
  for (const name of wanted) {
    if (settled.some((one) => namesOf(one).includes(name))) continue;
    const known = settled.map((one) => one.name);
    throw new FleetError('usage', `there is nothing called ${JSON.stringify(name)}${didYouMean(name, known)}`, {
      fix: `there is ${known.join(', ')}`,
    });
  }
  return settled.filter((one) => namesOf(one).some((name) => wanted.includes(name)));
}

async function show(
  settled: readonly Settled[],
  written: ReadonlySet<string>,
  app: App,
  { printer, format, columns: room, say }: OwnContext,
): Promise<void> {
  const rows = settled.map((one) => rowOf(one, one.status === 'new' && written.has(one.name), app.manifests));
  await printer.print(await renderList({ rows, columns, name: ({ name }) => name }, format, room));
  if (format === 'table') for (const line of remarksOn(rows)) say(clean(line));
}

type Consent = 'yes' | 'no' | 'no terminal' | 'only shown' | 'nothing new';

/** Programs get the plan, and have to say --yes to get more; people are asked. */
async function asked(count: number, app: App, { global, format, interactive, ask }: OwnContext): Promise<Consent> {
  if (global.dryRun) return 'only shown';
  if (global.yes) return 'yes';
  if (format !== 'table') return 'only shown';
  if (!interactive) return 'no terminal';
  const what = count === 1 ? 'this endpoint' : `these ${count} new endpoints`;
  return isYes((await ask(`Add ${what} to ${app.configPath}? [y/N] `)) ?? '') ? 'yes' : 'no';
}

async function writeAll(
  fresh: readonly Settled[],
  app: App,
  files: SecretFiles,
  { signal, say }: OwnContext,
): Promise<ReadonlySet<string>> {
  const written = new Set<string>();
  for (const { name, plan, values } of fresh) {
    signal.throwIfAborted();
    const takeBack = await files.write(name, plan?.secrets ?? {});
    try {
      await app.changeConfig({ kind: 'endpoint-add', name, platform: plan?.platform ?? '', values });
    } catch (error) {
      await takeBack();
      throw error;
    }
    written.add(name);
    say(`${name} is saved`);
  }
  return written;
}

function ended(consent: Consent, settled: readonly Settled[], { say }: OwnContext): number {
  switch (consent) {
    case 'yes':
      say('drover endpoint test NAME tries one of them');
      return EXIT.done;
    case 'only shown':
      say('nothing was written');
      return EXIT.done;
    case 'no':
      say('nothing was written');
      return EXIT.interrupted;
    case 'no terminal':
      say('nothing was written: there is no terminal to ask at');
      say('  add --yes to write it');
      return EXIT.usage;
    case 'nothing new': {
      const isThere = settled.some(({ status }) => status === 'there already');
      say(isThere ? 'nothing to do: what can be imported is there already' : 'nothing of it can be imported');
      return isThere ? EXIT.done : EXIT.notPossible;
    }
  }
}
