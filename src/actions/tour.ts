import type { Keymap } from './keymap.ts';

/** The keys that one needs to find the others, with what they do. Five lines, also where a key was taken away. */
export const tourLines = ({ keysOf }: Pick<Keymap, 'keysOf'>): readonly (readonly [keys: string, does: string])[] => {
  const keys = (...ids: readonly string[]) => ids.flatMap((id) => keysOf(id).slice(0, 1)).join(' ') || '-';
  return [
    [keys('view.down', 'view.up', 'view.expand', 'view.collapse'), 'move, unfold and fold; the arrows do too'],
    [keys('view.filter'), 'find: a name, cpu>80, state:running'],
    [keys('view.enter'), 'all about the VM; its verbs are at the bottom'],
    [keys('view.palette'), 'every command by name, and why it can’t run now'],
    [keys('view.help', 'view.quit'), 'all keys; leave'],
  ];
};
