import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Host, Site } from './site.ts';

const overSsh = ({ files }: Site, host: Host) => ({
  platform: 'kvm',
  transport: 'ssh',
  host: host.address,
  user: 'root',
  key: files.key,
  'known-hosts': files.knownHosts,
});

const overTls = ({ files }: Site, host: Host) => ({
  platform: 'kvm',
  transport: 'tls',
  host: host.address,
  ca: files.ca,
  cert: files.clientCert,
  'client-key': files.clientKey,
});

const overTcp = (host: Host) => ({ platform: 'kvm', transport: 'tcp', host: host.address, insecure: true });
const overUnix = (host: Host) => ({ platform: 'kvm', transport: 'unix', socket: host.socket });

/** The two configurations that drover can be started with: the fleet, and every way to reach it. */
export async function writeConfigs(site: Site): Promise<void> {
  const [host1, host2, host3] = site.hosts;
  const fleet = {
    endpoints: {
      host1: overSsh(site, host1),
      host2: overSsh(site, host2),
      host3: overSsh(site, host3),
    },
    pools: { Production: { nodes: ['host1', 'host2'] }, 'QA Lab': { nodes: ['host3'] } },
  };
  const allTransports = {
    endpoints: {
      'host1-ssh': overSsh(site, host1),
      'host1-tcp': overTcp(host1),
      'host1-unix': overUnix(host1),
      'host2-tls': overTls(site, host2),
      'host3-tcp': overTcp(host3),
    },
  };
  await writeFile(site.files.config, stringify(fleet), { mode: 0o600 });
  await writeFile(site.files.allTransports, stringify(allTransports), { mode: 0o600 });
}
