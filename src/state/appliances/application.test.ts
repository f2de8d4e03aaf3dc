import { expect, it } from 'vitest';
import { detailsIn, detailsOfVendor, leadsToVm, pagesOf } from './application.ts';

it.each([
  ['rPath, Inc.', 'https://10.0.0.7:8003/'],
  ['JumpBox', 'https://10.0.0.7:3000/'],
  ['Acme', undefined],
])('F-175 has the usual management page of %s', (provider, management) => {
  expect(pagesOf(detailsOfVendor(provider), '10.0.0.7')).toEqual({ application: 'http://10.0.0.7/', management });
});

it('makes addresses of hosts alone, and of paths on them', () => {
  const at = (host: string) => pagesOf({}, host)?.application;
  expect(['2001:db8::7', 'web1', 'web1.example.org'].map(at)).toEqual([
    'http://[2001:db8::7]/',
    'http://web1/',
    'http://web1.example.org/',
  ]);
  for (const host of ['', 'a:80', 'a@b', 'a/b', 'a?b', 'a#b', 'fe80::1%eth0', 'a b', '\u001b[2J', '[::1]'])
    expect(at(host)).toBeUndefined();
  expect(pagesOf({ port: 8080, path: '/a?b=c' }, 'x')?.application).toBe('http://x:8080/a?b=c');
});

it.each([
  ['protocol', 'javascript', 'must be http or https'],
  ['port', 65_536, 'must be a number from 1 to 65535'],
  ['port', '80', 'must be a number'],
  ['path', '//evil.example', 'must begin with one /'],
  ['path', '/\\evil.example', 'must begin with one /'],
  ['path', 'shop', 'must begin with one /'],
  ['host', 'a/b', 'must be a name or an address'],
])('refuses %s %s', (key, value, why) => {
  expect(detailsIn((one) => (one === key ? value : null))).toContain(why);
});

it('goes to no address that is not of a VM alone, as a guest may say it', () => {
  for (const ip of ['10.0.0.7', '192.168.122.4', '2001:db8::7', 'fd00::1'])
    expect([ip, leadsToVm(ip)]).toEqual([ip, true]);
  const others = [
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
  ];
  for (const ip of [...others, '224.0.0.1', 'ff02::1', 'evil.example', 'bad.cafe', ''])
    expect([ip, leadsToVm(ip)]).toEqual([ip, false]);
});
