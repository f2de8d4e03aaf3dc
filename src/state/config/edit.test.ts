import { describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import type { EndpointField } from '../../platforms/contract.ts';
import { applyChange } from './apply.ts';
import type { ConfigChange } from './change.ts';
import { interpret } from './interpret.ts';
import { openYaml } from './yaml-file.ts';

const lab: readonly EndpointField[] = [
  { key: 'host', label: 'Host', help: 'Its address.', kind: 'text', required: true, fixed: true },
  { key: 'user', label: 'User', help: 'Who logs in.', kind: 'text' },
  { key: 'port', label: 'Port', help: 'Its port.', kind: 'count', min: 1, max: 65_535 },
  { key: 'cache', label: 'Cache', help: 'A size.', kind: 'bytes' },
  { key: 'key', label: 'Key', help: 'A private key.', kind: 'path' },
  { key: 'header', label: 'Headers', help: 'Sent along.', kind: 'pairs', one: 'header', many: 'headers' },
  { key: 'proxy', label: 'Proxy', help: 'On the way.', kind: 'text', nullable: true },
];
const platforms = new Map([['lab', lab]]);

async function edited(text: string, ...changes: readonly ConfigChange[]): Promise<string> {
  const yaml = await openYaml('config.yaml', text);
  expect(yaml.broken).toEqual([]);
  for (const change of changes) applyChange(yaml.draft, change, platforms);
  const printed = yaml.print();
  const again = await openYaml('config.yaml', printed);
  expect(again.broken).toEqual([]);
  expect(interpret('config.yaml', again.tree, platforms).problems).toEqual([]);
  return printed;
}

const h1 = endpointName('h1');
const h2 = endpointName('h2');
const GROWN = `# The fleet of the third floor.
theme: dark # easier at night

endpoints:
    # bought in 2019
    h1: {platform: lab, host: 010.0.0.1, port: 22} # ask Anna
    h2:
        platform: lab
        host: "b"
        user: '0123' # leading zero
    old-one: {platform: lab, host: c}

pools:
    Production:
        # never on Fridays
        nodes:
            - h1
            - h2 # spare
    QA Lab: {}
x-strange: {answer: 42, list: [1, 2.50, 0x1f, 1e3, ~]}
`;

describe('an edit keeps what it is not about', () => {
  it('F-317 leaves comments, order, indentation and every other value as they are', async () => {
    const text = await edited(GROWN, { kind: 'endpoint-edit', name: h2, values: { user: 'root', port: 2222 } });
    expect(text).toBe(GROWN.replace("user: '0123' # leading zero", "user: 'root' # leading zero\n        port: 2222"));
  });

  it('writes pairs as they are typed, and none where a value was cleared', async () => {
    const values = { header: { a: '1', b: 'x,y' }, proxy: null };
    const text = await edited(GROWN, { kind: 'endpoint-edit', name: h2, values });
    expect(text).toContain('        header: a=1,b=x,,y\n        proxy: none\n');
    const { tree } = await openYaml('config.yaml', text);
    expect(interpret('config.yaml', tree, platforms).config.endpoints.get(h2)?.values).toMatchObject(values);
  });

  it('F-317 takes an endpoint out, with its place in a pool', async () => {
    const text = await edited(GROWN, { kind: 'endpoint-remove', name: h2 });
    expect(text).toContain('# ask Anna\n    old-one:');
    expect(text).toContain('# never on Fridays\n        nodes:\n            - h1\n    QA Lab: {}');
    expect(text).not.toContain('h2');
  });

  it('keeps lists that are not indented', async () => {
    const start = 'endpoints:\n  h1: { platform: lab, host: a }\npools:\n  A:\n    nodes:\n    - h1\n';
    const text = await edited(start, { kind: 'pool-read-only', name: 'A', readOnly: true });
    expect(text).toBe(`${start}    read-only: true\n`);
  });

  it('keeps the line ends of Windows', async () => {
    const text = await edited('endpoints:\r\n  h1: { platform: lab, host: a }\r\n', {
      kind: 'endpoint-enable',
      name: h1,
      enabled: false,
    });
    expect(text).toBe('endpoints:\r\n  h1: { platform: lab, host: a, enabled: false }\r\n');
  });

  it('keeps a comment that stood in an empty section', async () => {
    const text = await edited('endpoints: # none yet\npools: {}\n', {
      kind: 'endpoint-add',
      name: 'h1',
      platform: 'lab',
      values: { host: 'a' },
    });
    expect(text).toBe('endpoints:\n  # none yet\n  h1:\n    platform: lab\n    host: a\npools: {}\n');
  });
});

describe('endpoints', () => {
  it('are put into a pool with all their nodes when they are added to it', async () => {
    const change = { kind: 'endpoint-add', name: 'h1', platform: 'lab', values: { host: 'a' }, pool: 'A' } as const;
    expect(await edited('pools:\n  A: {}\n', change)).toBe(
      'pools:\n  A:\n    nodes: [ h1 ]\nendpoints:\n  h1:\n    platform: lab\n    host: a\n',
    );
    await expect(edited('pools: {}\n', change)).rejects.toThrow('there is no pool A');
  });

  it('F-190 F-317 writes a new endpoint so that it reads back the same', async () => {
    const text = await edited('', {
      kind: 'endpoint-add',
      name: 'h1',
      platform: 'lab',
      values: {
        host: '0123',
        port: '2222',
        cache: '1536M',
        user: 'yes: # no',
        'read-only': true,
        key: '',
        every: '2s',
      },
    });
    expect(text).toBe(
      'endpoints:\n  h1:\n    platform: lab\n    host: "0123"\n    port: 2222\n    cache: 1536MiB\n' +
        '    user: "yes: # no"\n    read-only: true\n    every: 2s\n',
    );
  });

  it('F-317 disables and enables', async () => {
    const start = 'endpoints:\n  h1:\n    platform: lab\n    host: a\n';
    const off = await edited(start, { kind: 'endpoint-enable', name: h1, enabled: false });
    expect(off).toBe(`${start}    enabled: false\n`);
    expect(await edited(off, { kind: 'endpoint-enable', name: h1, enabled: true })).toBe(start);
  });

  it('sets and takes away the path of a key', async () => {
    const start = 'endpoints:\n  h1: { platform: lab, host: a }\n';
    const set = await edited(start, { kind: 'endpoint-edit', name: h1, values: { key: '~/.ssh/lab' } });
    expect(set).toBe('endpoints:\n  h1: { platform: lab, host: a, key: ~/.ssh/lab }\n');
    expect(await edited(set, { kind: 'endpoint-edit', name: h1, values: { key: undefined } })).toBe(start);
  });

  it.each<[ConfigChange, string]>([
    [{ kind: 'endpoint-add', name: 'h1', platform: 'lab', values: {} }, 'there is an endpoint h1 already'],
    [{ kind: 'endpoint-add', name: 'a/b', platform: 'lab', values: {} }, "can't be the name of an endpoint"],
    [{ kind: 'endpoint-add', name: 'x', platform: 'lba', values: {} }, 'unknown platform lba (did you mean lab?)'],
    [{ kind: 'endpoint-edit', name: h1, values: { host: 'b' } }, "h1: Host can't be changed, since ids hang on it"],
    [{ kind: 'endpoint-edit', name: h1, values: { prot: 1 } }, 'h1: unknown key "prot" (did you mean port?)'],
    [{ kind: 'endpoint-edit', name: h1, values: { port: '99999' } }, 'h1: Port must be between 1 and 65535'],
    [{ kind: 'endpoint-remove', name: endpointName('h9') }, 'there is no endpoint h9 (did you mean h1?)'],
    [{ kind: 'set', path: ['pools', 'A', 'in'], value: 'B' }, 'pools have changes of their own'],
  ])('refuses %j', async (change, sentence) => {
    await expect(edited('endpoints:\n  h1: { platform: lab, host: a }\n', change)).rejects.toThrow(sentence);
  });

  it('says that an aliased endpoint is edited by hand', async () => {
    await expect(
      edited('t: &t { platform: lab, host: a }\nendpoints:\n  h1: *t\n', {
        kind: 'endpoint-edit',
        name: h1,
        values: { user: 'root' },
      }),
    ).rejects.toMatchObject({ code: 'config.invalid', fix: 'edit the file by hand' });
  });
});

describe('pools', () => {
  const two = 'endpoints:\n  h1: { platform: lab, host: a }\n  h2: { platform: lab, host: b }\n';

  it('does not change an endpoint whose values another one repeats by an alias', async () => {
    const shared = 'endpoints:\n  h1: &base { platform: lab, host: a }\n  h2: *base\n';
    const change = { kind: 'endpoint-edit', name: endpointName('h1'), values: { 'read-only': true } } as const;
    await expect(edited(shared, change)).rejects.toThrow('can edit (an alias');
  });

  it('F-002 makes the three first pools, once', async () => {
    expect(await edited('', { kind: 'pool-defaults' })).toBe('pools:\n  Desktops: {}\n  QA Lab: {}\n  Servers: {}\n');
    await expect(edited('pools:\n  A:\n', { kind: 'pool-defaults' })).rejects.toThrow('there are pools already');
  });

  it('F-013 adds a pool, in another one if wanted', async () => {
    const text = await edited('', { kind: 'pool-add', name: 'All' }, { kind: 'pool-add', name: 'büro ☕', in: 'All' });
    expect(text).toBe('pools:\n  All: {}\n  büro ☕:\n    in: All\n');
  });

  it.each([
    ['', 'a pool needs a name'],
    ['A', 'there is a pool A already'],
    ['a\u001b[2J', 'the name of a pool must not contain control characters'],
  ])('F-013 refuses the name %j', async (name, sentence) => {
    await expect(edited('pools:\n  A:\n', { kind: 'pool-add', name })).rejects.toThrow(sentence);
  });

  it('renames a pool with what is inside it', async () => {
    const text = await edited(`${two}pools:\n  A: # first\n    nodes: [h1]\n  B:\n    in: A\n`, {
      kind: 'pool-rename',
      name: 'A',
      to: 'Servers of A',
    });
    expect(text).toBe(`${two}pools:\n  Servers of A:\n    # first\n    nodes: [ h1 ]\n  B:\n    in: Servers of A\n`);
  });

  it('moves what was inside a removed pool to where that was', async () => {
    const text = await edited('pools:\n  A: {}\n  B:\n    in: A\n  C:\n    in: B\n', {
      kind: 'pool-remove',
      name: 'B',
    });
    expect(text).toBe('pools:\n  A: {}\n  C:\n    in: A\n');
  });

  it('nests a pool, takes it to the top, and refuses to put it into itself', async () => {
    const start = 'pools:\n  A: {}\n  B:\n    in: A\n';
    expect(await edited(start, { kind: 'pool-nest', name: 'B', in: undefined })).toBe('pools:\n  A: {}\n  B: {}\n');
    await expect(edited(start, { kind: 'pool-nest', name: 'A', in: 'B' })).rejects.toThrow('pool B is inside pool A');
    await expect(edited(start, { kind: 'pool-nest', name: 'A', in: 'C' })).rejects.toThrow('there is no pool C');
  });

  it('F-017 replaces the provisioning variables', async () => {
    const text = await edited('pools:\n  A:\n    variables:\n      OLD: x\n      DEFAULT_BRIDGE: br0 # uplink\n', {
      kind: 'pool-variables',
      name: 'A',
      variables: { DEFAULT_BRIDGE: 'br1', SIZE: '010' },
    });
    expect(text).toBe('pools:\n  A:\n    variables:\n      DEFAULT_BRIDGE: br1 # uplink\n      SIZE: "010"\n');
  });

  it('F-016 moves a node out of its pool into another', async () => {
    const start = `${two}pools:\n  A:\n    nodes:\n      - h1 # first\n      - h2\n  B: {}\n`;
    const text = await edited(start, { kind: 'node-move', node: h2, to: 'B' });
    expect(text).toBe(`${two}pools:\n  A:\n    nodes:\n      - h1 # first\n  B:\n    nodes: [ h2 ]\n`);
    expect(await edited(text, { kind: 'node-move', node: h2, to: undefined })).not.toContain('[ h2 ]');
  });

  it('F-016 F-447 moves one node of an endpoint apart from the others, and back', async () => {
    const start = `${two}pools:\n  A: { nodes: [ h1 ] }\n  B: {}\n`;
    const node = 'h1/one' as typeof h1;
    const apart = await edited(start, { kind: 'node-move', node, to: 'B' });
    expect(apart).toContain('B:\n    nodes: [ h1/one ]');
    expect(await edited(apart, { kind: 'node-move', node, to: 'A' })).not.toContain('h1/one');
    await expect(edited(start, { kind: 'node-move', node, to: undefined })).rejects.toMatchObject({
      code: 'op.refused',
      message: 'h1/one is in pool A with all of h1',
    });
  });

  it('writes ids that would mean something else in YAML so that they read back the same', async () => {
    const node = 'h1/a, b]: #"x' as typeof h1;
    const text = await edited(`${two}pools:\n  A: {}\n`, { kind: 'node-move', node, to: 'A' });
    const { tree } = await openYaml('config.yaml', text);
    expect(interpret('config.yaml', tree, platforms).config.pools.get('A')?.nodes).toEqual([node]);
  });

  it('refuses to move a node to a pool that is not there', async () => {
    await expect(
      edited(`${two}pools:\n  Servers: {}\n`, { kind: 'node-move', node: h1, to: 'Server' }),
    ).rejects.toThrow('there is no pool Server (did you mean Servers?)');
  });
});

it('sets one key of another section, and takes it away', async () => {
  const set = await edited('theme: dark\n', { kind: 'set', path: ['keys', 'vm.pause'], value: 'ctrl-p' });
  expect(set).toBe('theme: dark\nkeys:\n  vm.pause: ctrl-p\n');
  expect(await edited(set, { kind: 'set', path: ['keys', 'vm.pause'], value: undefined })).toBe(
    'theme: dark\nkeys: {}\n',
  );
});
