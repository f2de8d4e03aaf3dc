import { lchownSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { makeOwnFolder, ownerBelow } from './own-folder.ts';

/** What the screen remembers from one run to the next. Nothing here is worth an error: what can't be kept is forgotten. */
interface UiValues {
  /** The key of the row that the cursor was on; empty for none. */
  readonly selected: string;
  /** Keys of the branches that were folded. */
  readonly folded: readonly string[];
  /** Whether the details were shown. */
  readonly details: boolean;
  /** What VMs were sorted by, as `sort:` of a view has it; empty for their names. */
  readonly sort: string;
  /** Whether they were in one list. */
  readonly flat: boolean;
  /** Ids of the columns that were chosen for the tree, for the flat list and for the nodes; none for the usual ones. */
  readonly treeColumns: readonly string[];
  readonly flatColumns: readonly string[];
  readonly nodeColumns: readonly string[];
  /** Columns that were chosen for tables of listed kinds: `network name cidr`. */
  readonly tableColumns: readonly string[];
  /** Columns that were widened or narrowed: `cpu 14`. */
  readonly widths: readonly string[];
  /** Whether the tour of the first start was shown. */
  readonly toured: boolean;
}

export interface UiState {
  get<K extends keyof UiValues>(key: K): UiValues[K];
  /** Takes effect at once; reaches the disk a little later, together with what follows. */
  set<K extends keyof UiValues>(key: K, value: UiValues[K]): void;
  /** Writes what waits. Call it when drover ends. */
  flush(): void;
}

const DEFAULTS: UiValues = {
  selected: '',
  folded: [],
  details: true,
  sort: '',
  flat: false,
  treeColumns: [],
  flatColumns: [],
  nodeColumns: [],
  tableColumns: [],
  widths: [],
  toured: false,
};
/** A tree of 100,000 branches is not worth a file of megabytes. */
const FOLDED_MAX = 2_000;
const WRITES_AFTER_MS = 1_000;

const word = { type: 'string', maxLength: 500 } as const;
const columns = { type: 'array', items: word, maxItems: 100 } as const;
const SCHEMA = {
  selected: word,
  folded: { type: 'array', items: word, maxItems: FOLDED_MAX },
  details: { type: 'boolean' },
  sort: word,
  flat: { type: 'boolean' },
  treeColumns: columns,
  tableColumns: columns,
  flatColumns: columns,
  nodeColumns: columns,
  widths: columns,
  toured: { type: 'boolean' },
} as const;

/**
 * Loads `ui.json` of this directory. Call it after the first frame: the package that keeps it takes a tenth of a second to
 * load. A file that is broken is replaced; where none can be written the state lives as long as the run.
 */
export async function openUiState(directory: string, clock: Clock): Promise<UiState> {
  const { default: Conf } = await import('conf');
  const owner = await makeOwnFolder(directory).then(
    () => ownerBelow(directory),
    () => undefined,
  );
  /** As root in the home of a user nothing is written through a link, which could lead to a file that is not the user's. */
  const isTrap = () =>
    owner !== undefined && lstatSync(join(directory, 'ui.json'), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const open = () => {
    try {
      if (isTrap()) return undefined;
      return new Conf<UiValues>({
        cwd: directory,
        configName: 'ui',
        configFileMode: 0o600,
        schema: SCHEMA,
        clearInvalidConfig: true,
        accessPropertiesByDotNotation: false,
      });
    } catch {
      return undefined;
    }
  };
  const file = open();
  const values: { -readonly [K in keyof UiValues]: UiValues[K] } = { ...DEFAULTS, ...file?.store };
  const changed = new Set<keyof UiValues>();
  let takeBack: (() => void) | undefined;

  const flush = () => {
    takeBack?.();
    takeBack = undefined;
    if (!file || changed.size === 0) return;
    const news: Partial<UiValues> = Object.assign({}, ...[...changed].map((key) => ({ [key]: values[key] })));
    try {
      if (isTrap()) return;
      file.set(news);
      if (owner) lchownSync(file.path, owner.uid, owner.gid);
      changed.clear();
    } catch {
      // A full disk: they are written with the next change.
    }
  };
  return {
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      if (key === 'folded') values.folded = values.folded.slice(0, FOLDED_MAX);
      takeBack ??= clock.after(WRITES_AFTER_MS, flush);
      changed.add(key);
    },
    flush,
  };
}
