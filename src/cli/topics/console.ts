import { DETACH_KEY, MENU_KEY } from '../../actions/keymap.ts';
import { shellAction } from '../../actions/node.ts';
import { viewActions } from '../../actions/view.ts';
import { consoleAction, displayAction } from '../../actions/vm.ts';
import { example, type Topic, terms, text } from './topic.ts';

const viewTerms = ['view.consoles', 'view.broadcast'].flatMap((id): readonly (readonly [string, string])[] => {
  const action = viewActions.find((one) => one.id === id);
  return action ? [[action.keys.join(' '), action.help]] : [];
});

export const consoleTopic: Topic = {
  name: 'console',
  help: 'Serial consoles and displays of VMs, and shells on nodes.',
  async blocks() {
    const [console, shell, display] = [consoleAction, shellAction, displayAction].map(({ keys }) => keys.join(' '));
    return [
      text(
        `A console has all keys but two: ${DETACH_KEY} detaches, and ${MENU_KEY} opens its menu. The guest runs on, and on the screen the console stays open, with what is written meanwhile.`,
      ),
      terms([
        [`${console}, drover vm console NAME`, consoleAction.help],
        [`${shell}, drover node shell NAME`, shellAction.help],
        [`${display}, drover vm console NAME --graphic`, displayAction.help],
        ...viewTerms,
      ]),
      example(
        'drover vm console web1',
        'drover vm console web1 --force',
        'drover vm console web1 --log web1.log --record web1.cast',
        'drover play web1.cast --speed 4',
        "printf 'root\\ruptime\\r' | drover vm console web1",
      ),
      text(
        'A console that another user has is not taken over without --force. A blank screen is often a guest that waits: press enter. A guest without a serial console shows nothing; on Linux the kernel needs console=ttyS0.',
      ),
      text(
        `The menu: other consoles by their numbers, what was scrolled off (moved through, searched and copied from as in less: / ? n N, v or V selects, y copies), a log, a recording, beside the tree from 120 columns on, typing into several at once. In the line at the top + is new output, ! no link, * chosen. What is typed while a console opens is sent as soon as it is there. While a link is down what is typed is refused, and the link is tried again by itself: by drover vm console at a terminal, and by displays, for five minutes. In a broadcast a guest without a link gets nothing, also not later.`,
      ),
      text(
        'With the mouse on, clicks, drags and the wheel are for a program of the guest that asks for them, but not in a broadcast; shift-pgup scrolls all the same.',
      ),
      text(
        'With input from a pipe it is typed, and the console is left when the guest has written nothing for two seconds, after a minute at last. Into a pipe all bytes come as they are.',
      ),
      text(
        'A guest can reach neither the clipboard nor the title of the terminal, nor ask it anything. The configuration can allow that, of all guests, says how many lines are kept, and names other keys:',
      ),
      example(
        'consoles: { allow: [clipboard, title, queries], scrollback: 5000 }',
        'keys: { console.detach: ctrl-t, console.menu: ctrl-b }',
      ),
      text(
        'A display (VNC) is shown as text where it shows text, which its menu copies (c) and searches (/); else as a picture: as images in terminals with kitty graphics or sixel, which are asked for it, else in quarters of cells. Inside tmux images are shown where tmux itself takes sixels. Its tab in the details shows what a display shows at the moment, without keys, and others who use it stay. DROVER_PICTURES chooses: kitty, sixel, quadrants or halves.',
      ),
      example('DROVER_PICTURES=halves drover vm console web1 --graphic', 'drover vm screenshot web1 web1.png'),
      text('Line by line (plain: true) one console is open at a time, and has the terminal until it is left.'),
    ];
  },
};
