import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { run } from '../command.ts';
import { serverFiles } from './certificates.ts';
import { type Host, ROOT_PASSWORD, type Site } from './site.ts';

const FOLDERS = [
  'etc/libvirt/qemu/networks',
  'etc/libvirt/storage',
  'home',
  'lib/images',
  'cache',
  'log/libvirt/qemu',
  'tpm-ca',
];
const RUN_FOLDERS = ['run/sshd', 'run/libvirt', 'run/lock'];

/** The host that also listens with TLS. */
const TLS_HOST = 2;

const conf = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');

function libvirtdConf(site: Site, host: Host): string {
  const tls = serverFiles(site);
  return conf({
    host_uuid: host.uuid,
    // without polkit only root could log in
    auth_unix_ro: 'none',
    auth_unix_rw: 'none',
    unix_sock_rw_perms: '0777',
    listen_tcp: 1,
    auth_tcp: 'none',
    listen_tls: host.number === TLS_HOST ? 1 : 0,
    ca_file: site.files.ca,
    cert_file: tls.cert,
    key_file: tls.key,
    log_outputs: '3:file:/var/log/libvirt/libvirtd.log',
  });
}

/** Without cgroups, virtlogd and security drivers, none of which is there outside of a whole system. */
const QEMU_CONF = `${conf({
  user: 'root',
  group: 'root',
  security_driver: 'none',
  remember_owner: 0,
  stdio_handler: 'file',
  vnc_listen: '127.0.0.1',
})}cgroup_controllers = []\nnamespaces = []\n`;

const sshdConfig = (site: Site, host: Host): string =>
  [
    `HostKey ${host.dir}/hostkey`,
    `AuthorizedKeysFile ${site.files.key}.pub`,
    'PidFile /run/sshd.pid',
    'StrictModes no', // the keys lie below /tmp
    'PermitRootLogin yes',
    'UsePAM no',
    'LogLevel VERBOSE', // tests count the logins
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');

/** root of the lab gets a home and a password of its own, whatever root of this machine has. */
async function accounts(host: Host): Promise<{ passwd: string; shadow: string }> {
  const [passwd, hash] = await Promise.all([
    readFile('/etc/passwd', 'utf8'),
    run(['openssl', 'passwd', '-6', ROOT_PASSWORD]),
  ]);
  return {
    passwd: passwd.replace(/^root:.*$/m, `root:x:0:0:root:${host.dir}/home:/bin/bash`),
    shadow: `root:${hash.trim()}:20000:0:99999:7:::\n`,
  };
}

export async function newKey(path: string, comment: string): Promise<void> {
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}

/** Empties /run, as it is when a machine is switched on, but for what its sshd is told. */
export async function furnishRun(site: Site, host: Host): Promise<void> {
  await rm(`${host.dir}/run`, { recursive: true, force: true });
  for (const folder of RUN_FOLDERS) await mkdir(`${host.dir}/${folder}`, { recursive: true });
  await writeFile(`${host.dir}/run/sshd_config`, sshdConfig(site, host));
}

/** Lays out all that the host sees as its own. `capabilities`: what a daemon found out about this QEMU before, if any. */
export async function furnish(site: Site, host: Host, capabilities: string | undefined): Promise<void> {
  for (const folder of FOLDERS) await mkdir(`${host.dir}/${folder}`, { recursive: true });
  const { passwd, shadow } = await accounts(host);
  const neighbours = site.hosts.map(({ address, name }) => `${address} ${name}\n`).join('');
  await Promise.all([
    writeFile(`${host.dir}/etc/hosts`, `127.0.0.1 localhost\n${neighbours}`),
    writeFile(`${host.dir}/etc/passwd`, passwd),
    writeFile(`${host.dir}/etc/shadow`, shadow, { mode: 0o600 }),
    writeFile(`${host.dir}/etc/libvirt/libvirtd.conf`, libvirtdConf(site, host)),
    writeFile(`${host.dir}/etc/libvirt/qemu.conf`, QEMU_CONF),
    furnishRun(site, host),
    newKey(`${host.dir}/hostkey`, host.name),
    capabilities && cp(capabilities, `${host.dir}/cache/qemu`, { recursive: true }),
  ]);
}
