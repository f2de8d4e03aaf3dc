import { createHash } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import type { Ask } from '../../contract.ts';
import { hostPort } from '../socket.ts';
import { typeOfKey } from './key-formats.ts';
import { addKnownHost, type KnownHosts, type KnownHostsLine } from './known-hosts.ts';

export interface HostKeyCheck {
  /** For the command that trusts it: `drover endpoint trust NAME`. */
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  readonly known: KnownHosts;
  /** Where an accepted key is written; undefined writes it nowhere, and it is asked about each time. */
  readonly addTo: string | undefined;
  /** Whether names are written so that they can't be read. */
  readonly isHashed: boolean;
  readonly ask: Ask;
}

/** As OpenSSH prints it: `SHA256:` and base64 without padding. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/**
 * Resolves when the key may be trusted: known, or unknown and accepted by the user, and then written down.
 * Rejects with trust.unknown-host, or trust.changed-host, about which the user is never asked.
 */
export async function checkHostKey(
  key: Buffer,
  { endpoint, host, port, known, addTo, isHashed, ask }: HostKeyCheck,
): Promise<void> {
  const verdict = known.check(host, port, key);
  const name = hostPort(host, port);
  const type = typeOfKey(key);
  const print = fingerprint(key);
  switch (verdict.kind) {
    case 'known':
      return;
    case 'revoked':
      throw new FleetError(
        'trust.changed-host',
        `the ${type} key of ${name} was revoked: ${verdict.file}, line ${verdict.line}`,
      );
    case 'changed':
      throw new FleetError(
        'trust.changed-host',
        `${name} shows another key than the known one (${verdict.file}, line ${verdict.line}): now ${type} ${print}. ` +
          'Either the host was installed again, or another machine answers in its place',
        { fix: `if you know why it changed, remove line ${verdict.line} of ${verdict.file} and connect again` },
      );
    case 'unknown':
      if (await ask.trust?.({ host, port, type, fingerprint: print, ...(addTo !== undefined && { addTo }) })) {
        if (addTo !== undefined) await addKnownHost(addTo, { host, port, key, isHashed });
        return;
      }
      throw unknown(`the key of ${name} is not known yet: ${type} ${print}`, endpoint, verdict.authority);
  }
}

const unknown = (message: string, endpoint: string, authority: KnownHostsLine | undefined): FleetError =>
  authority === undefined
    ? new FleetError('trust.unknown-host', message, { fix: `drover endpoint trust ${endpoint}` })
    : new FleetError(
        'trust.unknown-host',
        `${message}. ${authority.file}, line ${authority.line}, names an authority for its certificates, which the built-in SSH does not check`,
        { fix: `set \`ssh: system\` for this endpoint, or accept the key itself: drover endpoint trust ${endpoint}` },
      );
