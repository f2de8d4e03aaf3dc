import { DETACH_KEY } from '../../actions/keymap.ts';
import { shellAction } from '../../actions/node.ts';
import { consoleAction } from '../../actions/vm.ts';
import { example, type Topic, terms, text } from './topic.ts';

export const consoleTopic: Topic = {
  name: 'console',
  help: 'Serial consoles of VMs and shells on nodes.',
  async blocks() {
    const [console, shell] = [consoleAction, shellAction].map(({ keys }) => keys.join(' '));
    return [
      text(
        `A console takes the whole terminal until ${DETACH_KEY} detaches; the guest runs on. Everything else that is typed goes to the guest.`,
      ),
      terms([
        [`${console}, drover vm console NAME`, consoleAction.help],
        [`${shell}, drover node shell NAME`, shellAction.help],
      ]),
      example('drover vm console web1', 'drover vm console web1 --force'),
      text(
        'A console that another user has is not taken over without --force. A blank screen is often a guest that waits: press enter. A guest without a serial console shows nothing; on Linux the kernel needs console=ttyS0.',
      ),
      text('The configuration names another key: keys: { console.detach: ctrl-t }.'),
    ];
  },
};
