import { describe, expect, it } from 'vitest';
import { historyLimits } from './history-preferences.ts';
import { interpret } from './interpret.ts';
import {
  auditIsRequired,
  mouseIsOn,
  taskLimits,
  themeName,
  typeCountAbove,
  updatesAddress,
  wantsLines,
} from './preferences.ts';
import { spellProblem } from './problem.ts';
import { openYaml } from './yaml-file.ts';

async function read(text: string) {
  const yaml = await openYaml('config.yaml', text);
  const { config, problems } = interpret('config.yaml', yaml.tree, new Map());
  return { config, told: problems.map((one) => `${one.severity} ${spellProblem(one)}`) };
}

describe('what the configuration says of the program', () => {
  it.each([
    ['', 'dark'],
    ['theme:\n', 'dark'],
    ['theme: light\n', 'light'],
    ['theme: true\n', 'dark'],
    ['theme: "7"\n', '7'],
  ])('%j asks for the theme %s', async (text, theme) => expect(themeName((await read(text)).config)).toBe(theme));

  it.each([
    ['https://updates.test/latest', true],
    ['http://localhost:8080/latest', true],
    ['http://127.0.0.1', true],
    ['http://[::1]/latest', true],
    ['http://updates.test/latest', false],
    ['http://localhost.evil.test/latest', false],
    ['https://ann:hunter2@updates.test', false],
    ['https://', false],
  ])('%s is asked for a newer drover: %s', async (address, isAsked) => {
    const { config, told } = await read(`updates: "${address}"\n`);
    expect([updatesAddress(config.file), told.length]).toEqual(isAsked ? [address, 0] : [undefined, 1]);
  });

  it.each([
    ['', false],
    ['mouse: on\n', true],
    ['mouse: true\n', true],
    ['mouse: off\n', false],
    ['mouse: false\n', false],
    ['mouse: yes\n', false],
  ])('%j: the mouse is on: %s', async (text, on) => expect(mouseIsOn((await read(text)).config)).toBe(on));

  it.each([
    ['', false],
    ['plain: true\n', true],
    ['plain: false\n', false],
    ['plain: "true"\n', false],
  ])('%j: lines in place of a screen: %s', async (text, lines) =>
    expect(wantsLines((await read(text)).config)).toBe(lines),
  );

  it.each<[string, number | undefined, readonly string[]]>([
    ['', undefined, []],
    ['confirm:\n', undefined, []],
    ['confirm: {}\n', undefined, []],
    ['confirm: { type-count-above: }\n', undefined, []],
    ['confirm: { type-count-above: 0 }\n', 0, []],
    ['confirm: { type-count-above: 10 }\n', 10, []],
    ...['-1', '1.5', 'many', '"10"', '[1]', 'true'].map((count): [string, undefined, string[]] => [
      `confirm: { type-count-above: ${count} }\n`,
      undefined,
      ['error config.yaml:1:30: type-count-above must be a whole number from 0 on'],
    ]),
  ])('%j: a count is typed above %s', async (text, count, sentences) => {
    const { config, told } = await read(text);
    expect([typeCountAbove(config), told]).toEqual([count, sentences]);
  });

  it.each<[string, object | undefined, readonly string[]]>([
    ['', { days: 365, bytes: 2 ** 30 }, []],
    ['history:\n', { days: 365, bytes: 2 ** 30 }, []],
    ['history: on\n', { days: 365, bytes: 2 ** 30 }, []],
    ['history: off\n', undefined, []],
    ['history: false\n', undefined, []],
    ['history: { days: 30, size: 64MiB }\n', { days: 30, bytes: 64 * 2 ** 20 }, []],
    [
      'history: never\n',
      { days: 365, bytes: 2 ** 30 },
      ['warning config.yaml:1:10: history must be off, or have days and size; it is kept as usual'],
    ],
    [
      'history: { weeks: 2 }\n',
      { days: 365, bytes: 2 ** 30 },
      ['warning config.yaml:1:10: history has days and size, not "weeks"'],
    ],
    [
      'history: { days: 0 }\n',
      { days: 365, bytes: 2 ** 30 },
      ['warning config.yaml:1:10: days must be a whole number from 1 to 3650; 365 are kept'],
    ],
    [
      'history: { days: 30, size: 1MiB }\n',
      { days: 30, bytes: 2 ** 30 },
      ['warning config.yaml:1:10: size must be an amount from 16MiB on, such as 512MiB; it is taken for 1GiB'],
    ],
  ])('F-120 %j: metrics are kept for %j', async (text, limits, sentences) => {
    const { config, told } = await read(text);
    expect([historyLimits(config), told]).toEqual([limits, sentences]);
  });

  it.each<[string, object, readonly string[]]>([
    ['', {}, []],
    ['tasks: {}\n', {}, []],
    ['tasks: { at-once: 2, stop-after: 3 }\n', { atOnce: 2, stopAfter: 3 }, []],
    ['tasks: { at-once: 1 }\n', { atOnce: 1 }, []],
    ['tasks: { at-once: 0 }\n', {}, ['error config.yaml:1:19: at-once must be a whole number from 1 on']],
    ['tasks: { stop-after: "3" }\n', {}, ['error config.yaml:1:22: stop-after must be a whole number from 1 on']],
  ])('%j: what is done to many is limited so: %j', async (text, limits, sentences) => {
    const { config, told } = await read(text);
    expect([taskLimits(config), told]).toEqual([limits, sentences]);
  });

  it.each<[string, boolean, readonly string[]]>([
    ['', false, []],
    ['audit:\n', false, []],
    ['audit: required\n', true, []],
    ...['yes', '[required]'].map((word): [string, boolean, string[]] => [
      `audit: ${word}\n`,
      false,
      ['error config.yaml:1:8: audit can only be `required`; without it, what the log can not take is a warning'],
    ]),
  ])('%j: nothing is changed without the audit log: %s', async (text, required, sentences) => {
    const { config, told } = await read(text);
    expect([auditIsRequired(config), told]).toEqual([required, sentences]);
  });

  it.each([
    'endpoints',
    'pools',
    'current',
    'profiles',
    'flavors',
    'rules',
    'keys',
    'theme',
    'views',
    'mouse',
    'plain',
    'confirm',
    'audit',
    'escape-wait',
    'x-mine',
    '.mine',
  ])('has a section %s', async (section) => {
    const { told } = await read(`${section}:\n`);
    expect(told.filter((one) => one.includes('is not read'))).toEqual([]);
  });

  it('says what to do with a section that is not read, and still uses the others', async () => {
    const yaml = await openYaml('config.yaml', 'mine-x-1: 1\nmouse: on\nviews: { a: x }\n');
    const { config, problems } = interpret('config.yaml', yaml.tree, new Map());
    expect(problems).toEqual([
      {
        severity: 'warning',
        file: 'config.yaml',
        at: { line: 1, column: 1 },
        message: '"mine-x-1" is not read',
        fix: 'take it out, or let its name begin with x- if it is yours',
      },
      {
        severity: 'warning',
        file: 'config.yaml',
        at: { line: 3, column: 13 },
        message: 'views: a: must be settings like "filter:"',
      },
    ]);
    expect(mouseIsOn(config)).toBe(true);
  });
});
