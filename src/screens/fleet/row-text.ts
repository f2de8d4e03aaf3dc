import { endpointOf, type PoolId } from '../../ids.ts';
import type { Node, Vm } from '../../platforms/contract.ts';
import type { EndpointStatus, Fleet } from '../../state/fleet/fleet.ts';
import { noteOf } from '../../state/fleet/note-of.ts';
import { isLibraryRow, LIBRARY_TITLE, type LibraryRow } from '../../state/query/library-rows.ts';
import type { Sort } from '../../state/query/sort.ts';
import type { Row } from '../../state/query/tree.ts';
import { type Scanned, spellTemplate } from '../../state/templates/template.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { Advice } from '../advice.ts';
import type { Look } from '../frame/look.ts';
import { lastHeard } from '../time.ts';
import type { RowFacts } from './cells.ts';
import type { Columns } from './columns.ts';
import type { Cut, LongName } from './cut-names.ts';
import type { Sums } from './sums.ts';

/** How a row stands to the cursor; `resting` while another pane has the keys. */
export type Cursor = 'none' | 'active' | 'resting';

export interface RowScene extends Look {
  readonly fleet: Fleet;
  readonly sums: Sums;
  readonly columns: Columns;
  /** A row that is only there because the cursor is on it: it does not pass the filter any more. */
  readonly kept?: string | undefined;
  /** The key that fixes the problem of an endpoint, if there is one. */
  readonly keyFor: Advice['keyFor'];
  /** How names that are too long for their column are cut and stay different. */
  readonly cut: Cut;
}

/** One row of the tree as one styled text, exactly as wide as the name and the columns together. */
export function rowText(row: Row, cursor: Cursor, marked: boolean, scene: RowScene): string {
  const { theme, columns } = scene;
  const sight = see(row, scene);
  const room = roomForName(row.depth, columns.name);
  const gutter = marked ? theme.paint('mark', scene.glyphs.mark) : ' ';
  const signs = sight.sign ? theme.paint(sight.sign.colour, sight.sign.glyph) : ' ';
  const indent = '  '.repeat(Math.min(row.depth, MOST_INDENTED));
  const fold = 'open' in row ? (row.open ? scene.glyphs.open : scene.glyphs.closed) : ' ';
  const lead = `${indent}${fold} `;
  const name = fit(scene.cut.of(clean(sight.name), room), room);
  // A bar from the left edge sends a quarter more bytes with each key, one over the whole row twice as many.
  const painted = theme.paint(cursor === 'active' ? 'cursor' : cursor === 'resting' ? 'resting' : sight.colour, name);
  return `${gutter}${signs}${theme.paint('dim', lead)}${painted}${tail(sight, scene)}`;
}

/** A deep tree must leave room for names. */
const MOST_INDENTED = 6;

/** Columns for the name of a row at this depth: without marks, signs, indent and fold. */
const roomForName = (depth: number, columns: number): number =>
  Math.max(1, columns - 4 - 2 * Math.min(depth, MOST_INDENTED));

/** The names of rows that are too long for their room, with that room. */
export const longNames = (rows: readonly Row[], columns: number, fleet: Fleet): readonly LongName[] =>
  rows.flatMap((row) => {
    const name = clean(nameOf(row, fleet));
    const room = roomForName(row.depth, columns);
    return width(name) > room ? [{ name, room }] : [];
  });

export function nameOf(row: Row, fleet: Fleet): string {
  if (row.kind === 'vm') return fleet.vms.get(row.id)?.name ?? row.id;
  if (row.kind === 'endpoint') return row.id;
  if (row.kind === 'pool') return poolName(row.id, fleet);
  if (isLibraryRow(row)) return libraryName(row);
  const node = fleet.nodes.get(row.id);
  return node ? nodeName(node) : row.id;
}

/** A template stands below its group, so that its own name is enough. */
export const libraryName = (row: LibraryRow): string =>
  row.kind === 'library' ? LIBRARY_TITLE : row.id.slice(row.id.indexOf('/') + 1);

const poolName = (id: PoolId, fleet: Fleet): string =>
  fleet.pools.get(id)?.name ?? fleet.grouping.pools.find((pool) => pool.id === id)?.name ?? id;

/** The titles over the columns, with the way in which they are sorted. Undefined: by name. */
export function titleText(
  { columns, theme, glyphs }: Pick<RowScene, 'columns' | 'theme' | 'glyphs'>,
  sort: Sort | undefined,
): string {
  const arrow = sort?.descending ? glyphs.descending : glyphs.ascending;
  const titleOf = (id: string, title: string, room: number) =>
    id === (sort?.by.id ?? 'name') ? title.slice(0, Math.max(0, room - 1)) + arrow : title;
  const titles = columns.others.map(({ id, title, width, right }) => {
    const text = fit(titleOf(id, title, width), width).trimEnd();
    return right ? text.padStart(width) : fit(text, width);
  });
  return theme.paint('header', [fit(titleOf('name', '    NAME', columns.name), columns.name), ...titles].join(' '));
}

