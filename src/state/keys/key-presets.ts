/** Keys of one kind of user, by action: `keys: { preset: vim }`. What it does not name keeps the keys that it has. */
export type KeyPreset = Readonly<Record<string, readonly string[]>>;

export interface NamedPreset {
  readonly name: string;
  /** One sentence with a full stop. */
  readonly help: string;
  readonly keys: KeyPreset;
}

export const keyPresets: readonly NamedPreset[] = [
  {
    name: 'vim',
    help: 'The keys of vim also where drover has others: ctrl-n and ctrl-p for rows, V for a range.',
    keys: {
      'view.down': ['j', 'down', 'ctrl-n', 'ctrl-j'],
      'view.up': ['k', 'up', 'ctrl-p'],
      'view.range': ['v', 'V'],
      'vm.display': ['ctrl-v'],
      'view.palette': [':'],
    },
  },
  {
    name: 'arrows',
    help: 'No letters to move with: arrows, page keys, home, end and function keys.',
    keys: {
      'view.down': ['down'],
      'view.up': ['up'],
      'view.half-down': ['shift-down'],
      'view.half-up': ['shift-up'],
      'view.page-down': ['pgdn'],
      'view.page-up': ['pgup'],
      'view.first': ['home'],
      'view.last': ['end'],
      'view.expand': ['right'],
      'view.collapse': ['left'],
      'view.jump-back': ['alt-left', 'backspace'],
      'view.jump-forward': ['alt-right'],
      'view.help': ['f1', '?'],
      'view.palette': ['f9', ':'],
      'view.filter': ['f3', '/'],
      'view.quit': ['f10', 'q'],
    },
  },
  {
    name: 'tmux-safe',
    help: 'Nothing on ctrl-a and ctrl-b, the prefixes of screen and tmux, and nothing with alt: J and K turn pages.',
    keys: {
      'view.page-down': ['J', 'pgdn'],
      'view.page-up': ['K', 'pgup'],
    },
  },
];
