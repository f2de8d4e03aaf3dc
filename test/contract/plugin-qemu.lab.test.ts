import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { guideBlocks } from '../plugins/guide.ts';

/** Needs the npm registry, QEMU and sshd. */
const run = promisify(execFile);
const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE_MS = 900_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-plugin-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

it('F-210 F-211 F-212 the sample plugin, built from the guide alone outside of the checkout, passes the suite against QEMU', {
  timeout: SUITE_MS,
}, async () => {
  const { suite = '' } = await guideBlocks();
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: CHECKOUT });
  const plugin = join(folder, 'plugin');
  await mkdir(plugin);
  const report = join(folder, 'report.json');
  // Nothing of this run: what the child sees working is no platform of drover's own.
  const outside = Object.entries(process.env).filter(([name]) => !/^(DROVER_|VITEST|NODE_ENV|NODE_OPTIONS)/.test(name));
  const env = {
    ...Object.fromEntries(outside),
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    DROVER: CHECKOUT,
    PACKAGE: join(folder, stdout.trim().split('\n').at(-1) ?? ''),
  };
  const told = `${suite.trim()} --reporter=json --outputFile=${report}\n`;
  // With all that it has started, when it takes too long.
  const limited = [String(SUITE_MS / 1_000 - 60), 'sh', '-e', '-c', told];
  const failure: unknown = await run('timeout', limited, { cwd: plugin, env, maxBuffer: 2 ** 26 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const written = await readFile(report, 'utf8').catch((error: unknown) => Promise.reject(failure ?? error));
  const { numPassedTests, testResults } = JSON.parse(written);
  const failed = testResults.flatMap(({ message, assertionResults }: Results) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  ]);
  expect(failed).toEqual([]);
  expect(numPassedTests).toBeGreaterThan(150);
});

interface Results {
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}
