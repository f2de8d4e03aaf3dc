import { describe, expect, it } from 'vitest';
import { bashReplacement, readBashLine } from './bash-line.ts';

describe('a line of bash', () => {
  it.each([
    ['drover vm start we', ['drover', 'vm', 'start'], 'we', ''],
    ['drover vm start ', ['drover', 'vm', 'start'], '', ''],
    ['drover vm start "web 1', ['drover', 'vm', 'start'], 'web 1', '"'],
    ["drover vm start 'web 1", ['drover', 'vm', 'start'], 'web 1', "'"],
    ['drover vm start \'web\'" 1"\\ x', ['drover', 'vm', 'start'], 'web 1 x', ''],
    ['drover vm start "a\\"b\\c', ['drover', 'vm', 'start'], 'a"b\\c', '"'],
    ['drover "" x', ['drover', ''], 'x', ''],
    ['drover x\\', ['drover'], 'x', ''],
  ])('%s', (line, before, current, quote) => expect(readBashLine(line)).toMatchObject({ before, current, quote }));
});

describe('a completed name', () => {
  const replaced = (line: string, region: string, value: string) => bashReplacement(readBashLine(line), region, value);

  it('is quoted so that the shell reads it as it is', () => {
    expect(replaced('drover vm start we', 'we', 'web 1')).toBe('web\\ 1');
    expect(replaced('drover vm start ', '', '$(reboot);`x`')).toBe('\\$\\(reboot\\)\\;\\`x\\`');
    expect(replaced('drover vm start "we', 'we', 'we$x "1" x')).toBe('we\\$x \\"1\\" x');
    expect(replaced("drover vm start 'we", 'we', 'we$x')).toBe('we$x');
    expect(replaced('drover vm start b', 'b', 'büro☕')).toBe('büro☕');
  });

  it('is left out where the open quote can’t hold it', () => {
    expect(replaced("drover vm start 'it", 'it', "it's")).toBeUndefined();
    expect(replaced('drover vm start "we', 'we', 'we!1')).toBeUndefined();
    expect(replaced('drover vm start "we', 'we', 'we "1"')).toBeUndefined();
  });

  it('goes on behind the colon or the equals sign that readline cuts at', () => {
    expect(replaced('drover vm list --output=js', 'js', '--output=json')).toBe('json');
    expect(replaced('drover vm start a:b', 'b', 'a:b c:d')).toBe('b\\ c:d');
    expect(replaced('drover vm list --filter "state:ru', 'state:ru', 'state:running')).toBe('state:running');
  });
});
