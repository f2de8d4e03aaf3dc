import { beforeEach, describe, expect, it } from 'vitest';
import { openTalk } from '../../test/plain/typed-lines.ts';

type Talk = ReturnType<typeof openTalk>;
let talk: Talk;
beforeEach(() => {
  talk = openTalk();
});
const ESC = '\x1b[27u';
const many = (count: number) => Array.from({ length: count }, (_, at) => `vm-${at + 1}`);

describe('a question for yes or no', () => {
  it.each([
    ['y\r', true],
    ['YES\r', true],
    [' yes \r', true],
    ['\r', false],
    ['n\r', false],
    ['yeah\r', false],
    ['yy\r', false],
    [ESC, false],
  ])('that is answered with %j is %s', async (typed, is) => {
    const answer = talk.dialogs.confirm({ title: 'Stop', question: 'Stop web1?', details: ['It runs.'] });
    await talk.type(typed);
    expect(await answer).toBe(is);
    expect(talk.said()).toMatch(/^It runs\.\nStop web1\? y or n: /);
  });

  it('reads twenty details, and counts the others', async () => {
    void talk.dialogs.confirm({ title: 'Stop', question: 'Stop?', details: many(20) });
    expect(talk.said()).toBe(`${many(20).join('\n')}\nStop? y or n: `);
    await talk.type(ESC);
    talk.said();
    void talk.dialogs.confirm({ title: 'Stop', question: 'Stop?', details: many(21) });
    expect(talk.said()).toBe(`${many(20).join('\n')}\nand 1 more\nStop? y or n: `);
  });

  it('that comes by itself takes no answer in its first half second', async () => {
    const answer = talk.dialogs.confirm({ title: 'Stop', question: 'Trust?', unasked: true });
    await talk.clock.pass(499);
    await talk.type('y\r');
    await talk.clock.pass(1);
    await talk.type('y\r');
    expect(await answer).toBe(true);
    expect(talk.said()).toBe('Trust? y or n: y\n');
  });

  it('is given up when its signal aborts', async () => {
    const controller = new AbortController();
    const answer = talk.dialogs.confirm({ title: 'Stop', question: 'Stop?', until: controller.signal });
    controller.abort();
    expect(await answer).toBe(false);
  });
});

describe('a plan', () => {
  const plan = { question: 'Stop 2 VMs?', does: ['web1', 'web2'], leavesOut: ['db1: it is stopped'] };

  it('says what it does and what it leaves out before it asks', async () => {
    const answer = talk.dialogs.plan({ ...plan, details: ['In lab.'] } as never);
    expect(talk.said()).toBe('In lab.\nweb1\nweb2\nleft out: 1\ndb1: it is stopped\nStop 2 VMs? y or n: ');
    await talk.type('y\r');
    expect(await answer).toBe('yes');
    talk.said();
    const other = talk.dialogs.plan({ ...plan, leavesOut: [] } as never);
    expect(talk.said()).toBe('web1\nweb2\nStop 2 VMs? y or n: ');
    await talk.type('\r');
    expect(await other).toBe('no');
  });

  it.each([
    ['2\r', true],
    [' 2 \r', true],
    ['y\r', false],
    [ESC, false],
  ])('that asks for a word is answered by that word alone: %j', async (typed, is) => {
    const answer = talk.dialogs.plan({ ...plan, leavesOut: [], typed: '2' } as never);
    await talk.type(typed);
    expect(await answer).toBe(is ? 'yes' : 'no');
    const said = talk.said();
    expect(said).toContain('Stop 2 VMs? Type 2 to continue: ');
    expect(said.endsWith('nothing was done\n')).toBe(!is);
  });

  it('that asks for a word is given up when its signal aborts', async () => {
    const controller = new AbortController();
    const answer = talk.dialogs.plan({ ...plan, leavesOut: [], typed: '2', until: controller.signal } as never);
    controller.abort();
    expect(await answer).toBe('no');
  });
});

