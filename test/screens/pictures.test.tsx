import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { builtInThemes } from '../../src/state/theme/built-in-themes.ts';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';
import { svgOf } from './svg.ts';

const FOLDER = new URL('../../docs/pictures/', import.meta.url);
/** A page with all of them must still open on a slow link. */
const MOST_BYTES = 60_000;
const DARK = '#0d1117';
const TEXT = { dark: '#c9d1d9', light: '#24292f' };

let fleet: OpenFleet | undefined;
afterEach(() => fleet?.close());

async function picture(name: string, options: FleetOptions, keys: readonly string[]): Promise<void> {
  fleet = await openFleet({ vms: 200, ...options });
  await fleet.press(...keys);
  await fleet.idle(20_000);
  const theme = options.theme ?? 'dark';
  const { grounds: [ground = DARK] = [], words } = builtInThemes[theme] ?? {};
  const text = words?.text?.colour ?? (theme === 'light' ? TEXT.light : TEXT.dark);
  await expect(svgOf(fleet.painted(), { ground, text })).toMatchFileSnapshot(`../../docs/pictures/${name}.svg`);
}

/** Pictures of the docs, made here so that they never show an old screen; `vitest -u` rewrites them. */
describe('pictures', () => {
  const MARKED = ['jjjj', 'space', 'space'];

  it.each(['80x24', '120x40', '250x70'])('shows the fleet at %s', (size) => picture(size, { size }, MARKED));

  it.each(['light', 'contrast', 'dusk'])('shows the theme %s', (theme) =>
    picture(theme, { size: '80x24', theme }, MARKED),
  );

  it('shows the screen without colours', () =>
    picture('no-colour', { size: '80x24', theme: 'none', colours: 'none' }, MARKED));

  it('shows the screen in ASCII, as on Linux’ own console', () =>
    picture('ascii', { size: '80x24', glyphs: 'ascii', theme: 'none', colours: 'none' }, MARKED));

  it('shows the busiest VMs in one list', () => picture('busiest', { size: '100x30' }, ['3', 'jj']));

  it('shows what deleting would take along', () =>
    picture('delete', { size: '80x24' }, ['/', 'state:stopped', 'enter', 'j', 'X']));
});

it('has no picture that is too large, and all of them on their page', () => {
  const files = readdirSync(FOLDER);
  expect(files.filter((file) => statSync(new URL(file, FOLDER)).size > MOST_BYTES)).toEqual([]);
  const page = readFileSync(new URL('../pictures.md', FOLDER), 'utf8');
  expect([...page.matchAll(/\]\(pictures\/([^)]+)\)/g)].map(([, file]) => file).sort()).toEqual(files.sort());
});
