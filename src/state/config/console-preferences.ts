import { type Located, locate, plainOf } from './located.ts';
import type { Config } from './model.ts';

/** What guests can be allowed to do outside of their screens. */
const CONSOLE_POWERS = ['clipboard', 'title', 'queries'] as const;
type ConsolePower = (typeof CONSOLE_POWERS)[number];

export interface ConsolePreferences {
  readonly allow: ReadonlySet<ConsolePower>;
  /** Lines of each console that are kept of what was scrolled off. */
  readonly scrollback: number;
}

const USUAL_SCROLLBACK = 5_000;
/** As many lines of 80 columns take 100 MB. */
const MOST_SCROLLBACK = 100_000;

/** `consoles: { allow: [title], scrollback: 5000 }`; nothing is allowed that is not said. */
export function consolePreferences({ file }: Pick<Config, 'file'>): ConsolePreferences {
  const lines = plainOf(locate(file, ['consoles', 'scrollback']));
  return {
    allow: new Set(CONSOLE_POWERS.filter((power) => allowed(locate(file, ['consoles', 'allow'])).includes(power))),
    scrollback: isCount(lines) ? lines : USUAL_SCROLLBACK,
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_SCROLLBACK;

const allowed = (given: Located | undefined): readonly unknown[] => {
  const value = plainOf(given);
  return Array.isArray(value) ? value : [value];
};

/** What is wrong with it, each with its place: sentences without a full stop. */
export function consoleComplaints(
  file: Config['file'],
): readonly { readonly at: Located['at']; readonly message: string }[] {
  const allow = locate(file, ['consoles', 'allow']);
  const scrollback = locate(file, ['consoles', 'scrollback']);
  const unknown =
    allow && allow.kind !== 'nothing'
      ? allowed(allow).filter((word) => !CONSOLE_POWERS.some((power) => power === word))
      : [];
  return [
    ...(allow && unknown.length > 0
      ? [
          {
            at: allow.at,
            message: `consoles: allow can have ${CONSOLE_POWERS.join(', ')}, not ${unknown.map((word) => JSON.stringify(word)).join(', ')}`,
          },
        ]
      : []),
    ...(scrollback && scrollback.kind !== 'nothing' && !isCount(plainOf(scrollback))
      ? [
          {
            at: scrollback.at,
            message: `consoles: scrollback must be a whole number of lines from 0 to ${MOST_SCROLLBACK}`,
          },
        ]
      : []),
  ];
}
