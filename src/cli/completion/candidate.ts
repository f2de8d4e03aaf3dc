/** One way to complete what was typed: the whole word, as it would be without quotes. */
export interface Candidate {
  readonly value: string;
  /** A few words beside it, where the shell shows them. */
  readonly help: string;
}

export interface Completion {
  /** `files`: the shell knows better. `partial`: more of the same word may follow. */
  readonly kind: 'words' | 'partial' | 'files';
  readonly candidates: readonly Candidate[];
}

export const plain = (values: readonly string[]): readonly Candidate[] => values.map((value) => ({ value, help: '' }));
