import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { scriptLogFile } from './script-log.ts';

const fileOf = (vm: string) => basename(scriptLogFile('/library', { group: 'Lab', name: 'web' }, vm));

it('F-156 each VM has a log of its own, by its name where that can be the name of a file', () => {
  expect(fileOf('a_b')).toBe('a_b.log');
  expect(fileOf('a b')).toMatch(/^a_b-[0-9a-f]{16}\.log$/);
  expect(fileOf('a/b')).not.toBe(fileOf('a b'));
  expect(fileOf('..')).toMatch(/^_\.-[0-9a-f]{16}\.log$/);
  expect(fileOf('x'.repeat(300)).length).toBeLessThan(255);
});
