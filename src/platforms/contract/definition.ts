/** What a platform has of a VM, in its own language. */
export interface Definition {
  readonly text: string;
  /** The ending of a file of it: `xml`. */
  readonly language: string;
}
