/** What a new guest gets at its first start, as it is asked for: types instead of settings. */
import type { Settings } from '../../contract.ts';
import { linesIn, refused, textIn } from '../spec-values.ts';
import { readFiles, type WantedFile } from './files.ts';
import { type GuestNetwork, readNetwork } from './network-spec.ts';

/** Of the user, what the guest learns at its first start. */
export interface Login {
  readonly user: string;
  /** Public keys, and paths of files of this machine that hold some. */
  readonly keys: readonly string[];
  readonly password: string;
  readonly commands: readonly string[];
}

export type SeedKind = 'cloud-init' | 'ignition';

export interface GuestSpec {
  /** '': the name of the image says. */
  readonly kind: SeedKind | '';
  /** All of it, where it is given as a whole. */
  readonly whole: string;
  readonly login: Login;
  /** Whether the keys are root's too. */
  readonly root: boolean;
  readonly files: readonly WantedFile[];
  /** Whether the guest has a file that says what it is. */
  readonly storesMetadata: boolean;
}

export interface WantedGuest {
  /** Undefined where the guest gets none. */
  readonly seed: GuestSpec | undefined;
  readonly network: GuestNetwork;
}

const KINDS = ['', 'cloud-init', 'ignition'] as const;
/** A type, the key, and perhaps a comment, as in authorized_keys; options before it are allowed. */
const PUBLIC_KEY = /(^|\s)(ssh-[a-z0-9@.-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]{40,}={0,3}(\s|$)/;
const PATH = /^(~\/|\/)/;

export const isPath = (key: string): boolean => PATH.test(key);

/** Throws op.refused for what is no public key; `where` says where it stands. */
export function refuseNoKey(key: string, where: string): void {
  if (!PUBLIC_KEY.test(key) || key.includes('PRIVATE KEY')) throw refused(`${where} is no public SSH key`);
}

/** A guest of an image gets its name at least; without one only what was asked for makes a seed. Throws op.refused for what no guest takes. */
export function readGuest(spec: Settings, image: string): WantedGuest {
  const lines = (key: string) => linesIn(spec, key).filter(Boolean);
  const kind = KINDS.find((one) => one === textIn(spec, 'seed'));
  if (kind === undefined) throw refused(`there is no seed ${JSON.stringify(spec['seed'])}`);
  const network = readNetwork(spec);
  const login: Login = {
    user: textIn(spec, 'user'),
    keys: lines('keys'),
    password: textIn(spec, 'password'),
    commands: lines('commands'),
  };
  const seed: GuestSpec = {
    kind,
    whole: textIn(spec, 'user-data').trim() === '' ? '' : textIn(spec, 'user-data'),
    login,
    root: spec['root-login'] === true,
    files: readFiles(spec),
    storesMetadata: spec['store-metadata'] === true,
  };
  const isTold =
    login.user !== '' ||
    login.password !== '' ||
    login.keys.length + login.commands.length + seed.files.length > 0 ||
    seed.root ||
    seed.storesMetadata;
  if (spec['cloud-init'] === false) {
    if (isTold || seed.whole !== '' || kind !== '')
      throw refused('a user, keys, files or commands need cloud-init', 'leave it on');
    if (network.isConfigured) throw refused('addresses that the guest sets itself need cloud-init', 'leave it on');
    return { seed: undefined, network };
  }
  if (seed.whole !== '') {
    if (isTold) throw refused('user data are the whole: user, keys, password, files and commands must be empty then');
    if (kind === 'ignition' && network.isConfigured)
      throw refused('an Ignition config is the whole: it sets the addresses of the guest itself');
    return { seed, network };
  }
  if (!/^([a-z_][a-z0-9_-]{0,31})?$/.test(login.user))
    throw refused(`${JSON.stringify(login.user)} is no name of a user`);
  if (login.password.includes('\n')) throw refused('a password is one line');
  for (const [at, key] of login.keys.entries()) if (!isPath(key)) refuseNoKey(key, `line ${at + 1} of the keys`);
  return { seed: isTold || network.isConfigured || image !== '' || kind !== '' ? seed : undefined, network };
}