describe('a prompt', () => {
  it('asks until the answer is one, and keeps what was there for Enter alone', async () => {
    const answer = talk.dialogs.prompt({
      title: 'Name',
      lines: ['Of the VM.', 'Short.'],
      start: 'web1',
      complaint: (text: string) => (text.includes(' ') ? 'no blanks' : undefined),
    } as never);
    expect(talk.said()).toBe('Name: Of the VM. Short. Enter keeps web1. ');
    await talk.type('a b\r');
    expect(talk.said()).toBe('a b\nno blanks\nName: Of the VM. Short. Enter keeps web1. ');
    await talk.type('\r');
    expect(await answer).toBe('web1');
  });

  it('shows nothing of a secret, neither what is typed nor what was there', async () => {
    const answer = talk.dialogs.prompt({ title: 'Password', lines: ['Of lab.'], start: 'old', secret: true } as never);
    await talk.type('hunter2\r');
    expect([await answer, talk.said()]).toEqual(['hunter2', 'Password: Of lab. \n']);
  });

  it('is given up with Esc, and has no answer in its first half second where it comes by itself', async () => {
    const answer = talk.dialogs.prompt({ title: 'Name', lines: [], unasked: true } as never);
    await talk.type('a\r');
    await talk.clock.pass(500);
    await talk.type(ESC);
    expect([await answer, talk.said()]).toEqual([undefined, 'Name:  \n']);
  });

  it('has what is typed ahead of it when it asks again, and leaves later keys alone', async () => {
    const answer = talk.dialogs.prompt({
      title: 'Name',
      lines: [],
      complaint: (text: string) => (text === 'a' ? 'not a' : undefined),
    } as never);
    await talk.type('a\rb\r');
    expect(await answer).toBe('b');
    talk.said();
    await talk.type('c');
    void talk.typing.ask('Next?');
    expect(talk.said()).toBe('Next? ');
  });
});

describe('a choice', () => {
  const choices = () => [
    { label: 'Start', value: 's' },
    { label: 'Stop', value: 'x' },
    { label: 'Delete', value: 'd' },
  ];

  it.each([
    ['3\r', 'd'],
    ['del\r', 'd'],
    ['st\r2\r', 'x'],
    ['\r', undefined],
    ['  \r', undefined],
    [ESC, undefined],
  ])('is made by %j: %s', async (typed, value) => {
    const answer = talk.dialogs.pick({ title: 'Which one', lines: ['Of three.'], choices });
    await talk.type(typed);
    expect(await answer).toBe(value);
    const said = talk.said();
    expect(said).toMatch(
      /^Which one\. Of three\.\n1: Start\n2: Stop\n3: Delete\nNumber, or the beginning of the words: /,
    );
    expect(said.includes('st is none of them\n')).toBe(typed.startsWith('st'));
  });

  it('waits until it is known what there is, and what is typed meanwhile is for it', async () => {
    let known: ReturnType<typeof choices> | undefined;
    const answer = talk.dialogs.pick({ title: 'Which one', choices: () => known });
    await talk.type('2\r');
    expect(talk.said()).toBe('Which one.\n');
    talk.stage.changed();
    known = choices();
    talk.stage.changed();
    expect(await answer).toBe('x');
    expect(talk.watchers.size).toBe(0);
  });
});

describe('a filter', () => {
  const filter = async (start: string, typed: string) => {
    const applied: string[] = [];
    talk.dialogs.filter({
      start,
      apply(text: string) {
        applied.push(text);
        return text === 'cpu>' ? { at: 4, message: 'a number is missing' } : undefined;
      },
    } as never);
    await talk.type(typed);
    return { applied, said: talk.said() };
  };

  it('is asked for, with what it is now, and says at which character it is wrong', async () => {
    expect(await filter('', ' db* \r')).toEqual({
      applied: ['db*'],
      said: 'Filter, such as name:db* state:running cpu>80. Enter alone shows all:  db* \n',
    });
    const wrong = await filter('db*', 'cpu>\r');
    expect(wrong.said).toBe(
      'Filter, such as name:db* state:running cpu>80. Now db*. Enter alone shows all: cpu>\nat character 5: a number is missing\n',
    );
    expect((await filter('db*', '\r')).applied).toEqual(['']);
    expect((await filter('db*', ESC)).applied).toEqual([]);
  });
});

it('has no columns', () => {
  talk.dialogs.columns(undefined as never);
  expect(talk.said()).toBe('columns are for the full screen\n');
});
