import { expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { readIni } from './ini.ts';

const plain = (text: string) =>
  Object.fromEntries(
    [...readIni('config', text)].map(([title, section]) => [
      title,
      Object.fromEntries(
        [...section].map(([key, value]) => [key, value instanceof Map ? Object.fromEntries(value) : value]),
      ),
    ]),
  );

/** As Python's RawConfigParser does, and botocore behind it. */
it.each<[string, object]>([
  ['', {}],
  ['[a]', { a: {} }],
  ['[a]\nk=v\r\nL : w', { a: { k: 'v', l: 'w' } }],
  ['[a]\rk = a = b : c', { a: { k: 'a = b : c' } }],
  ['  [a]\n  k = v\n  # no\n  l = w', { a: { k: 'v', l: 'w' } }],
  ['[a]\n; no\n# no\nk = v ; yes', { a: { k: 'v ; yes' } }],
  ['[a]\nk = v\n  more', { a: { k: 'v\nmore' } }],
  ['[a]\nk = v\n\n\n', { a: { k: 'v' } }],
  ['[a]\nk = v\n\n  more\nl = w', { a: { k: 'v\n\nmore', l: 'w' } }],
  ['[a]\ns3 =\n  x = 1\n\n  y=2=3\nk = v', { a: { s3: { x: '1', y: '2=3' }, k: 'v' } }],
  ['[a]\nk =\nl = w', { a: { k: '', l: 'w' } }],
  ['[a]\nk = v\n[b] # second', { a: { k: 'v' }, b: {} }],
  ['[a [b] c]\nk = v', { 'a [b] c': { k: 'v' } }],
  ['[DEFAULT]\nk = d\n[a]\nl = w\n[b]\nk = own', { a: { k: 'd', l: 'w' }, b: { k: 'own' } }],
  ['[DEFAULT]\nk = d\n[a]\n[DEFAULT]\nl = e', { a: { k: 'd', l: 'e' } }],
])('reads %j', (text, sections) => expect(plain(text)).toEqual(sections));

it.each([
  ['k = v', 1, 'this is neither a [section] nor a key = value'],
  ['[a]\n= v', 2, 'this is neither a [section] nor a key = value'],
  ['[a]\nword', 2, 'this is neither a [section] nor a key = value'],
  ['[]', 1, 'this is neither a [section] nor a key = value'],
  ['[a\nk = v', 1, 'this is neither a [section] nor a key = value'],
  ['[a]\n[b]\n[a]', 3, 'this section is there twice'],
  ['[a]\nk = v\nK = w', 3, 'this key is there twice'],
  ['[DEFAULT]\nk = v\n[DEFAULT]\nk = w', 4, 'this key is there twice'],
  ['[a]\n\nk =\n  x', 3, 'a line below this key is no key = value'],
])('says where %j is wrong', (text, line, why) => {
  expect(() => readIni('~/.aws/config', text)).toThrow(
    expect.objectContaining({ code: 'config.invalid', message: `~/.aws/config:${line}:1: ${why}` }),
  );
  expect(() => readIni('x', text)).toThrow(FleetError);
});
