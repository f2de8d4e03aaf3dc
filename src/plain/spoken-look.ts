import { glyphsOf } from '../screens/frame/glyphs.ts';
import type { Look } from '../screens/frame/look.ts';

/** Draws nothing: states have their words, gauges their numbers. */
const NOTHING = ['', '', '', ''] as const;

/** The look that leaves words alone, so that what is drawn elsewhere can be read aloud. */
export function spokenLook(): Look {
  const ascii = glyphsOf('ascii');
  const state = Object.fromEntries(Object.keys(ascii.state).map((name) => [name, ''])) as typeof ascii.state;
  return {
    theme: { name: 'none', paint: (_word, text) => text },
    glyphs: {
      ...ascii,
      state,
      mark: 'marked',
      open: '',
      closed: '',
      trouble: 'trouble:',
      stale: 'stale:',
      good: 'passed:',
      bad: 'failed:',
      horizontal: '',
      vertical: '',
      corners: NOTHING,
      gauge: [''],
      track: '',
      spark: [''],
    },
  };
}
