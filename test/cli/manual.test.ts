import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generated as json } from '../../scripts/gen/json.ts';
import { generated as keys } from '../../scripts/gen/keys.ts';
import { generated as manual } from '../../scripts/gen/man.ts';

it.each([json, keys, manual])(
  '$path is what the program says of itself: npm run gen writes it',
  async ({ path, make }) => {
    expect(await make()).toBe(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'));
  },
);
