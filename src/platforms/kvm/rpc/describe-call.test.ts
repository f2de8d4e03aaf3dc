import { expect, it } from 'vitest';
import { describeCall } from './describe-call.ts';

const domain = { name: 'web1', uuid: Buffer.alloc(16), id: -1 };

it.each<[string, unknown, string]>([
  ['a call without arguments', undefined, 'X'],
  ['nothing', null, 'X'],
  ['the guest by its name', { domain }, 'X web1'],
  ['numbers and flags', { domain, flags: 2, needResults: true }, 'X web1 flags=2 needResults=true'],
  ['no value that is left out', { domain, device: undefined, flags: 0 }, 'X web1 flags=0'],
  ['a plain text', { path: '/d/a.raw' }, 'X path=/d/a.raw'],
  ['a text of sixty characters', { xml: 'a'.repeat(60) }, `X xml=${'a'.repeat(60)}`],
  ['the length of a longer one', { xml: 'a'.repeat(61) }, 'X xml=(61 characters)'],
  ['a text with spaces in quotes', { name: 'two words' }, 'X name="two words"'],
  [
    'no text that turns the line around',
    { name: 'a\u202eb\u200e\u009b\u2066' },
    'X name="a\\u202eb\\u200e\\u009b\\u2066"',
  ],
  ['an empty text in quotes', { name: '' }, 'X name=""'],
  ['how many a list has', { domains: [domain, domain] }, 'X domains=(2)'],
  ['no bytes and no other object', { uuid: Buffer.alloc(16), volume: { key: 'x' }, odd: { name: 1 }, no: null }, 'X'],
])('shows in the log %s', (_what, args, line) => {
  expect(describeCall('X', args)).toBe(line);
});
