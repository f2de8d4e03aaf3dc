import type { Clock } from '../clock.ts';

/** What the screen remembers from one run to the next. Nothing here is worth an error: what can't be kept is forgotten. */
interface UiValues {
  /** Name of the view that was open. */
  readonly view: string;
  /** The id of the row that was selected; empty for none. */
  readonly selected: string;
  /** Ids of the rows that were open. */
  readonly expanded: readonly string[];
  /** Column key -> columns on the screen. */
  readonly widths: Readonly<Record<string, number>>;
}

export interface UiState {
  get<K extends keyof UiValues>(key: K): UiValues[K];
  /** Takes effect at once; reaches the disk a little later, together with what follows. */
  set<K extends keyof UiValues>(key: K, value: UiValues[K]): void;
  /** Writes what waits. Call it when drover ends. */
  flush(): void;
}

const DEFAULTS: UiValues = { view: 'fleet', selected: '', expanded: [], widths: {} };
/** An unfolded tree of 100,000 rows is not worth a file of megabytes. */
const EXPANDED_MAX = 2_000;
const WRITES_AFTER_MS = 1_000;

const word = { type: 'string', maxLength: 500 } as const;
const SCHEMA = {
  view: word,
  selected: word,
  expanded: { type: 'array', items: word, maxItems: EXPANDED_MAX },
  widths: { type: 'object', additionalProperties: { type: 'integer', minimum: 1, maximum: 500 } },
} as const;

/**
 * Loads `ui.json` of this directory. Call it after the first frame: the package that keeps it takes a tenth of a second to
 * load. A file that is broken is begun anew; where none can be written the state lives as long as the run.
 */
export async function openUiState(directory: string, clock: Clock): Promise<UiState> {
  const { default: Conf } = await import('conf');
  const open = () => {
    try {
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
  let takeBack = () => {};

  const flush = () => {
    takeBack();
    if (!file || changed.size === 0) return;
    const news: Partial<UiValues> = Object.assign({}, ...[...changed].map((key) => ({ [key]: values[key] })));
    changed.clear();
    try {
      file.set(news);
    } catch {
      // A full disk: the next change tries again.
    }
  };
  return {
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      if (key === 'expanded') values.expanded = values.expanded.slice(0, EXPANDED_MAX);
      if (changed.size === 0) takeBack = clock.after(WRITES_AFTER_MS, flush);
      changed.add(key);
    },
    flush,
  };
}
