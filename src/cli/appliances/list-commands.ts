import { cloudImages } from '../../actions/appliances/cloud-images.ts';
import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import type { Settings } from '../../platforms/contract.ts';
import { type Appliance, type CatalogReading, findAppliance } from '../../state/appliances/appliance.ts';
import { applianceKeys, applianceRow } from '../../state/appliances/appliance-keys.ts';
import { CLOUD_IMAGES } from '../../state/config/appliance-catalogs.ts';
import type { KindColumn, KindKey } from '../../state/kind-spec.ts';
import { passes } from '../../state/query/row-filter.ts';
import { clean } from '../../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import type { Flag } from '../flags.ts';
import { columnsFor, inOrder, shownAs } from '../key-columns.ts';
import { type Row, renderList } from '../output.ts';
import { printDetails } from '../print-details.ts';

const USUAL_ARCH = 'x86_64';

export const ARCH: Flag = {
  key: 'arch',
  label: 'Architecture',
  help: 'Of the images of the catalog that comes with drover.',
  kind: 'choice',
  options: ['x86_64', 'aarch64'],
  default: USUAL_ARCH,
};

export const archIn = (values: Settings): string => String(values[ARCH.key] ?? USUAL_ARCH);

interface Offered {
  readonly appliances: readonly Appliance[];
  /** Whether something is wrong with a catalog, which was said. */
  readonly isWhole: boolean;
}

/** What all catalogs offer. What is wrong with one is said on stderr, and the rest goes on. */
export async function offered(when: 'usual' | 'now', arch: string, context: CommandContext): Promise<Offered> {
  const appliances = await context.app.appliances();
  const readings = await appliances.read(when, context.signal);
  for (const reading of readings) for (const line of troubleLines(reading)) context.say(clean(line));
  return {
    appliances: [...cloudImages(arch), ...readings.flatMap((one) => one.appliances)],
    isWhole: readings.every(({ troubles }) => troubles.length === 0),
  };
}

function troubleLines({ catalog, troubles, fetchedAt }: CatalogReading): readonly string[] {
  const [first, ...others] = troubles;
  if (first === undefined) return [];
  const kept = fetchedAt === undefined ? '' : `; this is the catalog of ${new Date(fetchedAt).toISOString()}`;
  return [`${catalog.name}: ${first}${kept}`, ...others.map((one) => `${catalog.name}: ${one}`)];
}

const isShown = (key: KindKey): key is KindColumn => key.title !== undefined;

/** What few catalogs say has a column where one of them does, or in a wide table. */
const columnsOf = (rows: readonly Row[], isWide: boolean): readonly KindColumn[] =>
  applianceKeys
    .filter(isShown)
    .filter(({ id, type }) => type !== 'flag' || isWide || rows.some((row) => row[id] !== undefined));

/** `no` is said: what no catalog says is `-`. */
const saidAs = (row: Row, key: KindKey): string => (row[key.id] === false ? 'no' : shownAs(row[key.id], key));

/** Of a time the day is enough for people. */
const DAY = 10;
const dayOf = (text: string): string => (/^\d{4}-\d\d-\d\dT/.test(text) ? text.slice(0, DAY) : text);

const listCommand: Command = {
  noun: 'appliance',
  verb: 'list',
  help: 'List the appliances of all catalogs, vendors’ cloud images first; words and --filter choose among them.',
  takes: 'WORD…',
  flags: () => [ARCH],
  async run(context, { words, values }) {
    const { appliances, isWhole } = await offered('usual', archIn(values), context);
    const filter = [context.global.filter, ...words].join(' ');
    const rows = appliances.map(applianceRow).filter((row) => passes(row, filter, applianceKeys));
    const shown = columnsOf(rows, context.global.wide);
    const columns = shown.flatMap((key) =>
      columnsFor([key]).map((column) => ({ ...column, show: (row: Row) => dayOf(saidAs(row, key)) })),
    );
    const listing = {
      rows: rows.map((row) => inOrder(applianceKeys, row)),
      columns,
      name: (row: Row) => String(row['id']),
    };
    await context.printer.print(await renderList(listing, context.format, context.columns));
    return isWhole ? EXIT.done : EXIT.failed;
  },
};

