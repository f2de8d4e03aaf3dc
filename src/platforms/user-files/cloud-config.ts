/**
 * User data as cloud-init reads them at the first start of a guest (https://docs.cloud-init.io, "cloud-config"): written from
 * a few values, or given as a whole and looked at.
 */
import { FleetError } from '../../errors.ts';
import { writeYaml } from './write-yaml.ts';

/** A file that the guest gets. */
interface CloudFile {
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
}

export interface CloudConfig {
  readonly hostname: string;
  /** With its domain; the same as `hostname` without one. */
  readonly fqdn: string;
  /** Takes the place of the image's usual user; root is there already. */
  readonly user: string;
  readonly keys: readonly string[];
  /** Whether the keys are root's too. */
  readonly root: boolean;
  /** Or its hash, as in /etc/shadow. '': none, and no login by password. */
  readonly password: string;
  /** Lines for a shell, run by root. */
  readonly commands: readonly string[];
  readonly files: readonly CloudFile[];
}

export async function writeCloudConfig(parts: CloudConfig): Promise<string> {
  const { hostname, fqdn, user, keys, root, password, commands, files } = parts;
  // Users are made after the files, and cloud-init before 21.4 can't write files later.
  const owned = files.filter(({ owner, group }) => owner !== 'root' || group !== 'root');
  const orders = [...owned.map(({ path, owner, group }) => ['chown', '--', `${owner}:${group}`, path]), ...commands];
  const config = {
    hostname,
    ...(fqdn !== hostname && { fqdn }),
    // A plain name means the same, and is deprecated: cloud-init 22.4 logs a warning about it at each stage.
    user: { name: user },
    ...((root || user === 'root') && { disable_root: false }),
    ...(keys.length > 0 && { ssh_authorized_keys: keys }),
    ...(password !== '' && { password, chpasswd: { expire: false }, ssh_pwauth: true }),
    ...(files.length > 0 && { write_files: files.map(writtenFile) }),
    ...(orders.length > 0 && { runcmd: orders }),
  };
  return `#cloud-config\n${await writeYaml(config)}`;
}

const writtenFile = ({ path, content, mode }: CloudFile) => ({
  path,
  ...(content.length > 0 && { encoding: 'b64', content: content.toString('base64') }),
  permissions: `0${mode.toString(8).padStart(3, '0')}`,
});

/** What cloud-init takes by its first line, beside cloud-config: scripts, templates, archives, MIME. */
const OTHER =
  /^(#!|## template: ?jinja|#include|#cloud-(boothook|config-archive|config-jsonp)|#part-handler|content-type:|mime-version:|\{)/i;

/** Throws op.refused for user data that cloud-init would pass over. */
export async function checkUserData(text: string): Promise<void> {
  if (!/^#cloud-config\s*(\n|$)/.test(text)) {
    if (OTHER.test(text)) return;
    throw new FleetError('op.refused', 'the user data have no first line that cloud-init knows', {
      fix: 'start them with #cloud-config, or #! for a script',
    });
  }
  const { parseDocument } = await import('yaml');
  const [fault] = parseDocument(text, { prettyErrors: false }).errors;
  if (!fault) return;
  const line = text.slice(0, fault.pos[0]).split('\n').length;
  // The message of the package may quote the line, and with it a password: its code says as much.
  const why = fault.code.toLowerCase().replaceAll('_', ' ');
  throw new FleetError('op.refused', `the user data are no YAML: line ${line}: ${why}`);
}

/** The other file of a NoCloud seed: what makes this guest another one than that before it. */
export function writeMetaData(instance: string, hostname: string): Promise<string> {
  return writeYaml({ 'instance-id': instance, 'local-hostname': hostname });
}

/** What a VM is, for programs in it: as kcli leaves it there. Empty values are left out. */
export function writeFacts(facts: Readonly<Record<string, string>>): Promise<string> {
  return writeYaml(Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== '')));
}
