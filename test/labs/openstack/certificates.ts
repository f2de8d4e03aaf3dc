import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { run } from '../command.ts';
import type { Site } from './site.ts';

const extensions = ({ address }: Site): string => `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[server]
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = IP:${address}
`;

/** A private authority, and a certificate for the cloud's address: certificate and key in one file, as haproxy has it. */
export async function writeCertificates(site: Site): Promise<void> {
  const dir = `${site.dir}/tls`;
  await mkdir(dir, { recursive: true });
  const config = `${dir}/openssl.cnf`;
  await writeFile(config, extensions(site));

  const certify = (section: string, name: string, key: string, cert: string, ...signer: readonly string[]) =>
    run([
      ...(['openssl', 'req', '-x509', '-config', config, '-extensions', section, '-days', '3650', '-nodes'] as const),
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-subj', `/CN=${name}`],
      ...['-keyout', key, '-out', cert, ...signer],
    ]);

  await certify('authority', 'drover lab cloud authority', `${dir}/ca.key`, site.files.ca);
  const [key, cert] = [`${dir}/server.key`, `${dir}/server.crt`];
  await certify('server', 'drover lab cloud', key, cert, '-CA', site.files.ca, '-CAkey', `${dir}/ca.key`);
  await writeFile(`${dir}/server.pem`, (await readFile(cert, 'utf8')) + (await readFile(key, 'utf8')), { mode: 0o600 });
}
