import { describe, expect, it } from 'vitest';
import { applySgr, PLAIN_PEN, penChange, penKey, penOnBlanks } from './pen.ts';

const pen = (...sequences: readonly string[]) => sequences.reduce(applySgr, PLAIN_PEN);

describe('a pen', () => {
  it.each([
    [[''], ''],
    [['0'], ''],
    [['1;2;3;4;5;7;8;9;53'], '1;2;3;4;5;7;8;9;53'],
    [['1;2', '22'], ''],
    [['3;4', '23'], '4'],
    [['3;4', '24'], '3'],
    [['5;7', '25'], '7'],
    [['5;7', '27'], '5'],
    [['8;9', '28'], '9'],
    [['8;9', '29'], '8'],
    [['53;4', '55'], '4'],
    [['1', '1'], '1'],
    [['22'], ''],
    [['30'], '30'],
    [['37'], '37'],
    [['90'], '90'],
    [['97'], '97'],
    [['40'], '40'],
    [['47'], '47'],
    [['100'], '100'],
    [['107'], '107'],
    [['31;42'], '31;42'],
    [['31;42', '39'], '42'],
    [['31;42', '49'], '31'],
    [['1;31;42', '0'], ''],
    [['1;31;42', ''], ''],
    [['38;5;208;1'], '1;38;5;208'],
    [['38;2;1;2;3;4'], '4;38;2;1;2;3'],
    [['48;5;208;31'], '31;48;5;208'],
    [['48;2;1;2;3;1'], '1;48;2;1;2;3'],
    // the colour of the underline is not kept, but read to its end
    [['58;5;1;3'], '3'],
    [['58;2;1;2;3;3'], '3'],
    // unknown parameters change nothing
    [['29;6;10;21;26;38;5;1', '50;52;54;56;98;99;108'], '38;5;1'],
  ])('after %j is set by %j', (sequences, key) => {
    expect(penKey(pen(...sequences))).toBe(key);
  });

  it.each([
    ['1;31;42', '42'],
    ['1;2;3;5;8;31', ''],
    ['4;31;42', '4;31;42'],
    ['7;31', '7;31'],
    ['9', '9'],
    ['53', '53'],
  ])('of %j shows on a blank as %j', (given, shown) => {
    expect(penKey(penOnBlanks(pen(given)))).toBe(shown);
  });
});

describe('a change of the pen', () => {
  it.each([
    ['', '', ''],
    ['1;31', '1;31', ''],
    ['1;31', '', '\x1b[m'],
    ['', '1', '\x1b[1m'],
    ['', '31;42', '\x1b[31;42m'],
    ['31', '32', '\x1b[32m'],
    ['31;44', '44', '\x1b[39m'],
    ['31;44', '31', '\x1b[49m'],
    ['4;31', '31', '\x1b[24m'],
    // bold and dim go off together
    ['1;2;38;5;208', '2;38;5;208', '\x1b[22;2m'],
    ['1;38;5;208', '2;38;5;208', '\x1b[22;2m'],
    ['1;2;38;5;208', '38;5;208', '\x1b[22m'],
    ['1;38;5;208', '1;4;38;5;208', '\x1b[4m'],
    ['1;4;38;5;208', '3;38;5;208', '\x1b[22;24;3m'],
    // all off and on again where that is shorter
    ['1;3;4;38;5;208', '31', '\x1b[0;31m'],
    ['1;3;31', '31', '\x1b[0;31m'],
    ['3;31', '32', '\x1b[0;32m'],
    ['38;2;1;2;3;48;2;4;5;6', '31', '\x1b[0;31m'],
    ['38;2;1;2;3;48;2;4;5;6', '48;2;4;5;6', '\x1b[39m'],
  ])('from %j to %j is %j', (from, to, sent) => {
    expect(penChange(pen(from), pen(to))).toBe(sent);
    expect(penKey(applySgrOf(sent, from))).toBe(penKey(pen(to)));
  });
});

/** The pen of `from` after what was sent. */
const applySgrOf = (sent: string, from: string) => (sent === '' ? pen(from) : applySgr(pen(from), sent.slice(2, -1)));
