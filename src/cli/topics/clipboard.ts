import { actions } from '../../actions/index.ts';
import { createKeymap } from '../../actions/keymap.ts';
import { example, type Topic, terms, text } from './topic.ts';

const COPIES = ['view.copy', 'view.copy-ip', 'view.copy-json'] as const;

export const clipboardTopic: Topic = {
  name: 'clipboard',
  help: 'Copying names, addresses and JSON, also over SSH and in tmux.',
  async blocks() {
    const { keysOf } = createKeymap(actions).keymap;
    return [
      terms(
        actions.flatMap(({ id, help }) => (COPIES.some((copy) => copy === id) ? [[keysOf(id).join(' '), help]] : [])),
      ),
      text(
        'The text goes to the terminal that you sit at (OSC 52), however many SSH connections lie between. A terminal does not answer whether it took it, so drover says that it was sent. Some have to be allowed to: look for OSC 52 or for access to the clipboard in their settings. About 73 KiB is as much as terminals take; more is for the export.',
      ),
      text(
        'In tmux on this machine nothing has to be set. Where tmux runs at your end of an SSH connection and drover at the other, tmux must let programs reach the clipboard:',
      ),
      example('set -g set-clipboard on'),
      text('screen on this machine passes it on; the Linux console has no clipboard.'),
    ];
  },
};
