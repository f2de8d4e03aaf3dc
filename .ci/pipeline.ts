/** The steps of CI, in their order, each with a budget. `.ci/run` starts it; see there. */
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { BUDGETS, COMPARISON_S, LAB_S, SHARES, TOTAL_S } from './budgets.ts';
import { resultsOf } from './results.ts';
import { endSteps, runStep } from './step.ts';

type Command = readonly [string, ...string[]];

const words = process.argv.slice(2);
const cold = words.includes('--cold');
const only = words.flatMap((word) => /^--only=(.+)$/.exec(word)?.[1] ?? []);
if (words.length !== only.length + (cold ? 1 : 0)) {
  process.stderr.write('usage: .ci/run [--cold] [--only=STEP …], as in --only="lab aws"\n');
  process.exit(2);
}

const work = mkdtempSync('/tmp/drover-ci-');
const reports = process.env['DROVER_CI_REPORTS'] ?? mkdtempSync('/tmp/drover-ci-reports-');
const cache = cold ? join(work, 'cache') : (process.env['DROVER_LAB_CACHE'] ?? join(homedir(), '.cache/drover-lab'));
const npmCache = cold ? join(work, 'npm') : (process.env['npm_config_cache'] ?? join(homedir(), '.npm'));
for (const folder of [reports, cache, join(work, 'home')]) mkdirSync(folder, { recursive: true });
Object.assign(process.env, {
  CI: 'true',
  DROVER_SUPPORT_SEEN: join(reports, 'support-seen'),
  TMPDIR: work,
  // the user who runs this may have an ~/.ssh and an ~/.aws that no test must see
  HOME: join(work, 'home'),
  DROVER_LAB_CACHE: cache,
  npm_config_cache: npmCache,
  PIP_CACHE_DIR: join(cache, 'pip'),
  GOPATH: join(cache, 'gopath'),
  GOCACHE: join(cache, 'go-build'),
  GOFLAGS: '-modcacherw -buildvcs=false',
  GOTOOLCHAIN: 'local',
});

let passed = 0;
let failed = 0;
/** Said once more at the end. */
const closing: string[] = [];

const say = (text: string) => void process.stdout.write(`\n== ${text}\n`);
/** By a signal. */
let isEnding = false;
/** `lab libvirt` means all of its shares. */
const wanted = (name: string): boolean =>
  !isEnding && (only.length === 0 || only.some((one) => name === one || name.startsWith(`${one} `)));
const budgetOf = (name: string): number => BUDGETS[name] ?? (name.startsWith('lab ') ? LAB_S : COMPARISON_S);
const leftS = (): number => TOTAL_S - performance.now() / 1000;
const reportOf = (name: string): string => join(reports, `${name.replaceAll(/\W+/g, '-')}.json`);
const logOf = (name: string): string => reportOf(name).replace(/json$/, 'log');

/** Counts as one that failed, although it is no test. */
function fail(sentence: string): void {
  failed++;
  closing.push(`FAILED: ${sentence}`);
  say(`FAILED: ${sentence}`);
}

interface Run {
  readonly env?: Readonly<Record<string, string>>;
  readonly shown?: boolean;
}

/** Runs a step; answers whether it ended well and in its time, and has complained otherwise. One that is not wanted is well. */
async function step(name: string, command: Command, { env = {}, shown = true }: Run = {}): Promise<boolean> {
  if (!wanted(name)) return true;
  say(`${name} (budget ${budgetOf(name)} s)`);
  const limitS = Math.min(budgetOf(name), leftS());
  if (limitS <= 0) {
    fail(`${name}: no time was left for it`);
    return false;
  }
  const { code, tookS } = await runStep(command, { env, limitS, log: logOf(name), shown });
  closing.push(`${name}: ${tookS} s of ${budgetOf(name)} s`);
  if (!shown) process.stdout.write(`\n== ${name}\n${readFileSync(logOf(name), 'utf8')}`);
  if (code === undefined) fail(`${name} took longer than its budget: ${tookS} s`);
  // what a script fails with is said by itself, as the tests are counted that failed
  else if (code !== 0 && !existsSync(reportOf(name))) fail(`${name} ended with exit code ${code}`);
  return code === 0;
}

/** A step that runs vitest and leaves its report; the tests are counted. */
async function tests(name: string, command: Command, run: Run = {}): Promise<void> {
  if (!wanted(name)) return;
  const began = failed;
  const isGood = await step(name, command, run);
  const results = resultsOf(reportOf(name));
  passed += results?.passed ?? 0;
  failed += results?.failures.length ?? 0;
  if (isGood && results === undefined) fail(`${name} left no results`);
  if (!isGood && failed === began) fail(`${name} did not end well, though none of its tests failed`);
  for (const failure of results?.failures ?? []) closing.push(`FAILED in ${name}, see ${logOf(name)}: ${failure}`);
}

