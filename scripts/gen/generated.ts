/** A file of the repository that is written by a program: from the folders, manifests and tables of the source. */
export interface Generated {
  /** From the top of the repository. */
  readonly path: string;
  make(): Promise<string>;
}
