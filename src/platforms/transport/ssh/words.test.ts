import { describe, expect, it } from 'vitest';
import { sshConfigLine } from './words.ts';

describe('a line of ssh_config', () => {
  it.each<[string, string, string, readonly string[] | undefined]>([
    ['  Port 22 ', 'port', '22', ['22']],
    ['Port', 'port', '', []],
    ['Port=22', 'port', '22', ['22']],
    ['Port \t= 22', 'port', '22', ['22']],
    ['\tPort\t22\r', 'port', '22', ['22']],
    ['HOST a  b\tc', 'host', 'a  b\tc', ['a', 'b', 'c']],
    ['A b # c', 'a', 'b # c', ['b']],
    ['A b#c', 'a', 'b#c', ['b#c']],
    ['A "b c" d', 'a', '"b c" d', ['b c', 'd']],
    ["A 'b c'", 'a', "'b c'", ['b c']],
    [`A "b'c"`, 'a', `"b'c"`, [`b'c`]],
    [`A 'b"c'`, 'a', `'b"c'`, ['b"c']],
    ['A b"c d"e', 'a', 'b"c d"e', ['bc de']],
    ['A ""', 'a', '""', ['']],
    ['A "b', 'a', '"b', undefined],
    [`A "b'`, 'a', `"b'`, undefined],
    ['A "#b"', 'a', '"#b"', ['#b']],
    ['A b\\ c', 'a', 'b\\ c', ['b c']],
    ['A "b\\ c"', 'a', '"b\\ c"', ['b\\ c']],
    ['A \\"b', 'a', '\\"b', ['"b']],
    ["A \\'b", 'a', "\\'b", ["'b"]],
    ['A "b\\"c"', 'a', '"b\\"c"', ['b"c']],
    ['A \\\\b', 'a', '\\\\b', ['\\b']],
    ['A \\b', 'a', '\\b', ['\\b']],
    ['A b\\', 'a', 'b\\', ['b\\']],
  ])('%j is %s', (raw, keyword, rest, words) => expect(sshConfigLine(raw)).toEqual({ keyword, rest, words }));

  it.each(['', '   ', '# a note', '  # a note', '#Port 22'])('%j is none', (raw) =>
    expect(sshConfigLine(raw)).toBeUndefined(),
  );
});
