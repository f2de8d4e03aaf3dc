import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import { namesFile, rememberNames } from '../../src/state/fleet/known-names.ts';
import { openPty, type Pty } from '../terminal/open-pty.ts';
import { openDesk, simulated } from './run-drover.ts';

const BIN = fileURLToPath(new URL('../../bin', import.meta.url));
const demo = endpointName('demo');

/** Each starts with letters of its own, so that one tab is enough. */
const HOSTILE = [
  'aa web 1',
  "bb it's",
  'cc "quoted"',
  'dd $(touch pwned)',
  'ee `touch pwned`',
  'ff;touch pwned',
  'gg&|<>(){}',
  'hh back\\slash',
  'ii ~#%^=+@:x',
  'jj büro ☕ 1',
  'kk *?[a]',
  'll!bang',
] as const;
const CONTEXTS: readonly (readonly [quote: string, without: RegExp])[] = [
  ['', /^$/],
  ['"', /!|"$/],
  ["'", /'/],
];

let home: string;
let shell: Pty;

/** A bash without settings of a user, and a command that shows its last word as it got it. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-completion-'));
  const config = join(home, 'config.yaml');
  await writeFile(config, simulated({ demo: { vms: 3 } }));
  const vms = HOSTILE.map((name, at) => [name, `demo/${at}`] as const);
  const names = new Map([[demo, { vms: [...vms, ['mm\nnn', 'demo/lines']] as const, nodes: [], listed: {} }]]);
  await rememberNames(namesFile(join(home, 'drover'), config), names, [demo]);
  shell = openPty({
    argv: ['bash', '--norc', '--noprofile', '-i'],
    columns: 200,
    rows: 50,
    cwd: home,
    env: {
      PATH: `${BIN}:${process.env['PATH']}`,
      HOME: home,
      DROVER_CONFIG: config,
      XDG_CACHE_HOME: home,
      PS1: 'ready> ',
    },
  });
  await shell.until('ready>');
  shell.type('eval "$(drover completion bash)"; complete -F _drover show\r');
  shell.type('show() { while [ $# -gt 1 ]; do shift; done; printf "got<%s>\\n" "$1"; }; clear\r');
  await shell.until((screen) => screen.trim() === 'ready>');
});
afterAll(async () => {
  shell.close();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

/** What the command gets after tab and enter. */
async function got(typed: string): Promise<string> {
  shell.type(`${typed}\t`);
  await shell.until((screen) => !screen.endsWith(typed));
  shell.type('\r');
  const screen = await shell.until(/got<[\s\S]*>\nready>$/);
  shell.type('\x0c');
  await shell.until((now) => now.trim() === 'ready>');
  return /got<([\s\S]*)>\nready>$/.exec(screen)?.[1] ?? '';
}

describe('completion in bash', () => {
  it('completes commands, flags and their values', async () => {
    expect(await got('show vm star')).toBe('start');
    expect(await got('show vm stop --for')).toBe('--force');
    expect(await got('show vm list --output=ya')).toBe('--output=yaml');
    expect(await got('show -C de')).toBe('demo');
  });

  it.each(CONTEXTS)('hands over names behind %j as they are, whatever is in them', async (quote, without) => {
    for (const name of HOSTILE.filter((one) => quote === '' || !without.test(one))) {
      expect(await got(`show vm start ${quote}${name.slice(0, 2)}`)).toBe(name);
    }
  });

  it('goes on in a name behind a colon and a blank', async () => {
    expect(await got('show vm start ii\\ \\~\\#%\\^=+@:')).toBe('ii ~#%^=+@:x');
  });

  it('offers files where a file is wanted', async () => {
    expect(await got('show vm list --config conf')).toBe('config.yaml');
  });
});

describe('names for completion', () => {
  it('are those of the last list, and ask no endpoint', async () => {
    const desk = await openDesk(simulated({ demo: { vms: 3 } }));
    const before = await desk.run('__complete', 'zsh', 'vm', 'start', '');
    expect(before.stdout).toBe('words\n');
    const vms = (await desk.run('vm', 'list', '-o', 'json')).json<{ name: string }[]>().map(({ name }) => name);
    await desk.write(simulated({ demo: { vms: 3, password: 'wrong' } }));
    const { stdout, stderr } = await desk.run('__complete', 'fish', 'vm', 'start', '');
    expect(
      stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t')[0])
        .sort(),
    ).toEqual(vms.sort());
    expect(stderr).toBe('');
    await desk.clear();
  });

  it('are none, and no message, with a broken configuration', async () => {
    const desk = await openDesk('endpoints: [');
    const ran = await desk.run('__complete', 'zsh', 'vm', 'start', '');
    expect([ran.stdout, ran.stderr]).toEqual(['words\n', '']);
    await desk.clear();
  });
});
