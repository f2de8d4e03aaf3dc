import type { Scrollback } from '../../console/scrollback.ts';
import type { Stage } from '../stage.ts';

export interface ScrollKeys {
  /** Of the key by its name. */
  press(name: string, scrollback: Scrollback, rows: number): void;
  search(scrollback: Scrollback, by: 1 | -1): Promise<void>;
}

/** The keys of what was scrolled off, as in less and vi. `leave`: back to what the guest writes. */
export function createScrollKeys(stage: Stage, copy: (text: string) => void, leave: () => void): ScrollKeys {
  let words = '';
  let direction: 1 | -1 = -1;

  function find(scrollback: Scrollback, by: 1 | -1): void {
    if (words === '') {
      stage.message.say('nothing was searched for yet: / searches', 'warning');
      return;
    }
    const result = scrollback.find(words, by);
    if (result === 'none') stage.message.say(`there is no ${JSON.stringify(words)}`, 'warning');
    else if (result === 'went on') stage.message.say(by > 0 ? 'went on from the top' : 'went on from the bottom');
    stage.changed();
  }

  async function search(scrollback: Scrollback, by: 1 | -1): Promise<void> {
    const typed = await stage.dialogs.prompt({
      title: by > 0 ? 'Search down' : 'Search up',
      lines: ['Words in small letters are found in capitals too.'],
      start: words,
    });
    if (typed === undefined || typed === '') return;
    words = typed;
    direction = by;
    find(scrollback, by);
  }

  return {
    search,
    press(name, scrollback, rows) {
      const page = Math.max(1, rows - 1);
      const again = (by: 1 | -1) => find(scrollback, direction * by > 0 ? 1 : -1);
      const bottom = Number.MAX_SAFE_INTEGER;
      const meanings: readonly (readonly [names: string, does: () => void])[] = [
        ['j down enter', () => scrollback.move(1)],
        ['k up', () => scrollback.move(-1)],
        ['h left', () => scrollback.move(0, -1)],
        ['l right', () => scrollback.move(0, 1)],
        ['ctrl-d', () => scrollback.move(Math.ceil(page / 2))],
        ['ctrl-u', () => scrollback.move(-Math.ceil(page / 2))],
        ['space pgdn shift-pgdn ctrl-f', () => scrollback.move(page)],
        ['pgup shift-pgup ctrl-b', () => scrollback.move(-page)],
        ['g home', () => scrollback.toLine(0)],
        ['G end', () => scrollback.toLine(bottom)],
        ['0 ^', () => scrollback.toColumn(0)],
        ['$', scrollback.toEnd],
        ['v', () => scrollback.select('characters')],
        ['V', () => scrollback.select('lines')],
        ['n', () => again(1)],
        ['N', () => again(-1)],
        ['/', () => void search(scrollback, 1).catch(stage.message.fail)],
        ['?', () => void search(scrollback, -1).catch(stage.message.fail)],
        ['q esc', leave],
        [
          'y',
          () => {
            copy(scrollback.text());
            leave();
          },
        ],
      ];
      meanings.find(([names]) => names.split(' ').includes(name))?.[1]();
    },
  };
}
