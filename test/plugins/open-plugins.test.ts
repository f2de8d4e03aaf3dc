import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platforms } from '../../src/platforms/registry.ts';
import { openPlugins } from '../../src/plugins/open-plugins.ts';
import { interpret } from '../../src/state/config/interpret.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import { description, pluginFolder } from './plugin-folder.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-plugins-'));
});
afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

async function opened(...lines: readonly string[]) {
  const config = join(home, 'config.yaml');
  await writeFile(config, ['plugins:', ...lines, ''].join('\n'));
  const { platforms: all, pluginProblems } = await openPlugins({ config, env: { HOME: home }, tell: () => {} });
  return {
    ids: all.slice(platforms.length).map(({ manifest }) => manifest.id),
    trouble: pluginProblems.map(({ at, message }) => `${at?.line}: ${message}`),
  };
}

describe('plugins', () => {
  it('are found in a folder beside the configuration, in one of the home, and as a package', async () => {
    await pluginFolder(home, 'own', { 'drover-plugin.json': description('near') });
    await pluginFolder(home, 'far', { 'drover-plugin.json': description('home') });
    await pluginFolder(home, 'node_modules/@sheds/drover', { 'drover-plugin.json': description('pack') });
    expect(await opened('  near: ./own', '  home: ~/far', "  pack: '@sheds/drover'")).toEqual({
      ids: ['near', 'home', 'pack'],
      trouble: [],
    });
  });

  it.each([
    ['is not there', undefined, 'there is no drover-plugin.json in HOME/x'],
    ['is no JSON', '{', 'drover-plugin.json: it is no JSON'],
    [
      'is for another contract',
      description('x', { contract: 2 }),
      'drover-plugin.json: it is for version 2 of the contract, and this drover has version 1',
    ],
    [
      'is called otherwise',
      description('y'),
      'drover-plugin.json: it describes the platform "y", and the configuration calls it x',
    ],
    [
      'has its module elsewhere',
      description('x', { module: '../other/index.mjs' }),
      'drover-plugin.json: "module" must be the path of a .js or .mjs file in its folder',
    ],
    [
      'has a field of no kind',
      description('x', { endpoint: [{ key: 'a', label: 'A', help: 'A.', kind: 'colour' }] }),
      'drover-plugin.json: field a: "kind" must be one of text, path, count, bytes, choice, flag, object, lines, list, pairs',
    ],
    [
      'writes to the terminal',
      description('x', { title: 'Sheds\u001b[2J' }),
      'drover-plugin.json: "title" has characters that are no text',
    ],
  ])('one that %s is named with its line, and the others work', async (_what, json, why) => {
    await pluginFolder(home, 'fine', { 'drover-plugin.json': description('fine') });
    if (json !== undefined) await pluginFolder(home, 'x', { 'drover-plugin.json': json });
    const { ids, trouble } = await opened('  x: ./x', '  fine: ./fine');
    expect(ids).toEqual(['fine']);
    expect(trouble).toEqual([`2: the plugin x can't be used: ${why.replace('HOME', home)}`]);
  });

  it('never take the place of a platform of drover’s own', async () => {
    await pluginFolder(home, 'x', { 'drover-plugin.json': description('kvm') });
    const { ids, trouble } = await opened('  kvm: ./x');
    expect(ids).toEqual([]);
    expect(trouble).toEqual([
      "2: the plugin kvm can't be used: that is a platform of drover’s own; give it another name",
    ]);
  });

  it('come from no package above the configuration, which may be anybody’s', async () => {
    await pluginFolder(home, 'node_modules/sheds', { 'drover-plugin.json': description('sheds') });
    await pluginFolder(home, 'etc', { 'config.yaml': 'plugins: { sheds: sheds }\n' });
    const config = join(home, 'etc/config.yaml');
    const { pluginProblems } = await openPlugins({ config, env: { HOME: home }, tell: () => {} });
    expect(pluginProblems[0]?.message).toContain(`there is no drover-plugin.json in ${home}/etc/node_modules/sheds`);
  });

  it('are said to be wrong with their line where they are no names with places', async () => {
    const { tree } = await openYaml('c.yaml', 'plugins:\n  Bad Name: ./x\n  odd: what is this\n');
    expect(interpret('c.yaml', tree, new Map()).problems.map(({ at, message }) => `${at?.line}: ${message}`)).toEqual([
      '2: plugins: "Bad Name" can\'t be the name of a platform: small letters, digits, dashes',
      '3: plugins: odd must be the path of a folder (beginning with /, ~/ or ./), or the name of an npm package',
    ]);
  });
});
