import { describe, expect, it } from 'vitest';
import {
  endpointName,
  endpointNameFor,
  endpointOf,
  isEndpointName,
  isUserPool,
  nativeOf,
  nodeId,
  poolId,
  userPoolId,
  vmId,
} from './ids.ts';

describe("an endpoint's name", () => {
  it.each(['a', '7', 'lab-2', 'a.b_c', 'x'.repeat(63)])('may be %s', (text) => {
    expect(endpointName(text)).toBe(text);
  });

  it.each(['', '-a', '.a', '_a', 'a/b', 'a b', 'é', 'x'.repeat(64)])('is not %j', (text) => {
    expect(isEndpointName(text)).toBe(false);
    expect(() => endpointName(text)).toThrow(new RangeError(`not an endpoint name: ${JSON.stringify(text)}`));
  });
});

describe('a name made of what another tool says', () => {
  it.each([
    ['lab2', 'lab2'],
    ['root@10.0.0.1', 'root-10.0.0.1'],
    ['--web--', 'web'],
    ['a / b', 'a-b'],
    ['Zürich', 'Zurich'],
    ['x'.repeat(63), 'x'.repeat(63)],
  ])('is, of %j, %s', (text, name) => {
    expect(endpointNameFor(text)).toBe(name);
  });

  it.each([
    ['', /^[a-z0-9]{7}$/],
    ['仮想', /^[a-z0-9]{7}$/],
    ['---', /^[a-z0-9]{7}$/],
    ['Köln-仮', /^Koln-[a-z0-9]{7}$/],
    ['lab ٣', /^lab-[a-z0-9]{7}$/],
    ['x'.repeat(64), /^x{55}-[a-z0-9]{7}$/],
  ])('has seven digits of the whole text where something is lost: %j', (text, name) => {
    expect(endpointNameFor(text)).toMatch(name);
    expect(endpointNameFor(text)).toBe(endpointNameFor(text));
  });

  it('differs where the texts do, also behind the longest name', () => {
    const texts = ['仮想', '仮相', 'Łódź', 'Ńódź', `${'x'.repeat(70)}a`, `${'x'.repeat(70)}b`];
    expect(new Set(texts.map((text) => endpointNameFor(text))).size).toBe(texts.length);
  });

  it('is the same in every version of the program, since files and caches have it: FNV-1a in base 36', () => {
    expect(endpointNameFor('')).toBe((0x811c9dc5).toString(36).padStart(7, '0'));
    expect(endpointNameFor('仮')).toBe('0fvtsg2');
  });

  it('has as many characters as there is room for', () => {
    expect(endpointNameFor('production', 10)).toBe('production');
    expect(endpointNameFor('production1', 10)).toMatch(/^pr-[a-z0-9]{7}$/);
  });
});

it('makes ids of which both parts can be reported, slashes in the second included', () => {
  const lab = endpointName('lab');
  for (const id of [vmId(lab, 'a/b'), nodeId(lab, 'a/b')]) {
    expect(id).toBe('lab/a/b');
    expect([endpointOf(id), nativeOf(id)]).toEqual(['lab', 'a/b']);
  }
  expect(poolId(lab, 'p')).toBe('lab/p');
});

it("tells the user's pools from those of endpoints", () => {
  expect([isUserPool(userPoolId('web')), isUserPool(poolId(endpointName('lab'), 'web'))]).toEqual([true, false]);
  expect(nativeOf(userPoolId('web'))).toBe('web');
});
