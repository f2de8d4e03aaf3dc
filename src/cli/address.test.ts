import { expect, it } from 'vitest';
import { endpointName } from '../ids.ts';
import { adviceWithAddress, nameOfUri, uriOf } from './address.ts';

it.each([
  ['root@db1.test', 'qemu+ssh://root@db1.test/system', 'db1.test'],
  ['10.0.0.5', 'qemu+ssh://10.0.0.5/system', '10.0.0.5'],
  ['qemu:///session', 'qemu:///session', 'localhost'],
  ['qemu+ssh://me@[fe80::1]:22/system', 'qemu+ssh://me@[fe80::1]:22/system', 'fe80-1'],
  ['qemu+tls://db1:1/system?a=b', 'qemu+tls://db1:1/system?a=b', 'db1'],
])('%s is an address', (word, uri, name) => {
  expect(uriOf(word)).toBe(uri);
  expect(nameOfUri(uri)).toBe(name);
});

it.each(['db1', 'db1.test', 'a@', '@b', 'a@b/c', 'a b@c', 'host1/vm', ''])('%j is none', (word) => {
  expect(uriOf(word)).toBeUndefined();
});

it('is what advice about it needs to be followed', () => {
  const clients = ['other', 'root@db1.test'];
  const advice = (text: string, name: string) => adviceWithAddress(text, endpointName(name), { clients });
  expect(advice('drover endpoint trust db1.test', 'db1.test')).toBe('drover endpoint trust db1.test -C root@db1.test');
  expect(advice('drover endpoint trust other', 'other')).toBe('drover endpoint trust other');
  expect(advice('give it another name', 'db1.test')).toBe('give it another name');
});
