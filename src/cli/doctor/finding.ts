/** One thing that was looked at. A warning is worth fixing, and keeps nothing from working. */
export interface Finding {
  /** What it is about: `terminal`, `configuration`, `endpoint db1`. */
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was found: a sentence without a full stop. Never a secret. */
  readonly detail: string;
  /** What to do about it, as a sentence or a command line. */
  readonly fix?: string;
}

export const fine = (about: string, detail: string): Finding => ({ about, state: 'ok', detail });
export const warning = (about: string, detail: string, fix?: string): Finding => ({
  about,
  state: 'warning',
  detail,
  ...(fix !== undefined && { fix }),
});
export const failed = (about: string, detail: string, fix?: string): Finding => ({
  ...warning(about, detail, fix),
  state: 'failed',
});
