/** A lab: real servers that nobody here wrote, for tests, for `drover` to be tried on, and for the figures in the docs. */
export interface Lab {
  readonly title: string;
  /** Debian packages that bring what it needs. */
  readonly packages: readonly string[];
  /** Flags of `up`: name -> what it asks for. Each takes a number. */
  readonly options: Readonly<Record<string, string>>;
  /** What keeps it from starting on this machine, each as the end of a sentence: `root rights (network namespaces)`. */
  missing(): readonly string[];
  /**
   * Brings up what is not up yet, so that it may be called again, and resolves when the servers answer.
   * The variables are what a program needs to use the lab.
   */
  up(options: UpOptions): Promise<Readonly<Record<string, string>>>;
  /** Leaves nothing: no process, mount, interface or file. Works on a lab that is half up, and on none. */
  down(options: DownOptions): Promise<void>;
  status(): Promise<Status>;
}

/** Says what is being done, a line each. */
export type Tell = (line: string) => void;

export interface DownOptions {
  readonly tell: Tell;
}

export interface UpOptions extends DownOptions {
  readonly flags: Readonly<Record<string, number>>;
}

export interface Status {
  readonly up: boolean;
  readonly lines: readonly string[];
}
