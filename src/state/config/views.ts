/**
 * The `views:` section of the configuration, so that views can be shared and kept with it:
 *
 *     views:
 *       busy:
 *         filter: state:running cpu>50
 *         sort: cpu
 *         columns: [state, cpu, mem, node]
 *         flat: yes
 *       full-nodes:
 *         nodes: yes
 *         filter: used>80
 */

import { didYouMean } from '../../nearest.ts';
import { readSort, type Sort, spellSort } from '../query/sort.ts';
import { readColumns, type VmColumn } from '../query/vm-columns.ts';
import type { ViewWords } from './change.ts';
import type { Located, LocatedMap } from './located.ts';
import type { Problem } from './problem.ts';

/** How a list of VMs, or of nodes, is looked at. */
export interface ViewSettings {
  /** Over VMs; of a list of nodes over them. */
  readonly filter: string;
  /** Undefined: by name. */
  readonly sort: Sort | undefined;
  /** Undefined: what there is room for. */
  readonly columns: readonly VmColumn[] | undefined;
  /** All VMs in one list, not below their nodes. */
  readonly flat: boolean;
  /** All nodes in one list. */
  readonly nodes: boolean;
}

export interface SavedViews {
  /** By name, in the order of the file. */
  readonly views: ReadonlyMap<string, ViewSettings>;
  readonly problems: readonly Problem[];
}

const KEYS = ['filter', 'sort', 'columns', 'flat', 'nodes'] as const;
const FLAGS: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };

/** Why a view can't have this name; undefined when it can. */
export function viewNameComplaint(name: string): string | undefined {
  if (name.trim() === '') return 'a view needs a name';
  if (name !== name.trim()) return 'the name of a view must not start or end with a space';
  if (name.length > 60) return 'the name of a view has 60 characters at most';
  return /[\p{Cc}\p{Cf}]/u.test(name) ? 'the name of a view must not contain control characters' : undefined;
}

const ready = (filter: string, by: string, of: 'flat' | 'nodes' = 'flat'): ViewSettings => {
  const sort = readSort(by);
  const isOfNodes = of === 'nodes';
  return {
    filter,
    sort: typeof sort === 'string' ? undefined : sort,
    columns: undefined,
    flat: !isOfNodes,
    nodes: isOfNodes,
  };
};

/** The built-in ones, F-129. One of the configuration that has the same name takes its place. */
export const readyViews: ReadonlyMap<string, ViewSettings> = new Map([
  ['busiest', ready('', 'cpu')],
  ['most-memory', ready('', 'mem')],
  ['running', ready('state:running', 'name')],
  ['stopped', ready('state:stopped', 'name')],
  ['in-trouble', ready('trouble:*', 'name')],
  ['busiest-nodes', ready('', 'cpu', 'nodes')],
  ['fullest-nodes', ready('', 'mem', 'nodes')],
  ['nodes-down', ready('state:down,unknown', 'name', 'nodes')],
  ['nodes-in-maintenance', ready('state:maintenance', 'name', 'nodes')],
]);

/** As it stands in the file. */
export const viewWords = ({ filter, sort, columns, flat, nodes }: ViewSettings): ViewWords => ({
  ...(filter.trim() !== '' && { filter }),
  ...(sort && { sort: spellSort(sort) }),
  ...(columns && { columns: columns.map(({ id }) => id) }),
  ...(flat && { flat }),
  ...(nodes && { nodes }),
});

/** The view in one line: `state:running, by cpu, all in one list`. */
export function spellView({ filter, sort, columns, flat, nodes }: ViewSettings): string {
  const parts = [
    ...(filter.trim() === '' ? [] : [filter]),
    ...(sort ? [`by ${spellSort(sort)}`] : []),
    ...(flat ? ['all in one list'] : []),
    ...(nodes ? ['all nodes in one list'] : []),
    ...(columns ? [columns.map(({ id }) => id).join(' ')] : []),
  ];
  return parts.length === 0 ? 'the whole tree' : parts.join(', ');
}

type Complain = (at: Located, message: string) => void;

/** Never throws: a view with something wrong in it is left out, and reported with its place. `tree` is the whole file. */
export function readViews(file: string, tree: LocatedMap): SavedViews {
  const problems: Problem[] = [];
  const views = new Map<string, ViewSettings>();
  const complain: Complain = ({ at }, message) => {
    problems.push({ severity: 'warning', file, at, message: `views: ${message}` });
  };
  const section = tree.entries.get('views')?.value;
  if (!section || section.kind === 'nothing') return { views, problems };
  if (section.kind !== 'map') complain(section, 'must be names with settings below them');
  for (const [name, { value }] of section.kind === 'map' ? section.entries : []) {
    const wrong = viewNameComplaint(name);
    const view = wrong === undefined ? readView(name, value, complain) : undefined;
    if (wrong !== undefined) complain(value, wrong);
    else if (view) views.set(name, view);
  }
  return { views, problems };
}

function readView(name: string, value: Located, complain: Complain): ViewSettings | undefined {
  if (value.kind !== 'map' && value.kind !== 'nothing') {
    complain(value, `${name}: must be settings like "filter:"`);
    return undefined;
  }
  let isRight = true;
  const wrong = (at: Located, message: string) => {
    isRight = false;
    complain(at, `${name}: ${message}`);
  };
  const settings: { -readonly [K in keyof ViewSettings]: ViewSettings[K] } = {
    filter: '',
    sort: undefined,
    columns: undefined,
    flat: false,
    nodes: false,
  };
  for (const [key, { value: given }] of value.kind === 'map' ? value.entries : []) {
    const text = wordsOf(given);
    if (!KEYS.some((known) => known === key))
      wrong(given, `unknown key ${JSON.stringify(key)}${didYouMean(key, KEYS)}`);
    else if (text === undefined) wrong(given, `${key} must be a word or, of columns, a list of words`);
    else if (key === 'filter') settings.filter = text;
    else if (key === 'flat' || key === 'nodes') {
      const is = FLAGS[text.toLowerCase()];
      if (is === undefined) wrong(given, `${key} must be yes or no`);
      else settings[key] = is;
    } else if (key === 'sort') {
      const sort = readSort(text);
      if (typeof sort === 'string') wrong(given, sort);
      else settings.sort = sort;
    } else {
      const columns = readColumns(text);
      if (typeof columns === 'string') wrong(given, columns);
      else settings.columns = columns;
    }
  }
  if (settings.flat && settings.nodes) wrong(value, 'flat lists VMs and nodes lists nodes: a view is of one of them');
  return isRight ? settings : undefined;
}

/** A scalar as it stands there, a list of them with blanks between. */
function wordsOf(value: Located): string | undefined {
  if (value.kind === 'scalar') return value.text;
  if (value.kind !== 'list') return undefined;
  const words = value.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
  return words.length === value.items.length ? words.join(' ') : undefined;
}
