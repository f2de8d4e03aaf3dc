import { expect, it } from 'vitest';
import { totp } from './totp.ts';

/** RFC 6238, appendix B, cut to six digits: the secret is the ASCII text 12345678901234567890. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('makes the code of second %i', (second, code) => expect(totp(SECRET, second * 1000)).toBe(code));

it('takes a secret as apps show it', () => {
  expect(totp('gezd gnbv gy3t qojq gezd gnbv gy3t qojq', 59_000)).toBe('287082');
});

it('changes with every half minute', () => {
  expect(totp(SECRET, 29_999)).toBe(totp(SECRET, 0));
  expect(totp(SECRET, 30_000)).not.toBe(totp(SECRET, 29_999));
  expect(totp(SECRET, 59_999)).toBe('287082');
  expect(totp(SECRET, 60_000)).not.toBe('287082');
});

it('takes a secret that fills no whole byte', () => {
  expect([totp('MZXW6===', 0), totp('MZXW6', 0), totp('MZXW6YQ=', 0)]).toEqual(['937425', '937425', '819306']);
});

it('takes every letter of base32', () => expect(totp('AAAA', 0)).toBe('328482'));

it('says that a secret is none', () => {
  expect(() => totp('not base32!', 0)).toThrow(
    expect.objectContaining({ code: 'config.invalid', message: 'the TOTP secret is not base32' }),
  );
});
