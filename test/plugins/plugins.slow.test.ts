import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDescription } from '../../src/plugins/description.ts';
import { loadPlugin } from '../../src/plugins/load-plugin.ts';
import { type Desk, openDesk } from '../cli/run-drover.ts';
import { guideBlocks } from './guide.ts';
import { description, pluginFolder, WORKING } from './plugin-folder.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.clear());

const CONFIG = [
  'plugins:',
  '  sheds: ./sheds',
  '  broken: ./broken',
  'endpoints:',
  '  g1: { platform: sheds, garden: north }',
  '  b1: { platform: broken, garden: south }',
  '  f1: { platform: fake, vms: 1 }',
  '',
].join('\n');

/** A module that must never reach drover itself. */
interface Harmful {
  readonly what: string;
  readonly module: string;
  readonly why: string;
  readonly patienceMs?: number;
}

const HARMFUL: readonly Harmful[] = [
  { what: 'throws', module: 'throw new Error("no shed")', why: 'it throws while it is loaded: no shed' },
  {
    what: 'writes to the terminal',
    module: 'throw new Error("\\u001b[2Jno shed\\nat all")',
    why: 'it throws while it is loaded: ',
  },
  { what: 'is no JavaScript', module: 'export default (', why: 'it throws while it is loaded: ' },
  {
    what: 'exports nothing',
    module: 'export const one = 1',
    why: 'its module has no function as its default export',
  },
  { what: 'ends the process', module: 'process.exit(0)', why: 'it ends the process while it is loaded' },
  {
    what: 'waits for ever',
    module: 'await new Promise(() => setInterval(() => {}, 1_000))',
    why: 'it was not loaded within 0.5 s',
    patienceMs: 500,
  },
  { what: 'runs for ever', module: 'for (;;);', why: 'it was not loaded within 0.5 s', patienceMs: 500 },
];

describe('a plugin', () => {
  it('F-208 gives its VMs, its fields as flags, and its checks, and is told of once', async () => {
    await pluginFolder(desk.home, 'sheds', { 'drover-plugin.json': description('sheds'), 'index.mjs': WORKING });
    await desk.write(CONFIG.replace('  broken: ./broken\n', '').replace(/ {2}b1.*\n/, ''));
    const listed = await desk.run('vm', 'list', '-o', 'name');
    expect(listed.stdout).toContain('g1/north');
    const told = `the plugin sheds is no part of drover, and runs with all your rights: ${desk.home}/sheds\n`;
    expect([listed.stderr, listed.code]).toEqual([told, 0]);

    expect((await desk.run('endpoint', 'add', '--platform', 'sheds', '--help')).stdout).toContain(
      'Where the sheds are.',
    );
    const added = await desk.run('endpoint', 'add', 'g2', '--platform', 'sheds', '--garden', 'west');
    expect(added.stderr).toContain('garden: it is there');
    expect(added.stderr).not.toContain('no part of drover');
    expect((await desk.run('vm', 'list', '-o', 'name')).stdout).toContain('g2/west');
  });

  it('has its fields completed by the shell, without being run', async () => {
    const asked = (word: string) =>
      desk.run('__complete', 'zsh', 'endpoint', 'add', 'g2', '--platform', 'sheds', word).then(({ stdout }) => stdout);
    await desk.write(CONFIG);
    await pluginFolder(desk.home, 'sheds', {
      'drover-plugin.json': description('sheds'),
      'index.mjs': 'process.exit(1)',
    });
    expect(await asked('--ga')).toBe('words\n--garden\tWhere the sheds are.\n');
    await pluginFolder(desk.home, 'sheds', { 'drover-plugin.json': '{' });
    expect(await asked('--ga')).toBe('words\n');
  });

  it('is written as docs/plugins.md says', async () => {
    const { suite: _suite, ...files } = await guideBlocks();
    expect(Object.keys(files)).toEqual(['drover-plugin.json', 'index.mjs']);
    await pluginFolder(desk.home, 'shed', files);
    await desk.write('plugins: { shed: ./shed }\nendpoints: { g1: { platform: shed, garden: north } }\n');
    expect((await desk.run('endpoint', 'test', 'g1')).stderr).toContain('garden: north has a shed');
    expect((await desk.run('vm', 'list')).stdout).toMatch(/^lamp +running/m);
    expect(await desk.run('vm', 'stop', 'lamp', '--yes')).toMatchObject({ code: 0, stderr: 'lamp is stopped\n' });
  });

  it('is not run while nothing of its platform is asked for', async () => {
    await pluginFolder(desk.home, 'sheds', { 'drover-plugin.json': description('sheds'), 'index.mjs': 'throw 1' });
    await desk.write('plugins: { sheds: ./sheds }\nendpoints: { f1: { platform: fake, vms: 1 } }\n');
    expect(await desk.run('vm', 'list', '-o', 'name')).toMatchObject({ code: 0, stderr: '' });
    expect((await desk.run('platform', 'list')).stderr).toContain(
      "config.yaml:1:19: the plugin sheds can't be used: it throws while it is loaded: 1\n",
    );
  });

  it.each(HARMFUL)('that $what harms nothing, and says what is wrong', async ({ module, why, patienceMs }) => {
    const folder = await pluginFolder(desk.home, 'broken', {
      'drover-plugin.json': description('broken'),
      'index.mjs': module,
    });
    const loading = loadPlugin(await readDescription(folder, 'broken'), patienceMs);
    await expect(loading).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining(why) });
    await expect(loading).rejects.toThrow(/^[^\p{Cc}]+$/u);
  });

  it('that lacks a part of a platform, or throws when it makes one, is named as well', async () => {
    const loaded = async (name: string, module: string) => {
      const files = { 'drover-plugin.json': description(name), 'index.mjs': module };
      return loadPlugin(await readDescription(await pluginFolder(desk.home, name, files), name));
    };
    await expect(loaded('half', 'export default () => ({ connect() {} })')).rejects.toThrow('its platform has no test');
    await expect(loaded('late', 'export default () => { throw new Error("late") }')).rejects.toThrow('it throws: late');
    await expect(loaded('none', 'export default () => undefined')).rejects.toThrow('no connect and no test');
  });

  it('that is broken takes its own endpoints out of use, and no others', async () => {
    await pluginFolder(desk.home, 'sheds', { 'drover-plugin.json': description('sheds'), 'index.mjs': WORKING });
    await pluginFolder(desk.home, 'broken', {
      'drover-plugin.json': description('broken'),
      'index.mjs': 'throw new Error("no shed")',
    });
    await desk.write(CONFIG);
    const listed = await desk.run('vm', 'list', '-o', 'name');
    expect(listed.stdout.trim().split('\n')).toHaveLength(2);
    expect(listed.stdout).toContain('g1/north');
    expect(listed.stderr).toContain("b1: the plugin broken can't be used: it throws while it is loaded: no shed");
    expect((await desk.run('doctor')).stdout).toContain("the plugin broken can't be used");
  });
});
