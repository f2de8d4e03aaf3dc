import type { Settings } from '../../platforms/contract.ts';
import type { Source } from './source.ts';

/** An endpoint as another tool's user has it, in drover's fields. Its texts come from outside: they are checked before use. */
export interface Plan {
  /** What it is called there. */
  readonly name: string;
  readonly platform: string;
  /** By the platform's field. A secret stands here only as a reference: `env:`, `file:`. */
  readonly values: Settings;
  /** Secrets that nothing can refer to where they are, by field. They are copied into files of their own. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where it points and who logs in, for people. */
  readonly where: string;
  readonly login: string;
  /** What is otherwise than it was there: sentences without a full stop. */
  readonly notes: readonly string[];
}

export interface LeftOut {
  readonly name: string;
  /** A sentence without a full stop; never quotes a value. */
  readonly why: string;
}

export type Found = Plan | LeftOut;

/** Reads what the users of one tool already have. */
export interface Importer {
  /** The word behind `drover import`. */
  readonly tool: string;
  readonly help: string;
  /** Variables of the environment that are enough alone. */
  readonly variables: readonly string[];
  /** Undefined when there is nothing of this tool. Throws config.invalid, with the place, for a file that is broken. */
  read(source: Source): Promise<readonly Found[] | undefined>;
}

/** Without the keys that nothing is known of. */
export const given = <Value>(values: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));

/** The note for an address that starts with http://; none for any other. */
export const unprotected = (address: string): readonly string[] =>
  address.startsWith('http://')
    ? ['HTTP is not protected: to another machine drover connects only once it has insecure: true']
    : [];

/** The note for every tool that is configured not to verify certificates. */
export const verifiedNow = (tool: string): string =>
  `${tool} does not verify its certificate, drover does: unless it comes from a known authority, give the endpoint ca or fingerprint`;
