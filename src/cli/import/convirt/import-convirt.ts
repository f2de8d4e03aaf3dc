/** `drover import convirt PATH…`: VMs of ConVirt and of Xen's tools become templates, of which they are made on any node. */
import { basename, extname } from 'node:path';
import type { App } from '../../../compose.ts';
import { FleetError, sentence } from '../../../errors.ts';
import { TEMPLATE_FILE } from '../../../state/templates/scan.ts';
import {
  FIRST_VERSION,
  spellTemplate,
  type TemplateName,
  templateNameComplaint,
} from '../../../state/templates/template.ts';
import { withSettings } from '../../../state/templates/with-settings.ts';
import { clean } from '../../../terminal/width.ts';
import { EXIT } from '../../command.ts';
import { isYes } from '../../consent.ts';
import type { Flag } from '../../flags.ts';
import { type Column, type Row, renderList } from '../../output.ts';
import type { OwnContext } from '../../own-command.ts';
import type { ConfigFile, ConfigFiles } from './config-files.ts';
import { readVmConfig, type VmConfig } from './vm-config.ts';

export const CONVIRT = 'convirt';

export const USUAL_GROUP = 'ConVirt';

export const GROUP: Flag = {
  key: 'group',
  label: 'Group',
  help: 'Of convirt: the group that their templates come into.',
  kind: 'text',
  default: USUAL_GROUP,
  examples: ['GROUP'],
};

export const NODE: Flag = {
  key: 'node',
  label: 'Node',
  help: 'Of convirt: the node that the files lie on; a folder of it stands for the files in it.',
  kind: 'text',
  examples: ['NODE'],
};

/** One file, and what becomes of it. */
type ConvirtRow = Row & {
  readonly file: string;
  /** `GROUP/NAME`; undefined where it can't be one. */
  readonly name: string | undefined;
  readonly status: 'new' | 'there already' | 'refused';
  /** MiB. */
  readonly memory: number | undefined;
  readonly vcpus: number | undefined;
  readonly disks: readonly string[];
  readonly nics: readonly string[];
  readonly why: string | undefined;
  readonly notes: readonly string[];
  readonly written: boolean;
};

interface Candidate {
  readonly row: ConvirtRow;
  readonly to?: TemplateName;
  readonly config?: VmConfig;
}

const columns: readonly Column<ConvirtRow>[] = [
  { title: 'TEMPLATE', show: ({ name, file }) => name ?? file },
  { title: 'STATUS', show: ({ status }) => status },
  { title: 'MEMORY', show: ({ memory }) => (memory === undefined ? '-' : `${memory} MiB`) },
  { title: 'CPUS', show: ({ vcpus }) => String(vcpus ?? '-') },
  { title: 'DISKS', show: ({ disks }) => disks.join(' ') || '-' },
  { title: 'NICS', show: ({ nics }) => nics.join(' ') || '-' },
];

/** 3 where none of them can be a template. */
export async function importConvirt(
  app: App,
  { files, endpoint }: ConfigFiles,
  group: string,
  context: OwnContext,
): Promise<number> {
  const wrong = templateNameComplaint(group);
  if (wrong !== undefined) throw new FleetError('usage', `a group can't be called ${JSON.stringify(group)}: ${wrong}`);
  const taken = new Set((await app.templates().scan()).templates.map(spellTemplate));
  const found: Candidate[] = [];
  for (const file of files) {
    context.signal.throwIfAborted();
    const one = await candidate(file, group, taken);
    if (one.to) taken.add(spellTemplate(one.to));
    found.push(one);
  }
  const fresh = found.filter(({ row }) => row.status === 'new');
  const isTable = context.format === 'table';
  if (isTable) await show(found, context);
  const isWanted = fresh.length > 0 && (await isAsked(fresh.length, app, context));
  const written = new Set<Candidate>();
  try {
    if (isWanted) for (const one of fresh) if (await write(one, app)) written.add(one);
  } finally {
    // What was written before an error is there.
    if (!isTable)
      await show(
        found.map((one) => ({ ...one, row: { ...one.row, written: written.has(one) } })),
        context,
      );
    for (const { to } of written)
      if (to)
        context.say(
          `drover vm create ${to.name} -C ${endpoint ?? 'ENDPOINT'} --template ${spellTemplate(to)} makes it there`,
        );
  }
  if (written.size === 0) context.say('nothing was written');
  return fresh.length > 0 || found.some(({ row }) => row.status === 'there already') ? EXIT.done : EXIT.notPossible;
}

async function candidate(file: ConfigFile, group: string, taken: ReadonlySet<string>): Promise<Candidate> {
  const { called, path } = file;
  const row = {
    file: called,
    name: undefined,
    memory: undefined,
    vcpus: undefined,
    disks: [],
    nics: [],
    notes: [],
    written: false,
  };
  try {
    const config = readVmConfig(called, await file.text(), basename(path, extname(path)));
    const wrong = templateNameComplaint(config.name);
    if (wrong !== undefined)
      throw new FleetError(
        'config.invalid',
        `${called}: a template can't be called ${JSON.stringify(config.name)}: ${wrong}`,
      );
    const to = { group, name: config.name };
    const { memory, vcpus, disks, nics, notes } = config;
    const status = taken.has(spellTemplate(to)) ? 'there already' : 'new';
    const shown: ConvirtRow = {
      ...row,
      name: spellTemplate(to),
      status,
      memory,
      vcpus,
      disks,
      nics,
      notes,
      why: undefined,
    };
    return { row: shown, to, config };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { row: { ...row, status: 'refused', why: sentence(error) } };
  }
}

async function show(found: readonly Candidate[], { printer, format, columns: room, say }: OwnContext): Promise<void> {
  const rows = found.map(({ row }) => row);
  await printer.print(await renderList({ rows, columns, name: ({ name }) => name ?? '' }, format, room));
  if (format !== 'table') return;
  for (const { name, why, notes } of rows) {
    if (why !== undefined) say(clean(why));
    for (const note of notes) say(clean(`${name}: ${note}`));
  }
}

/** Programs get what would be, and have to say --yes to get more; people are asked. */
async function isAsked(count: number, app: App, { global, format, interactive, ask }: OwnContext): Promise<boolean> {
  if (global.dryRun || global.yes) return global.yes && !global.dryRun;
  if (format !== 'table') return false;
  if (!interactive) throw new FleetError('usage', 'there is no terminal to ask at', { fix: 'add --yes to write it' });
  const what = count === 1 ? 'this template' : `these ${count} templates`;
  return isYes((await ask(`Write ${what} into ${app.templates().folder}? [y/N] `)) ?? '');
}

async function write({ to, config }: Candidate, app: App): Promise<boolean> {
  if (!to || !config) return false;
  const edit = { vm: config.settings, variables: {}, version: FIRST_VERSION, platform: 'kvm' };
  const text = await withSettings(TEMPLATE_FILE, '', edit);
  const entry = { path: TEMPLATE_FILE, bytes: Buffer.from(text), executable: false };
  return app.changeTemplates({ kind: 'template-add', to, entries: [entry] });
}
