import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import { namesFile, rememberNames } from '../../src/state/fleet/known-names.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let other: string;
beforeAll(async () => {
  const config = JSON.parse(simulated({ demo: { vms: 3 }, quiet: { vms: 1 } }));
  desk = await openDesk(JSON.stringify({ ...config, pools: { 'QA Lab': {} }, views: { mine: { sort: 'cpu' } } }));
  other = join(desk.home, 'other.yaml');
  await writeFile(other, simulated({ elsewhere: { vms: 1 } }));
  const names = namesFile(join(desk.home, 'cache/drover'), desk.config);
  await mkdir(dirname(names), { recursive: true });
  const demo = endpointName('demo');
  const vms = [['web 1', 'demo/1']] as const;
  await rememberNames(names, new Map([[demo, { vms, nodes: [['n1', 'demo/n1']], listed: {} }]]), [demo]);
});
afterAll(() => desk.clear());

const complete = async (...words: readonly string[]) =>
  (await desk.runWith({ env: { XDG_CACHE_HOME: join(desk.home, 'cache') } }, '__complete', ...words)).stdout.split(
    '\n',
  );

describe('what the shells ask for', () => {
  it('bash gets what it has to put in place of the last part of the line', async () => {
    expect(await complete('bash', 'drover vm sta', 'sta')).toEqual(['words', 'status', 'start', '']);
    expect(await complete('bash', 'drover vm start "web', 'web')).toEqual(['words', 'web 1', '']);
    expect(await complete('bash', "drover vm start demo/'we", "'we")).toEqual(['words', '']);
    expect(await complete('bash', 'drover vm list --output=js', 'js')).toEqual(['words', 'json', 'jsoncompact', '']);
    expect(await complete('bash', 'drover vm list --filter sta', 'sta')).toEqual(['partial', 'state:', '']);
    expect(await complete('bash', 'drover --config ', '')).toEqual(['files', '']);
  });

  it('the others get words with their help', async () => {
    expect(await complete('zsh', 'vm', 'sta')).toEqual([
      'words',
      'status\tPrint the state of a VM: running, stopped, paused …',
      'start\tPower a VM on, or resume one that is paused.',
      '',
    ]);
    expect(await complete('fish', 'vm', 'start', '')).toEqual(['words', 'web 1\tdemo/1', '']);
    expect(await complete('zsh', 'node', 'info', '')).toEqual(['words', 'n1\tdemo/n1', 'demo', 'quiet', '']);
    expect(await complete('fish', 'vm', 'list', '--view', 'm')).toEqual(['words', 'mine', 'most-memory', '']);
    expect(await complete('fish', 'pool', 'info', '')).toEqual(['words', 'QA Lab', '']);
    expect((await complete('zsh')).slice(0, 2)).toEqual(['words', expect.stringMatching(/^vm\tlist, info, status, /)]);
  });

  it('names are those of the configuration that the line names', async () => {
    expect(await complete('zsh', '-C', 'q')).toEqual(['words', 'quiet', '']);
    expect(await complete('zsh', '--config', other, '-C', '')).toEqual(['words', 'elsewhere', '']);
    expect(await complete('zsh', `--config=${other}`, '-C', '')).toEqual(['words', 'elsewhere', '']);
  });
});

describe('the script of a shell', () => {
  it.each([
    ['bash', 'complete -F _drover drover'],
    ['zsh', 'if [[ $funcstack[1] == _drover ]]; then _drover "$@"; else compdef _drover drover; fi'],
    ['fish', "complete -c drover -f -a '(__drover_complete)'"],
  ])('is printed for %s, up to its last line', async (shell, last) => {
    const { code, stdout, stderr } = await desk.run('completion', shell);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^#.* for ${shell}: |^#compdef drover\n`));
    expect(stdout.endsWith(`\n${last}\n`)).toBe(true);
  });
});
