import { mkdir, writeFile } from 'node:fs/promises';
import { run } from '../command.ts';
import type { Site } from './site.ts';

export const serverFiles = (site: Site) => ({ cert: `${site.dir}/tls/server.pem`, key: `${site.dir}/tls/server.key` });

const extensions = (site: Site): string => `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[server]
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = ${site.hosts.map(({ name, address }) => `DNS:${name},IP:${address}`).join(',')}
[client]
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = clientAuth
`;

/** A private authority, a certificate for the hosts and one for a client: libvirt wants both sides to show one. */
export async function writeCertificates(site: Site): Promise<void> {
  const dir = `${site.dir}/tls`;
  await mkdir(dir, { recursive: true });
  const config = `${dir}/openssl.cnf`;
  const authorityKey = `${dir}/ca.key`;
  await writeFile(config, extensions(site));

  const certify = (section: string, name: string, key: string, cert: string, ...signer: readonly string[]) =>
    run([
      ...(['openssl', 'req', '-x509', '-config', config, '-extensions', section, '-days', '3650', '-nodes'] as const),
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-subj', `/CN=${name}`],
      ...['-keyout', key, '-out', cert, ...signer],
    ]);

  await certify('authority', 'drover lab authority', authorityKey, site.files.ca);
  const signer = ['-CA', site.files.ca, '-CAkey', authorityKey];
  const server = serverFiles(site);
  await certify('server', 'drover lab host', server.key, server.cert, ...signer);
  await certify('client', 'drover lab client', site.files.clientKey, site.files.clientCert, ...signer);
}
