import { expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { unlessRefused } from './unless-refused.ts';

const forbidden = new FleetError('auth.forbidden', 'no');
const unsupported = new FleetError('op.unsupported', 'what?');

it('knows nothing of what the login may not see, and all else as it is', async () => {
  expect(await unlessRefused(Promise.reject(forbidden))).toBeUndefined();
  expect(await unlessRefused(Promise.resolve(7))).toBe(7);
  await expect(unlessRefused(Promise.reject(unsupported))).rejects.toBe(unsupported);
  await expect(unlessRefused(Promise.reject(new TypeError('bug')))).rejects.toThrow('bug');
});

it('takes other codes for a refusal where a platform says so', async () => {
  expect(await unlessRefused(Promise.reject(unsupported), ['op.unsupported'])).toBeUndefined();
  await expect(unlessRefused(Promise.reject(forbidden), ['op.unsupported'])).rejects.toBe(forbidden);
});
