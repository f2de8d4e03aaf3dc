import { parseArgs } from 'node:util';

/** What goes with the screen, or with line mode in its place. With anything else it is a command. */
export interface ScreenOptions {
  /** How many simulated VMs, as it was typed; empty for the usual number. */
  readonly demo: string | undefined;
  readonly config: string | undefined;
  readonly readOnly: boolean;
}

/** Throws for words that `wantsScreen` of drover.ts does not let through. */
export function screenOptions(argv: readonly string[]): ScreenOptions {
  // `--demo` alone is allowed, which parseArgs has no word for; `--demo 8` is what `--demo=8` is.
  const words = argv.flatMap((word, index) => {
    if (word === '--demo') return `--demo=${isCount(argv[index + 1] ?? '') ? argv[index + 1] : ''}`;
    return argv[index - 1] === '--demo' && isCount(word) ? [] : word;
  });
  const { values } = parseArgs({
    args: words,
    options: {
      demo: { type: 'string' },
      config: { type: 'string' },
      'read-only': { type: 'boolean' },
      plain: { type: 'boolean' },
    },
  });
  return { demo: values.demo, config: values.config, readOnly: values['read-only'] === true };
}

export const isCount = (text: string): boolean => /^\d{1,6}$/.test(text);
