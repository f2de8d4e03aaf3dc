/** drover reads libvirt's URIs as virsh does, or refuses them with a sentence that is meant. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endpointName } from '../../../src/ids.ts';
import { addressOf } from '../../../src/platforms/kvm/link/address.ts';
import { socketPaths } from '../../../src/platforms/kvm/link/daemon-sockets.ts';
import { uriProblem } from '../../../src/platforms/kvm/user-files/uri.ts';
import { createUris } from './uris.ts';
import { type Attempt, createVirsh, needVirsh } from './virsh.ts';

const COUNT = 600;
const SEED = 20_261_128;
const WORKERS = 3;

/** What virsh tries and drover does not follow; each with a reason that its sentence gives. */
const REFUSED_ON_PURPOSE = [
  /hosts are always verified/,
  /command is not supported/,
  /runs no external command/,
  /leaves the driver to the daemon/,
  /names nothing that a daemon opens/,
  /there is no such port/,
  /the user before @ is missing/,
  /is not UTF-8/,
  /of a session: name its socket/,
  /#.*: not a libvirt URI/,
  /known_hosts_verify is normal or auto/,
];

it(`reads ${COUNT} URIs as virsh does`, async () => {
  needVirsh();
  const dir = await mkdtemp(join(tmpdir(), 'drover-uri-'));
  const uris = [...new Set(createUris(COUNT, SEED))];
  const differences: string[] = [];
  const counts = { followed: 0, refusedByBoth: 0, refusedOnPurpose: 0 };
  try {
    await Promise.all(
      Array.from({ length: WORKERS }, async (_, worker) => {
        const virsh = await createVirsh(join(dir, String(worker)));
        for (let i = worker; i < uris.length; i += WORKERS) {
          const uri = uris[i] ?? '';
          const verdict = compare(uri, await virsh(uri));
          if (typeof verdict === 'string') counts[verdict as keyof typeof counts] += 1;
          else differences.push(`${uri}: ${verdict.difference}`);
        }
      }),
    );
  } finally {
    await rm(dir, { recursive: true });
  }
  process.stderr.write(`${uris.length} URIs compared: ${JSON.stringify(counts)}, ${differences.length} differ\n`);
  expect(differences).toEqual([]);
  expect(counts.followed).toBeGreaterThan(100);
});

function compare(uri: string, attempt: Attempt | undefined): string | { readonly difference: string } {
  const problem = uriProblem(uri);
  if (problem !== undefined) {
    if (!attempt) return 'refusedByBoth';
    if (REFUSED_ON_PURPOSE.some((sentence) => sentence.test(`${uri}: ${problem}`))) return 'refusedOnPurpose';
    return { difference: `virsh tries ${JSON.stringify(attempt)}, drover says ${problem}` };
  }
  const ours = JSON.stringify(attemptOf(uri, attempt));
  const theirs = JSON.stringify(attempt);
  return ours === theirs ? 'followed' : { difference: `virsh tries ${theirs}, drover ${ours}` };
}

/** drover's address in the same words, as far as the attempt shows them. */
function attemptOf(uri: string, seen: Attempt | undefined): Attempt {
  const address = addressOf({ name: endpointName('a'), platform: 'kvm', values: { uri, insecure: true } });
  switch (address.transport) {
    case 'unix': {
      // Two paths for one folder; of a session virsh as root takes the system's socket.
      const socket = socketPaths({ ...address, driver: 'qemu:///system' }, undefined).at(-1) ?? '';
      return {
        transport: 'unix',
        socket: address.socket === undefined ? `/var${socket}` : socket.replace(/^\/run\/libvirt/, '/var/run/libvirt'),
      };
    }
    case 'ssh': {
      // libssh reads keys and names itself: only where it goes is seen.
      if (seen?.transport === 'net') return { transport: 'net', host: address.host, port: address.port ?? 22 };
      const shared = {
        transport: 'ssh' as const,
        host: address.host,
        ...(address.port === undefined ? {} : { port: address.port }),
        ...(address.user === undefined ? {} : { user: address.user }),
        ...(address.keyFile === undefined ? {} : { key: address.keyFile }),
      };
      return seen?.socket === undefined
        ? { ...shared, driver: address.driver }
        : { ...shared, socket: address.socket ?? '/var/run/libvirt/libvirt-sock' };
    }
    case 'tls':
      return seen?.pki === undefined
        ? { transport: 'net', host: address.host, port: address.port }
        : { transport: 'net', pki: (address.ca ?? '/etc/pki/CA/cacert.pem').replace('/cacert.pem', '') };
    case 'tcp':
      return { transport: 'net', host: address.host, port: address.port };
  }
}