interface Sight {
  readonly name: string;
  readonly colour: ColourWord;
  readonly sign?: { readonly glyph: string; readonly colour: ColourWord };
  /** What the columns show, or a sentence in their place. */
  readonly facts?: RowFacts;
  readonly sentence?: { readonly text: string; readonly colour: ColourWord };
}

function see(row: Row, scene: RowScene): Sight {
  const { fleet, glyphs } = scene;
  const trouble = { glyph: glyphs.trouble, colour: 'danger' } as const;
  const stale = { glyph: glyphs.stale, colour: 'warning' } as const;
  if (row.kind === 'pool') {
    const { sums } = scene;
    const facts: RowFacts = { kind: 'pool', id: row.id, sum: sums.ofPool(row.id), sums };
    return { name: poolName(row.id, fleet), colour: 'pool', facts };
  }
  if (isLibraryRow(row)) {
    const text = libraryFacts(row, fleet.library);
    return { name: libraryName(row), colour: 'pool', sentence: { text, colour: 'dim' } };
  }
  if (row.kind === 'endpoint') {
    const status = fleet.endpoints.get(row.id);
    return {
      name: row.id,
      colour: 'node',
      ...(status && { sentence: phaseSentence(status, scene) }),
      ...(status?.problem && { sign: trouble }),
    };
  }
  const since = fleet.endpoints.get(endpointOf(row.id))?.staleSince;
  if (row.kind === 'node') {
    const node = fleet.nodes.get(row.id);
    if (!node) return { name: row.id, colour: 'dim' };
    const sign = since !== undefined ? stale : node.trouble ? trouble : noted(node, scene);
    const facts: RowFacts = { kind: 'node', node, sum: scene.sums.ofNode(row.id), fleet };
    return {
      name: nodeName(node),
      colour: since === undefined ? 'node' : 'dim',
      ...(sign && { sign }),
      ...(since === undefined
        ? { facts }
        : { sentence: { text: staleSentence(fleet.endpoints.get(endpointOf(row.id)), since), colour: 'warning' } }),
    };
  }
  const vm = fleet.vms.get(row.id);
  if (!vm) return { name: row.id, colour: 'dim' };
  const sign = vm.trouble ? trouble : since === undefined ? noted(vm, scene) : stale;
  const sample = fleet.samples.of(row.id);
  const dimmed = since !== undefined || row.key === scene.kept;
  return {
    name: vm.name,
    colour: dimmed || vm.state === 'stopped' ? 'dim' : 'text',
    ...(sign && { sign }),
    facts: { kind: 'vm', vm, sample, dimmed, stale: since !== undefined, fleet },
  };
}

/** In the place of the columns, which are about VMs. */
function libraryFacts(row: LibraryRow, { templates, problems }: Scanned): string {
  if (row.kind === 'template') {
    const template = templates.find((one) => spellTemplate(one) === row.id);
    return template ? [template.version, template.platform, template.os].join(' ').trimEnd() : '';
  }
  const inside = row.kind === 'library' ? templates : templates.filter(({ group }) => group === row.id);
  const count = inside.length === 1 ? '1 template' : `${inside.length} templates`;
  const wrong = row.kind === 'library' ? problems.length : 0;
  return wrong === 0 ? count : `${count}, ${wrong} ${wrong === 1 ? 'problem' : 'problems'}`;
}

/** Trouble comes before it: of both there is the text in the details. */
const noted = (object: Vm | Node, { fleet, glyphs }: RowScene): Sight['sign'] =>
  noteOf(object, fleet) && { glyph: glyphs.note, colour: 'accent' };

/** A host that hangs under no pool of its platform is found by the name that its user gave it, too. */
function nodeName({ id, name, pool }: Node): string {
  const endpoint = endpointOf(id);
  return pool !== undefined || endpoint === name ? name : `${name} (${endpoint})`;
}

const staleSentence = (status: EndpointStatus | undefined, since: number): string =>
  `stale since ${lastHeard(since, status?.since)}${status?.problem ? `: ${status.problem.message}` : ''}`;

/** What to press comes first: a long reason is cut here, and whole in the details. */
function phaseSentence(status: EndpointStatus, { keyFor }: RowScene): { text: string; colour: ColourWord } {
  const key = status.problem && keyFor(status.problem);
  const press = key === undefined ? '' : `, press ${key}`;
  switch (status.phase) {
    case 'idle':
      return { text: 'disabled', colour: 'dim' };
    case 'connecting':
      return { text: 'connecting…', colour: 'busy' };
    case 'up':
      return { text: 'no nodes', colour: 'dim' };
    case 'down':
    case 'blocked':
      return { text: `${status.phase}${press}: ${status.problem?.message ?? 'no reason known'}`, colour: 'danger' };
  }
}

function tail(sight: Sight, scene: RowScene): string {
  const { others } = scene.columns;
  const width = others.reduce((sum, column) => sum + column.width + 1, 0);
  if (sight.sentence) {
    return scene.theme.paint(sight.sentence.colour, ` ${fit(clean(sight.sentence.text), Math.max(0, width - 1))}`);
  }
  const { facts } = sight;
  if (!facts) return ' '.repeat(width);
  return others.map((column) => ` ${column.cell(facts, scene)}`).join('');
}
