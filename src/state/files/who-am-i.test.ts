import { expect, it } from 'vitest';
import { SCHEDULE_VARIABLE, whoAmI } from './who-am-i.ts';

it('F-220 says which schedule has begun it, and who runs it all the same', () => {
  const alone = whoAmI({});
  expect(alone).toMatch(/^\S+@\S+$/);
  expect(whoAmI({ [SCHEDULE_VARIABLE]: 'the schedule nightly of anna@desk' })).toBe(
    `${alone}, by the schedule nightly of anna@desk`,
  );
});
