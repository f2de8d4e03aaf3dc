import { expect, it } from 'vitest';
import { isHostName, isUserName } from './host-names.ts';

it.each(['host1', '10.0.0.1', 'fd00::1', 'host-a.example', '[fd00::1]'])('takes %j for a host', (name) => {
  expect(isHostName(name)).toBe(true);
});

it.each(['', '-oProxyCommand=x', 'a;b', 'a$b', 'a b', 'a@b', 'a/b', 'a\nb', "a'b", 'a\\b', 'a|b'])(
  'takes %j for no host',
  (name) => {
    expect(isHostName(name)).toBe(false);
  },
);

it.each(['root', 'user@realm', 'DOM\\user', 'a b', 'a-b'])('takes %j for a user', (name) => {
  expect(isUserName(name)).toBe(true);
});

it.each(['', '-l', 'a;b', 'a -b', 'a\\', 'a`b', 'a(b', 'a\0b', 'a"b'])('takes %j for no user', (name) => {
  expect(isUserName(name)).toBe(false);
});
