/** docs/features.csv: every feature of the two systems that drover descends from, and how it stands here. */
import { readFile } from 'node:fs/promises';

export const STATUSES = ['works', 'partly', 'different', 'open'] as const;
export type FeatureStatus = (typeof STATUSES)[number];

export interface Feature {
  /** `F-001` … `F-499`. */
  readonly id: string;
  readonly area: string;
  readonly feature: string;
  readonly status: FeatureStatus;
  /** The title of a test, word for word as it stands in the source; empty where there is none. */
  readonly proof: string;
  /** Why it is different, or what is missing of it. */
  readonly reason: string;
}

const FILE = new URL('../../docs/features.csv', import.meta.url);
const COLUMNS = ['id', 'area', 'feature', 'status', 'proof', 'reason'] as const;

export const loadFeatures = async (): Promise<readonly Feature[]> => readFeatures(await readFile(FILE, 'utf8'));

/** Throws, with the line, for a table that is not one. */
export function readFeatures(text: string): readonly Feature[] {
  const [head = [], ...records] = text.trimEnd().split('\n').map(cellsOf);
  if (head.join() !== COLUMNS.join()) throw new Error(`line 1: the columns must be ${COLUMNS.join()}`);
  return records.map((cells, index) => {
    const at = `line ${index + 2}`;
    if (cells.length !== COLUMNS.length) throw new Error(`${at}: ${cells.length} cells instead of ${COLUMNS.length}`);
    const [id = '', area = '', feature = '', word = '', proof = '', reason = ''] = cells;
    const status = STATUSES.find((known) => known === word);
    if (!status) throw new Error(`${at}: there is no status ${JSON.stringify(word)}`);
    return { id, area, feature, status, proof, reason };
  });
}

/** Quotes as in RFC 4180; a cell never spans lines here. */
const cellsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
