/** A file of a simulated node. */
export interface File {
  /** Undefined for a folder. */
  readonly content: Buffer | undefined;
  readonly mode: number;
  readonly changed: number;
}

/** By absolute path. */
export type Tree = Map<string, File>;
