/** What is kept of a crash, so that a developer can find its cause. Plain text, one page, safe to show and to send. */

/** The part of the running program's memory that helps: the last requests and the last log lines. */
export interface CrashSource {
  /** Blots out every secret that is known. */
  redact(text: string): string;
  /** Newest lines last. */
  sections(): readonly CrashSection[];
}

export interface CrashSection {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface CrashFacts {
  /** Epoch, ms. */
  readonly at: number;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
  readonly error: unknown;
  /** `uncaughtException` or `unhandledRejection`. */
  readonly origin: string;
}

/** Variables that say what the terminal is. No others: the environment is where people keep secrets. */
const TERMINAL_VARIABLES = ['TERM', 'COLORTERM', 'TERM_PROGRAM', 'LANG', 'LC_ALL', 'LC_CTYPE', 'NO_COLOR'] as const;
/** More of each section is no help any more. */
const MOST_LINES = 200;
const MOST_CAUSES = 5;

/** The text of the report. Takes the error apart itself: its own way to be shown may print what it holds. */
export function spellReport({ at, version, env, size, error, origin }: CrashFacts, source: CrashSource): string {
  const variables = TERMINAL_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [`${name}=${env[name]}`]));
  const inside = [env['TMUX'] ? 'tmux' : '', env['STY'] ? 'screen' : '', env['SSH_TTY'] ? 'ssh' : ''].filter(Boolean);
  const sections: readonly CrashSection[] = [
    {
      title: `drover ${version}`,
      lines: [
        new Date(at).toISOString(),
        `Node ${process.version}, ${process.platform} ${process.arch}`,
        `terminal: ${size ? `${size.columns}x${size.rows}` : 'none'} ${[...variables, ...inside].join(' ')}`,
      ],
    },
    { title: origin, lines: causesOf(error).flatMap(stackOf) },
    ...linesOrTrouble(source),
  ];
  const text = sections
    .map(({ title, lines }) => [`== ${title}`, ...lines.slice(-MOST_LINES)].map(oneLine).join('\n'))
    .join('\n\n');
  return `${source.redact(text)}\n`;
}

/** What is broken may be just what is asked here. */
function linesOrTrouble(source: CrashSource): readonly CrashSection[] {
  try {
    return source.sections();
  } catch (error) {
    return [{ title: 'no more is known', lines: stackOf(error) }];
  }
}

function causesOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let one: unknown = error; one !== undefined && chain.length < MOST_CAUSES; ) {
    chain.push(one);
    one = one instanceof Error ? one.cause : undefined;
  }
  return chain;
}

const stackOf = (error: unknown): readonly string[] =>
  (error instanceof Error
    ? (error.stack ?? `${error.name}: ${error.message}`)
    : `thrown: ${typeof error} ${String(error)}`
  ).split('\n');

/** Names come from hosts: nothing in the file may act on the terminal that shows it. */
const oneLine = (text: string): string =>
  text.replace(
    /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
