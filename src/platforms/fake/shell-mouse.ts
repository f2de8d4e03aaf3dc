import type { Foreground, Invocation } from './shell-host.ts';

const ON = '\u001b[?1002h\u001b[?1006h';
const OFF = '\u001b[?1006l\u001b[?1002l';
const REPORT = /^\u001b\[<(\d+);(\d+);(\d+)([Mm])/;

/** Says where the mouse is pressed, moved and released, until `q` or ctrl-c. */
export function runMouse({ print }: Invocation): Foreground {
  let typed = '';
  print(`${ON}press a button of the mouse\n`);
  return {
    key(key) {
      typed = key === '\u001b' ? key : typed + key;
      const report = REPORT.exec(typed);
      if (report) {
        const [, button, column, row, end] = report;
        print(`button ${button} ${end === 'M' ? 'down' : 'up'} at column ${column}, row ${row}\n`);
        typed = '';
        return true;
      }
      if (!typed.startsWith('\u001b') && (key === 'q' || key === '\u0003')) {
        print(OFF);
        return false;
      }
      return true;
    },
    stop: () => {},
  };
}
