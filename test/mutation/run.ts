/**
 * `node test/mutation/run.ts [--seed=1] [--places=60] [--list]`: changes the product at places that are drawn by the seed,
 * one at a time, and says which changes the quick tests notice. The list is written to test/mutation/list-SEED.json before
 * the first of them is tried, and how each ended to results-SEED.json as it ends: started again, it goes on from there.
 * A change that does not compile is no place, since `npm run lint` notices it. The checkout is never changed. With --near
 * only the tests near each place are run, and what these don't notice stays open; without it, run again, those are tried on all.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawn, type Place } from './draw.ts';
import { openScratch, type Scratch } from './scratch.ts';

/** A change that makes tests hang is noticed too. */
const NEAR_MS = 2 * 60_000;
const ALL_MS = 6 * 60_000;
const COMPILE_MS = 3 * 60_000;

/** Where the tests of a file are, by the beginning of its path: the closest, and those around them. The first that fits. */
const NEAR: readonly (readonly [path: string, closest: readonly string[], around: readonly string[]])[] = [
  ...['aws', 'openstack', 'proxmox', 'fake', 'kvm', 'vsphere'].map(
    (name) =>
      [`src/platforms/${name}/`, [`src/platforms/${name}/`], [`test/contract/${name}`, `test/${name}/`]] as const,
  ),
  [
    'src/platforms/',
    ['src/platforms/transport/', 'src/platforms/wrap/', 'src/platforms/user-files/'],
    ['test/contract/fake'],
  ],
  ['src/terminal/', ['src/terminal/'], ['test/terminal/', 'test/faults/terminal']],
  ['src/screens/', ['src/screens/'], ['test/screens/']],
  ['src/plain/', ['src/plain/', 'test/plain/'], ['test/screens/']],
  ['src/cli', ['src/cli/', 'test/cli/'], ['test/build/']],
  ['src/actions/', ['test/actions/'], ['test/cli/', 'test/screens/actions']],
  ['src/state/', ['src/state/', 'test/state/'], ['test/screens/', 'test/cli/']],
  ['src/', ['src/crash/', 'test/compose', ...globSync('src/*.test.ts')], ['test/faults/', 'test/crash/', 'test/cli/']],
];

interface Result {
  readonly id: number;
  readonly outcome: 'noticed' | 'survived' | 'open';
  /** The first test that failed, or that it took too long. */
  readonly by: string;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    places: { type: 'string', default: '60' },
    list: { type: 'boolean', default: false },
    near: { type: 'boolean', default: false },
  },
});
const project = new URL('../..', import.meta.url).pathname;
const listFile = join(project, `test/mutation/list-${values.seed}.json`);
const resultsFile = join(project, `test/mutation/results-${values.seed}.json`);
const read = <T>(file: string): readonly T[] => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
const save = (file: string, rows: readonly unknown[]) => writeFileSync(file, `${JSON.stringify(rows, undefined, 2)}\n`);
const say = (text: string) => void process.stdout.write(`${text}\n`);

const scratch = openScratch(project);
process.once('exit', scratch.remove);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const places = existsSync(listFile) ? read<Place>(listFile) : await draw(Number(values.seed), Number(values.places));
save(listFile, places);
say(`${places.length} places in ${listFile}`);
if (!values.list) await tryAll(places);

async function draw(seed: number, count: number): Promise<readonly Place[]> {
  const found: Place[] = [];
  const compiles = () => scratch.run(['tsc', '--noEmit'], COMPILE_MS);
  if ((await compiles()) !== 'passed') throw new Error('the project does not compile as it stands: npx tsc --noEmit');
  for (const place of drawn(project, seed)) {
    if ((await scratch.changed(place.file, place, compiles)) !== 'passed') continue;
    found.push({ id: found.length + 1, ...place });
    say(`${found.length}: ${place.file}:${place.line}: ${place.what}`);
    if (found.length === count) break;
  }
  return found;
}

async function tryAll(all: readonly Place[]): Promise<void> {
  const results = new Map(read<Result>(resultsFile).map((result) => [result.id, result]));
  for (const place of all) {
    const known = results.get(place.id);
    const isSettled = known !== undefined && (values.near || known.outcome !== 'open');
    const { outcome, by } = isSettled ? known : await attempt(place, scratch, known?.outcome === 'open');
    say(`${outcome.padEnd(8)} ${place.id} ${place.file}:${place.line} (${place.what})${by && `: ${by}`}`);
    if (isSettled) continue;
    results.set(place.id, { id: place.id, outcome, by });
    save(resultsFile, [...results.values()]);
  }
  const count = (wanted: Result['outcome']) => [...results.values()].filter(({ outcome }) => outcome === wanted).length;
  say(`${count('noticed')} noticed, ${count('survived')} survived, ${count('open')} open`);
}

/** The tests near the file first, since they are quick; all the others if these are content. */
async function attempt(
  place: Place,
  { root, run, changed }: Scratch,
  nearWereContent: boolean,
): Promise<Omit<Result, 'id'>> {
  const report = join(root, 'mutation-report.json');
  const reporting = ['--bail=1', '--reporter=json', `--outputFile=${report}`];
  const [, closest = [], around = []] = NEAR.find(([path]) => place.file.startsWith(path)) ?? [];
  const near = nearWereContent ? [] : [closest, around];
  const runs = [
    ...near.map((files) => ({ files, limitMs: NEAR_MS })),
    ...(values.near ? [] : [{ files: [], limitMs: ALL_MS }]),
  ];
  for (const { files, limitMs } of runs) {
    const argv = ['vitest', 'run', ...files, ...reporting] as const;
    const ended = await changed(place.file, place, () => run(argv, limitMs));
    if (ended === 'too long') return { outcome: 'noticed', by: 'its tests did not end' };
    if (ended === 'passed') continue;
    const { file, title } = firstFailure(report);
    if (file === undefined) return { outcome: 'noticed', by: 'the tests did not run' };
    // a test that fails without the change as well has noticed nothing
    if ((await run(['vitest', 'run', file], limitMs)) === 'passed') return { outcome: 'noticed', by: title };
    say(`         ${place.id} ${title} fails unchanged as well, and does not count`);
  }
  return { outcome: values.near ? 'open' : 'survived', by: '' };
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

function firstFailure(report: string): { readonly file: string | undefined; readonly title: string } {
  if (!existsSync(report)) return { file: undefined, title: '' };
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  // After the first failure vitest gives up what still runs, which counts as failed in its report.
  const failed =
    testResults.find(({ assertionResults }) => assertionResults.some(({ status }) => status === 'failed')) ??
    testResults.find(({ status }) => status === 'failed');
  const title = failed?.assertionResults.find(({ status }) => status === 'failed')?.fullName;
  return { file: failed?.name, title: title ?? `${failed?.name} could not be loaded` };
}
