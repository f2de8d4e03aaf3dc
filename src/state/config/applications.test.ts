import { expect, it } from 'vitest';
import { type EndpointName, vmId } from '../../ids.ts';
import { checkApplications, ownDetails } from './applications.ts';
import { emptyMap } from './located.ts';
import { browserComplaint, browserWords } from './preferences.ts';
import { readYaml } from './yaml-file.ts';

const read = async (text: string) => {
  const { tree } = await readYaml('config.yaml', text);
  return tree.kind === 'map' ? tree : emptyMap;
};

it('F-175 reads what was said of the application in this very VM', async () => {
  const file = await read(
    'applications:\n  one/a: { port: 8080, path: /shop, uuid: u1 }\n  one/b: { protocol: https }\n',
  );
  const [a, b] = [vmId('one' as EndpointName, 'a'), vmId('one' as EndpointName, 'b')];
  expect(ownDetails(file, { id: a, uuid: 'u1' })).toEqual({ port: 8080, path: '/shop' });
  expect(ownDetails(file, { id: a, uuid: 'u2' })).toBeUndefined();
  expect(ownDetails(file, { id: b, uuid: 'u2' })).toEqual({ protocol: 'https' });
});

it('keeps what is right beside a mistake, which the next change must not take along', async () => {
  const id = vmId('one' as EndpointName, 'a');
  const said = async (details: string) =>
    ownDetails(await read(`applications:\n  one/a: ${details}\n`), { id, uuid: 'u1' });
  expect(await said('{ protocol: htps, port: 8080, path: /shop }')).toEqual({ port: 8080, path: '/shop' });
  expect(await said('{ protocol: htps }')).toBeUndefined();
});

it.each([
  ['one: { port: 80 }', 'details are of endpoint/id'],
  ['one/a: 80', 'details are keys with values'],
  ['one/a: { prot: https }', 'unknown key "prot"'],
  ['one/a: { port: 0 }', 'port must be a number from 1 to 65535'],
])('says what is wrong with %s', async (line, why) => {
  const said: string[] = [];
  checkApplications(await read(`applications:\n  ${line}\n`), (_at, message) => {
    said.push(message);
    return { severity: 'warning', file: '', message };
  });
  expect(said).toEqual([expect.stringContaining(why)]);
});

it('takes a browser with its words, and the page in one of them', async () => {
  expect(browserWords(await read('browser: firefox --new-window {url}'))).toEqual(['firefox', '--new-window', '{url}']);
  const ofShell = 'browser: [sh, -c, "firefox {url}"]';
  for (const wrong of [
    'browser: firefox',
    'browser: "{url}"',
    'browser: firefox {host}',
    'browser: ["", "{url}"]',
    ofShell,
  ])
    expect(browserComplaint(await read(wrong))).toContain('with {url} for the page');
  expect(browserComplaint(emptyMap)).toBeUndefined();
});
