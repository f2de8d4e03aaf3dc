/**
 * A config of Ignition (https://coreos.github.io/ignition/configuration-v3_0/), which CoreOS and Flatcar read at the first start
 * instead of what cloud-init reads.
 */

import { refused } from '../spec-values.ts';
import type { GuestFile } from './files.ts';
import type { NetworkFile } from './network-config.ts';

/** All that is written here is in the first one, so that each Ignition of version 2 reads it. */
const VERSION = '3.0.0';

export interface IgnitionParts {
  /** With its domain. */
  readonly hostname: string;
  readonly user: string;
  readonly keys: readonly string[];
  /** Whether the keys are root's too. */
  readonly root: boolean;
  /** '' is none. */
  readonly passwordHash: string;
  readonly commands: readonly string[];
  readonly files: readonly GuestFile[];
  readonly network: readonly NetworkFile[];
}

/** That the images have from the start. */
const USUAL_USER = 'core';
/** Whose members may do all: both are there in CoreOS and in Flatcar, and `core` is in both. */
const GROUPS = ['sudo', 'wheel'];
const COMMANDS = '/etc/drover/commands';

export function writeIgnition(parts: IgnitionParts): string {
  const { hostname, user, root, passwordHash, commands, files, network } = parts;
  const keys = [...new Set(parts.keys)];
  const users = [
    {
      name: user,
      ...(keys.length > 0 && { sshAuthorizedKeys: keys }),
      ...(passwordHash !== '' && { passwordHash }),
      ...(user !== USUAL_USER && user !== 'root' && { groups: GROUPS }),
    },
    ...(root && user !== 'root' && keys.length > 0 ? [{ name: 'root', sshAuthorizedKeys: keys }] : []),
  ];
  const own = [
    fileOf('/etc/hostname', `${hostname}\n`, 0o644),
    ...network.map(({ path, content, mode }) => fileOf(path, content, mode)),
    // sshd takes the first word that it finds, and CoreOS says no in 40-….
    ...(passwordHash === ''
      ? []
      : [fileOf('/etc/ssh/sshd_config.d/20-drover.conf', 'PasswordAuthentication yes\n', 0o600)]),
    ...(commands.length > 0 ? [fileOf(COMMANDS, `${commands.join('\n')}\n`, 0o700)] : []),
    ...files.map(({ path, content, mode, owner, group }) => ({
      ...fileOf(path, content, mode),
      user: nameOrId(owner),
      group: nameOrId(group),
    })),
  ];
  const paths = own.map(({ path }) => path);
  const twice = paths.find((path, at) => paths.indexOf(path) < at);
  if (twice !== undefined) throw refused(`two files are to be ${twice}`);
  const config = {
    ignition: { version: VERSION },
    passwd: { users },
    storage: { files: own },
    ...(commands.length > 0 && {
      systemd: { units: [{ name: 'drover-commands.service', enabled: true, contents: UNIT }] },
    }),
  };
  return `${JSON.stringify(config, undefined, 1)}\n`;
}

/** Once, also where one of them fails: as cloud-init runs them. Neither /usr nor a shell in it can be written to everywhere. */
const UNIT = `[Unit]
Description=Commands of the first start
Wants=network-online.target
After=network-online.target
ConditionPathExists=!/var/lib/drover-commands.stamp

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/touch /var/lib/drover-commands.stamp
ExecStart=/bin/sh ${COMMANDS}

[Install]
WantedBy=multi-user.target
`;

const fileOf = (path: string, content: string | Buffer, mode: number) => ({
  path,
  overwrite: true,
  mode,
  contents: { source: `data:;base64,${Buffer.from(content).toString('base64')}` },
});

const nameOrId = (text: string): { readonly name: string } | { readonly id: number } =>
  /^\d+$/.test(text) ? { id: Number(text) } : { name: text };

/** Where JSON ends, as far as Node tells. The rest of its message may quote a secret of the config. */
function placeOf(error: unknown, text: string): string {
  const [, position] =
    (error instanceof Error && / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(error.message)) || [];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return `: line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Throws op.refused for what Ignition would not read. */
export function checkIgnition(text: string): void {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw refused(`the Ignition config is no JSON${placeOf(error, text)}`);
  }
  const said = (config as { readonly ignition?: { readonly version?: unknown } } | null)?.ignition?.version;
  if (typeof said !== 'string' || !/^[23]\.\d+\.\d+(-[\w.]+)?$/.test(said))
    throw refused('the Ignition config does not say its version', 'write {"ignition": {"version": "3.0.0"}, …}');
}