const infoCommand: Command = {
  noun: 'appliance',
  verb: 'info',
  help: 'Show one appliance with all that its catalog says of it.',
  takes: 'APPLIANCE',
  flags: () => [ARCH],
  async run(context, { words, values }) {
    const [word, ...more] = words;
    if (word === undefined || more.length > 0) throw new FleetError('usage', 'which appliance? Name one');
    const { appliances } = await offered('usual', archIn(values), context);
    const row = applianceRow(findAppliance(word, appliances));
    const lines = applianceKeys.flatMap((key) => {
      return row[key.id] === undefined ? [] : [[key.id, saidAs(row, key)] as const];
    });
    await printDetails([{ value: inOrder(applianceKeys, row), name: row.id, lines }], context);
    return EXIT.done;
  },
};

/** A catalog as lists have it. */
const catalogRow = ({ catalog, appliances, fetchedAt, troubles }: CatalogReading): Row => ({
  name: catalog.name,
  count: appliances.length,
  fetched: fetchedAt === undefined ? undefined : new Date(fetchedAt).toISOString(),
  location: catalog.location,
  error: troubles[0],
});

export const CATALOG_KEYS: readonly KindColumn[] = [
  { id: 'name', type: 'text', help: 'its name', title: 'CATALOG' },
  { id: 'count', type: 'count', help: 'how many appliances it has', title: 'APPLIANCES' },
  { id: 'fetched', type: 'instant', help: 'when it was fetched last', title: 'FETCHED' },
  { id: 'location', type: 'text', help: 'where it is', title: 'LOCATION', shrinksTo: 12 },
  { id: 'error', type: 'text', help: 'what is wrong with it', title: 'TROUBLE', shrinksTo: 10 },
];

async function printCatalogs(readings: readonly CatalogReading[], context: CommandContext): Promise<number> {
  const own: Row = { name: CLOUD_IMAGES, count: cloudImages(USUAL_ARCH).length, location: 'comes with drover' };
  const rows = [own, ...readings.map(catalogRow)].map((row) => inOrder(CATALOG_KEYS, row));
  const listing = { rows, columns: columnsFor(CATALOG_KEYS), name: (row: Row) => String(row['name']) };
  await context.printer.print(await renderList(listing, context.format, context.columns));
  return readings.some(({ troubles }) => troubles.length > 0) ? EXIT.failed : EXIT.done;
}

const catalogsCommand: Command = {
  noun: 'appliance',
  verb: 'catalogs',
  help: 'List the catalogs of appliances, with what was kept of each.',
  takes: '',
  flags: () => [],
  async run(context) {
    const appliances = await context.app.appliances();
    return printCatalogs(await appliances.read('kept', context.signal), context);
  },
};

const refreshCommand: Command = {
  noun: 'appliance',
  verb: 'refresh',
  help: 'Fetch the catalogs of the configuration again, all or those that are named.',
  takes: 'CATALOG…',
  flags: () => [],
  async run(context, { words }) {
    const appliances = await context.app.appliances();
    const known = (await appliances.read('kept', context.signal)).map(({ catalog }) => catalog.name);
    const strange = words.find((word) => !known.includes(word));
    if (strange !== undefined)
      throw new FleetError('usage', `there is no catalog ${JSON.stringify(strange)}${didYouMean(strange, known)}`, {
        fix: 'the section appliances of the configuration has them',
      });
    const readings = await appliances.read('now', context.signal, words.length === 0 ? undefined : words);
    return printCatalogs(readings, context);
  },
};

export const applianceListCommands: readonly Command[] = [listCommand, infoCommand, catalogsCommand, refreshCommand];
