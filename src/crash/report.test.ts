import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CrashFacts, type CrashSource, spellReport } from './report.ts';
import { writeReport } from './write-report.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const empty: CrashSource = { redact: (text) => text, sections: () => [] };
const spell = (facts: Partial<CrashFacts> = {}, source = empty) =>
  spellReport(
    { at: AT, version: '1.2.3', env: {}, size: undefined, error: 'odd', origin: 'uncaughtException', ...facts },
    source,
  );
/** An error with a stack of its own. */
const failed = (message: string, cause?: unknown, stack = `Error: ${message}\n    at here`) =>
  Object.assign(new Error(message, { cause }), { stack });

describe('the text of a crash', () => {
  it('is when, what, where, and the stack', () => {
    expect(spell({ error: failed('no such row') })).toBe(
      [
        '== drover 1.2.3',
        '2026-01-02T03:04:05.678Z',
        `Node ${process.version}, ${process.platform} ${process.arch}`,
        'terminal: none ',
        '',
        '== uncaughtException',
        'Error: no such row',
        '    at here',
        '',
      ].join('\n'),
    );
  });

  it('says what the terminal is, and nothing else of the environment', () => {
    const env = {
      TERM: 'xterm',
      COLORTERM: 'truecolor',
      TERM_PROGRAM: 'iTerm',
      LANG: 'C',
      LC_ALL: 'de',
      LC_CTYPE: 'fr',
      NO_COLOR: '',
      TMUX: '/tmp/tmux',
      STY: '1.pts',
      SSH_TTY: '/dev/pts/1',
      API_TOKEN: 'hunter2',
    };
    expect(spell({ env, size: { columns: 80, rows: 24 } })).toContain(
      '\nterminal: 80x24 TERM=xterm COLORTERM=truecolor TERM_PROGRAM=iTerm LANG=C LC_ALL=de LC_CTYPE=fr NO_COLOR= tmux screen ssh\n',
    );
    expect(spell({ env })).not.toMatch(/hunter2|pts/);
  });

  it('has the causes of the error, five at most, whatever they are', () => {
    const chain = [...'abcdefg'].reduceRight<unknown>((cause, name) => failed(name, cause), undefined);
    expect(spell({ error: chain }).match(/^Error: \w$/gm)).toEqual([...'abcde'].map((name) => `Error: ${name}`));
    expect(spell({ error: failed('outside', 'odd') })).toMatch(/Error: outside\n {4}at here\nthrown: string odd\n/);
    expect(spell({ error: Object.assign(new TypeError('bare'), { stack: undefined }) })).toContain('TypeError: bare');
    expect(spell({ error: { odd: 1 } })).toContain('thrown: object [object Object]');
  });

  it('has the newest 200 lines of each section, all secrets blotted out, and nothing that acts on a terminal', () => {
    const lines = Array.from({ length: 201 }, (_, at) => `line ${at} hunter2`);
    const text = spell(
      {},
      {
        redact: (all) => all.replaceAll('hunter2', '***'),
        sections: () => [
          { title: 'wire log', lines },
          { title: 'odd\nnames', lines: ['a\x1b[31m\tb\x07\x9b\u2028\u202ec\r\x00'] },
        ],
      },
    );
    expect(text).not.toMatch(/hunter2|line 0 /);
    expect(text).toContain('== wire log\nline 1 ***\n');
    expect(text).toContain(
      'line 200 ***\n\n== odd\\u000anames\na\\u001b[31m\tb\\u0007\\u009b\\u2028\\u202ec\\u000d\\u0000\n',
    );
  });

  it('says so when the program can report no more', () => {
    const sections = () => {
      throw failed('the log is gone');
    };
    expect(spell({}, { ...empty, sections })).toContain('== no more is known\nError: the log is gone\n');
  });
});

describe('the file of a crash', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drover-report-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

  it('can be read by its owner alone, in a folder that is made for it, and is named by its time', () => {
    const state = join(folder, 'state/drover');
    const file = writeReport(state, 'text', AT);
    expect(file).toBe(join(state, `crash-2026-01-02T03-04-05-678Z-${process.pid}.txt`));
    expect([readFileSync(file ?? '', 'utf8'), modeOf(file ?? ''), modeOf(state)]).toEqual(['text', '600', '700']);
  });

  it('is one of ten that are kept, and nothing is written over another', () => {
    for (let second = 0; second < 12; second++) writeReport(folder, `${second}`, AT + second * 1_000);
    writeFileSync(join(folder, 'crash.txt'), '');
    writeFileSync(join(folder, 'crash-notes.md'), '');
    expect(writeReport(folder, 'again', AT + 11_000)).toBeUndefined();
    expect(readFileSync(String(writeReport(folder, 'last', AT + 12_000)), 'utf8')).toBe('last');
    const reports = readdirSync(folder).filter((name) => name.startsWith('crash-2026'));
    expect([reports.length, reports.sort()[0]]).toEqual([10, expect.stringContaining('03-04-08')]);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['crash.txt', 'crash-notes.md']));
  });

  it('is not written where there is something else', () => {
    writeFileSync(join(folder, 'state'), '');
    expect(writeReport(join(folder, 'state'), 'text', AT)).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)(
    'is not written by root in the home of a user, where it would lock them out',
    async () => {
      const { chownSync } = await import('node:fs');
      const home = join(folder, 'home');
      mkdirSync(home);
      chmodSync(home, 0o777);
      chownSync(home, 12_345, 12_345);
      expect(writeReport(join(home, '.local/state/drover'), 'text', AT)).toBeUndefined();
      expect(readdirSync(home)).toEqual([]);
      chownSync(home, 0, 0);
      expect(readFileSync(String(writeReport(join(home, '.local/state/drover'), 'text', AT)), 'utf8')).toBe('text');
    },
  );
});
