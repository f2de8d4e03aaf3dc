import { once } from 'node:events';
import type { AuthContext } from 'ssh2';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { recordSupport } from '../../../../test/contract/support.ts';
import { HOST_KEY, type Server, startServer } from '../../../../test/transport/ssh-server.ts';
import { systemClock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { fingerprint } from '../../transport/ssh/host-key.ts';
import { type Answers, changesIn, ID, scriptedInstance, WEB1 } from '../testkit/scripted-calls.ts';
import { createSerial } from './serial.ts';

const { signal } = new AbortController();
const blobOf = (publicKey: string) => Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
const hostKey = ssh2.utils.parseKey(HOST_KEY.private);
if (hostKey instanceof Error) throw hostKey;
const FINGERPRINT = fingerprint(hostKey.getPublicSSH());

let server: Server;
/** By the user's name: the key that EC2 was sent. */
const sent = new Map<string, Buffer>();
const isRight = (context: AuthContext): boolean =>
  context.method === 'publickey' && sent.get(context.username)?.equals(context.key.data) === true;
beforeAll(async () => {
  server = await startServer(isRight);
});
beforeEach(() => sent.clear());
afterAll(() => server.close());

function open(answers: Answers = {}, state: 'running' | 'stopped' = 'running', key: string | undefined = FINGERPRINT) {
  const scripted = scriptedInstance(
    { State: { Name: state } },
    {
      SendSerialConsoleSSHPublicKey({ InstanceId, SerialPort, SSHPublicKey }: Readonly<Record<string, string>>) {
        sent.set(`${InstanceId}.port${SerialPort}`, blobOf(SSHPublicKey ?? ''));
        return { Success: true };
      },
      ...answers,
    },
  );
  const closing = new AbortController();
  const place = { host: '127.0.0.1', port: server.port, fingerprint: key };
  const calls = { ...scripted.calls, clock: systemClock, endpoint: 'cloud', place, closed: closing.signal };
  return { scripted, closing, attach: () => createSerial(calls)(WEB1, { force: false }, signal) };
}

it('F-357 lets a user in with a key that was made for this console, and sent a moment before', async () => {
  const { attach, closing, scripted } = open();
  const attachment = await attach();
  if (attachment.kind !== 'stream') throw new Error('a serial console must be a stream');
  const [first] = (await once(attachment.stream, 'data')) as [Buffer];
  expect(first.toString()).toBe('# ');
  expect(changesIn(scripted)).toEqual([
    [
      'SendSerialConsoleSSHPublicKey',
      { InstanceId: ID, SerialPort: 0, SSHPublicKey: expect.stringMatching(/^ssh-ed25519 AAAA\S{60,} drover$/) },
    ],
  ]);
  closing.abort();
  await server.untilLeft();
  // the contract's server has no serial consoles
  recordSupport('aws', 'console.serial');
});

it('makes a new key each time, and leaves nothing open when its stream is closed', async () => {
  const keys: Buffer[] = [];
  for (let times = 0; times < 2; times++) {
    const attachment = await open().attach();
    if (attachment.kind !== 'stream') throw new Error('a serial console must be a stream');
    attachment.stream.destroy();
    await server.untilLeft();
    keys.push(...sent.values());
  }
  expect(keys[0]?.equals(keys[1] ?? Buffer.alloc(0))).toBe(false);
});

it('says of a key that is not that of AWS what to do, and logs in nowhere', async () => {
  const wrong = 'SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';
  const tried = server.tried.length;
  await expect(open({}, 'running', wrong).attach()).rejects.toMatchObject({
    code: 'trust.unknown-host',
    message: expect.stringContaining(FINGERPRINT),
    fix: 'serial-console-key of cloud is another one: look which is right before you change it',
  });
  await server.untilLeft();
  expect(server.tried).toHaveLength(tried);
});

it('sends no key for an instance that does not run', async () => {
  const { attach, scripted } = open({}, 'stopped');
  await expect(attach()).rejects.toMatchObject({
    code: 'op.conflict',
    message: 'web1 is stopped: its console is not available',
    fix: 'start it first',
  });
  expect(changesIn(scripted)).toEqual([]);
});

it('is tried again when it is not known whether the key has come', async () => {
  const lost = new FleetError('outcome.unknown', 'web1: no answer');
  await expect(open({ SendSerialConsoleSSHPublicKey: lost }).attach()).rejects.toMatchObject({
    code: 'host.unreachable',
    message: 'web1: no answer',
    retry: true,
  });
  const refused = new FleetError('auth.forbidden', 'web1: access is off', {
    fix: 'aws ec2 enable-serial-console-access',
  });
  await expect(open({ SendSerialConsoleSSHPublicKey: refused }).attach()).rejects.toBe(refused);
});

it('tries no other key and asks for no password when the service refuses the one that was sent', async () => {
  const tried = server.tried.length;
  await expect(open({ SendSerialConsoleSSHPublicKey: {} }).attach()).rejects.toMatchObject({ code: 'auth.rejected' });
  await server.untilLeft();
  expect(server.tried.slice(tried).filter((method) => method !== 'none')).toEqual(['publickey']);
});
