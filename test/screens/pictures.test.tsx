import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';
import { svgOf } from './svg.ts';

let fleet: OpenFleet;
afterEach(() => fleet.close());

/** Pictures of the docs, made here so that they never show an old screen; `vitest -u` writes them anew. */
describe('pictures', () => {
  it('shows the demo fleet', async () => {
    fleet = await openFleet({ size: '120x40', vms: 200 });
    await fleet.press('jjjj');
    await fleet.idle(60_000);
    await expect(svgOf(fleet.painted())).toMatchFileSnapshot('../../docs/screen.svg');
  });

  it.each([
    ['light', 'light'],
    ['contrast', 'dark'],
    ['none', 'dark'],
  ] as const)('shows the theme %s', async (theme, ground) => {
    fleet = await openFleet({ size: '80x24', theme, colours: theme === 'none' ? 'none' : 'truecolor' });
    await fleet.press('jjjj', 'space', 'space');
    await fleet.idle(30_000);
    await expect(svgOf(fleet.painted(), ground)).toMatchFileSnapshot(`../../docs/theme-${theme}.svg`);
  });
});
