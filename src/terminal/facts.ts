/** What the environment says about the terminal. The screen and `doctor` judge by the same. */
type Env = Readonly<Record<string, string | undefined>>;

/** What can be painted on. */
export interface Streams {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean };
}

/** Why no screen can be painted: a sentence without a full stop; undefined when it can. */
export function whyNoScreen({ stdin, stdout }: Streams, env: Env): string | undefined {
  if (stdout.isTTY !== true) return 'standard output is no terminal';
  if (stdin.isTTY !== true) return 'standard input is no terminal';
  return whyNotPaintable(env);
}

/** The same of the terminal alone. */
export function whyNotPaintable(env: Env): string | undefined {
  const term = env['TERM'] ?? '';
  if (term === '') return 'TERM is not set';
  return term === 'dumb' || term === 'unknown' ? `TERM is ${term}` : undefined;
}

/** LC_ALL before LC_CTYPE before LANG; one that is empty counts as not set, as POSIX has it. */
export const localeOf = (env: Env): string | undefined => env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || undefined;

/** Terminals that have few signs but ASCII: Linux' own console, serial lines. */
export const hasFewSigns = (env: Env): boolean => /^(linux$|dumb$|vt\d)/.test(env['TERM'] ?? '');

/** Whether signs beyond ASCII can be drawn; without any locale UTF-8 is taken for granted. */
export const drawsUnicode = (env: Env): boolean => !hasFewSigns(env) && /utf-?8/i.test(localeOf(env) ?? 'utf-8');

/** Asks the system for the size of the window again; `resize` is emitted on stdout when it is another one. */
export const askSize = (): void => void process.kill(process.pid, 'SIGWINCH');
