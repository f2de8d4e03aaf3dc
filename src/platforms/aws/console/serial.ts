/** The serial console of an instance: an SSH service of EC2, which lets in who holds a key that EC2 was sent a moment before. */
import { generateKeyPairSync } from 'node:crypto';
import { devNull } from 'node:os';
import { Duplex } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { ConsoleOps } from '../../contract.ts';
import { openSshHost, type SshHost } from '../../transport/ssh/ssh.ts';
import type { SerialPlace } from '../account.ts';
import type { About, Api } from '../api.ts';
import { conflict, onInstance, type VmCalls } from '../vm-call.ts';

export interface SerialCalls extends VmCalls {
  readonly clock: Clock;
  readonly endpoint: string;
  readonly place: SerialPlace;
  /** Aborts when the connection is closed: its consoles end with it. */
  readonly closed: AbortSignal;
}

/** The only one that there is (EC2 Instance Connect API, SendSerialConsoleSSHPublicKey). */
const SERIAL_PORT = 0;
/** What the terminal of a user is, is not known before it is attached. */
const SIZE = { columns: 80, rows: 24 };

/** AWS lets one session be at a time, and no user end that of another: `force` changes nothing. */
export const createSerial =
  (calls: SerialCalls): NonNullable<ConsoleOps['serial']> =>
  (id, _options, signal) =>
    onInstance(calls, id, signal, async ({ machine, name }) => {
      if (machine.state !== 'running')
        throw conflict(name, `is ${machine.rawState}: its console is not available`, 'start it first');
      const { privateKey, publicKey } = newKey();
      await sendKey(calls.api, machine.id, publicKey, { subject: name, signal });
      const host = await logIn(calls, `${machine.id}.port${SERIAL_PORT}`, privateKey, signal);
      try {
        const { stream, resize } = await host.shell(SIZE, signal);
        return { kind: 'stream', stream: endingTogether(stream, host, calls.closed), resize };
      } catch (error) {
        host.close();
        throw error;
      }
    });

/**
 * The stream of a channel, which ends with the link: a channel that is closed here waits until the other side agrees, and the one
 * session that AWS allows would be in use as long.
 */
function endingTogether(channel: Duplex, host: SshHost, closed: AbortSignal): Duplex {
  const stream = new Duplex({
    read: () => void channel.resume(),
    write: (chunk, _encoding, done) => void channel.write(chunk, done),
    destroy(error, done) {
      closed.removeEventListener('abort', end);
      host.close();
      done(error);
    },
  });
  const end = () => void stream.destroy();
  closed.addEventListener('abort', end, { once: true });
  channel.on('data', (data: Buffer) => {
    if (!stream.push(data)) channel.pause();
  });
  for (const event of ['end', 'close']) channel.once(event, () => stream.push(null));
  stream.once('end', end);
  channel.on('error', (error) => void stream.destroy(error));
  if (closed.aborted) end();
  return stream;
}

/** For one login: it is never written anywhere. `publicKey` is one line, as in a file `id_ed25519.pub`. */
function newKey(): { readonly privateKey: string; readonly publicKey: string } {
  const type = 'ssh-ed25519';
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const parts = [Buffer.from(type), Buffer.from(x, 'base64url')].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: `${type} ${Buffer.concat(parts).toString('base64')} drover`,
  };
}

/** Good for a minute, and for nothing but this console. */
async function sendKey(api: Api, InstanceId: string, SSHPublicKey: string, about: About): Promise<void> {
  const input = { InstanceId, SerialPort: SERIAL_PORT, SSHPublicKey };
  await api
    .service('ec2connect')
    .change('SendSerialConsoleSSHPublicKey', input, about)
    .catch((error: unknown) => {
      // It only opens a door that closes by itself.
      if (!(error instanceof FleetError) || error.code !== 'outcome.unknown') throw error;
      throw new FleetError('host.unreachable', error.message, { retry: true, cause: error });
    });
}

async function logIn(
  { place, endpoint, clock }: SerialCalls,
  user: string,
  privateKey: string,
  signal: AbortSignal,
): Promise<SshHost> {
  const { host, port, fingerprint } = place;
  const known =
    fingerprint === undefined
      ? { ask: {} }
      : { ask: { trust: async (key: { readonly fingerprint: string }) => key.fingerprint === fingerprint } };
  const target = { endpoint, host, port, user, privateKey, ...(fingerprint && { knownHostsFile: devNull }) };
  return openSshHost(target, { ...known, clock, signal }).catch((error: unknown) => {
    if (!(error instanceof FleetError) || error.code !== 'trust.unknown-host') throw error;
    const fix =
      fingerprint === undefined
        ? `compare it with what AWS publishes for the region (EC2 user guide, serial console endpoints and fingerprints), then: drover endpoint edit ${endpoint} --serial-console-key SHA256:…`
        : `serial-console-key of ${endpoint} is another one: look which is right before you change it`;
    throw new FleetError('trust.unknown-host', error.message, { fix, cause: error });
  });
}
