import { expect, it } from 'vitest';
import { loadTheme } from '../../state/theme/theme.ts';
import { glyphsOf } from '../frame/glyphs.ts';
import { consoleLog } from './vm-tabs.ts';

it('shows of a console log of megabytes the end, in whole lines, and says where all of it is', async () => {
  const look = { theme: await loadTheme('dark', 'none'), glyphs: glyphsOf('unicode') };
  const text = Array.from({ length: 100_000 }, (_, line) => `[${line}] a line of a guest that says a lot`).join('\r\n');
  const lines = consoleLog({ text, at: undefined }, 60, look);
  expect(lines.length).toBeLessThan(5_000);
  expect(lines[0]).toContain('Only its end is shown');
  expect(lines[1]).toMatch(/^\[\d+\] a line/);
  expect(lines.at(-1)).toMatch(/^\[99999\] a line/);
  expect(consoleLog({ text: '  too long for it', at: undefined }, 10, look)).toEqual(['  too long', ' for it']);
});