const reporting = (name: string): readonly string[] => [
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${reportOf(name)}`,
];
const slowTests = (name: string, ...folders: readonly string[]): Command => [
  'npx',
  '--no',
  '--',
  'vitest',
  'run',
  '--config',
  'vitest.labs.config.ts',
  ...folders,
  ...reporting(name),
];
/** Installs a package and runs its own suite in a process: it waits long, and needs no lab. */
const PLUGIN = 'test/contract/plugin-qemu.lab.test.ts';

/** One package a line. */
const packages = [
  ...new Set(
    globSync('test/{labs,differential}/*/apt-packages').flatMap((file) =>
      readFileSync(file, 'utf8').split('\n').filter(Boolean),
    ),
  ),
].sort();

async function provideGo(): Promise<void> {
  const known = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'go')));
  const folder = join(cache, 'go-1.26');
  if (known && !cold) return;
  if (await step('go', ['.ci/provide-go.sh', folder])) {
    process.env['PATH'] = `${join(folder, 'go/bin')}:${process.env['PATH']}`;
  }
}

interface LabRun {
  readonly lab: string;
  /** As vitest has it, `1/2`; without one, all files. */
  readonly share?: string;
}

const nameOf = ({ lab, share }: LabRun): string => (share === undefined ? `lab ${lab}` : `lab ${lab} ${share}`);

function runsOf(lab: string): readonly LabRun[] {
  const shares = SHARES[lab];
  if (shares === undefined) return [{ lab }];
  return Array.from({ length: shares }, (_, at) => ({ lab, share: `${at + 1}/${shares}` }));
}

/** Brings the lab up, tests, and takes it down. Labs have a folder and a network of their own, so that two don't meet. */
async function testLab(run: LabRun, number: number): Promise<void> {
  const name = nameOf(run);
  const { lab, share } = run;
  if (!wanted(name)) return;
  const env = {
    DROVER_LAB_DIR: join(work, `lab${number}`),
    DROVER_LAB_NET: process.env['DROVER_LAB_NET'] ?? `10.231.${200 + number}`,
  };
  const command: Command = ['.ci/run-lab.sh', lab, reportOf(name), ...(share === undefined ? [] : [share])];
  await tests(name, command, { env, shown: false });
  const log = readFileSync(logOf(name), 'utf8');
  if (log.includes('Once more, from nothing')) closing.push(`${name} did not start at its first try`);
  if (/^FAILED: .* did not go down$/m.test(log)) fail(`${name} did not go down`);
}

/**
 * The labs, and beside them what needs none. As many at a time as there are processors, two at most: they wait for each other's
 * processes otherwise.
 */
async function testLabs(): Promise<void> {
  const labs = readdirSync('test/labs').filter((name) => existsSync(`test/labs/${name}/lab.ts`));
  // what is made of all of them is a lab of its own, for which the machine must be free
  const alone = labs.filter((lab) => lab === 'together');
  const runs = labs.filter((lab) => !alone.includes(lab)).flatMap(runsOf);
  const queue = [
    ...runs.map((run, at) => ({ name: nameOf(run), run: () => testLab(run, at) })),
    { name: 'plugin', run: () => tests('plugin', slowTests('plugin', PLUGIN), { shown: false }) },
  ].sort((a, b) => budgetOf(b.name) - budgetOf(a.name));
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await next.run();
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  for (const lab of alone) await testLab({ lab }, runs.length);
}

async function pipeline(): Promise<void> {
  await step('lint', ['npm', 'run', '-s', 'lint']);

  // before the packages of the labs: nothing but Node is needed
  await tests('unit', ['npm', 'test', '--', ...reporting('unit')]);
  const slow: Command = ['npx', '--no', '--', 'vitest', 'run', '--config', 'vitest.slow.config.ts'];
  await tests('slow', [...slow, ...reporting('slow')]);

  await step('packages', ['.ci/install-packages.sh', ...packages]);
  await provideGo();

  await testLabs();

  for (const folder of globSync('test/differential/*/').sort()) {
    if (globSync(`${folder}/*.lab.test.ts`).length === 0) continue;
    const name = `comparison ${basename(folder)}`;
    await tests(name, slowTests(name, `${join(dirname(folder), basename(folder))}/`));
  }

  await tests('package', slowTests('package', 'test/package/'));

  // after the labs: what they have built is what the private servers are made of
  await tests('contract', slowTests('contract', 'test/contract/', `--exclude=${PLUGIN}`));

  const all = readdirSync(reports).filter((file) => file.endsWith('.json'));
  const seen = `--support=${join(reports, 'support-seen')}`;
  const check = ['scripts/check-features.ts', seen, ...all.map((file) => join(reports, file))];
  await step('features', [process.execPath, ...check]);
}

/** Takes away what this run has made. A lab that a test has brought up is left behind when the test is killed. */
function cleanUp(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (commandLineOf(pid).includes(`${work}/`)) process.kill(Number(pid), 'SIGKILL');
  }
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    isEnding = true;
    await endSteps();
    cleanUp();
    process.exit(130);
  });
}
try {
  await pipeline();
} catch (error) {
  fail(`CI itself: ${error instanceof Error ? error.stack : error}`);
  await endSteps();
}
cleanUp();
say(`In all ${Math.round(performance.now() / 1000)} s of ${TOTAL_S} s; logs and results are in ${reports}`);
for (const line of closing) process.stdout.write(`${line}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
