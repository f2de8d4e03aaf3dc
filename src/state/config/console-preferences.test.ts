import { expect, it } from 'vitest';
import { consoleComplaints, consolePreferences } from './console-preferences.ts';
import { emptyMap } from './located.ts';
import { openYaml } from './yaml-file.ts';

async function read(text: string) {
  const { tree } = await openYaml('config.yaml', text);
  const file = tree.kind === 'map' ? tree : emptyMap;
  const { allow, scrollback } = consolePreferences({ file });
  return { allow: [...allow], scrollback, told: consoleComplaints(file).map(({ message }) => message) };
}

it.each([
  ['', [], 5_000],
  ['consoles: { allow: [title, clipboard], scrollback: 100 }', ['clipboard', 'title'], 100],
  ['consoles: { allow: queries }', ['queries'], 5_000],
])('guests may do what the configuration says: %s', async (text, allow, scrollback) => {
  expect(await read(text)).toEqual({ allow, scrollback, told: [] });
});

it('says what is wrong, and allows nothing by it', async () => {
  expect(await read('consoles: { allow: [everything], scrollback: -1 }')).toEqual({
    allow: [],
    scrollback: 5_000,
    told: [
      'consoles: allow can have clipboard, title, queries, not "everything"',
      'consoles: scrollback must be a whole number of lines from 0 to 100000',
    ],
  });
});
