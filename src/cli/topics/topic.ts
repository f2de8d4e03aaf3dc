/** A piece of a help text: a renderer makes it lines for a terminal, a page of the manual or Markdown. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  /** Running text, wrapped where it is shown. */
  | { readonly kind: 'text'; readonly text: string }
  /** Words with what they mean. */
  | { readonly kind: 'terms'; readonly rows: readonly (readonly [term: string, meaning: string])[] }
  /** Shown as it is, line by line. */
  | { readonly kind: 'example'; readonly lines: readonly string[] };

/** `drover help NAME`; the same in the manual. */
export interface Topic {
  readonly name: string;
  /** One sentence with a full stop, for the list of topics. */
  readonly help: string;
  blocks(): Promise<readonly Block[]>;
}

export const text = (words: string): Block => ({ kind: 'text', text: words });
export const heading = (words: string): Block => ({ kind: 'heading', text: words });
export const example = (...lines: readonly string[]): Block => ({ kind: 'example', lines });
export const terms = (rows: readonly (readonly [term: string, meaning: string])[]): Block => ({ kind: 'terms', rows });
