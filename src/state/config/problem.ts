/** A place in a text file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Something in the configuration that the user must fix. An error takes what it is about out of use (that endpoint, that
 * pool's entry), a warning does not.
 */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** Absent when it is about the file as a whole: unreadable, not text. */
  readonly at?: Position;
  /** The endpoint that is out of use, or is warned about. */
  readonly endpoint?: string;
  /** Sentence without a full stop. Quotes names and keys, never values: they may be secrets. */
  readonly message: string;
  readonly fix?: string;
}

/** `config.yaml:12:5: host1: unknown key "hots" (did you mean host?)`: the form that editors and terminals can jump to. */
export function spellProblem({ file, at, message }: Problem): string {
  return at ? `${file}:${at.line}:${at.column}: ${message}` : `${file}: ${message}`;
}
