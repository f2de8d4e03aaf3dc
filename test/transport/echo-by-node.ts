/**
 * SSH as the built program has it, without ssh2's native parts: sends bytes through it to a server that sends them back, with new keys on
 * the way. Run by fast-packets.slow.test.ts; prints what came of it as JSON.
 */
import './without-native-parts.ts';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CipherAlgorithm, Connection } from 'ssh2';
import { systemClock } from '../../src/clock.ts';
import { hasOwnChunks } from '../../src/platforms/transport/free-at-once.ts';
import { openSshHost } from '../../src/platforms/transport/ssh/ssh.ts';
import { HOST_KEY, startServer } from './ssh-server.ts';

const PIECES = 24;
const PIECE = 300_000;

const home = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
const echo = createServer((socket) => void socket.pipe(socket));
await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
let connection: Connection | undefined;
const server = await startServer(() => true, {
  algorithms: { cipher: [process.argv[2] as CipherAlgorithm] },
  onward(accept, { destPort }, client) {
    connection = client;
    const stream = accept();
    stream.pipe(connect(destPort, '127.0.0.1')).pipe(stream);
  },
});
const knownHostsFile = join(home, 'known_hosts');
await writeFile(knownHostsFile, `[127.0.0.1]:${server.port} ${HOST_KEY.public}\n`);
const { signal } = new AbortController();
const source = {
  home,
  localUser: 'me',
  localHost: 'desk',
  userId: 0,
  userFile: join(home, 'none'),
  systemFile: join(home, 'none'),
  openssh: undefined,
  environment: {},
};
const target = {
  endpoint: 'db1',
  host: '127.0.0.1',
  port: server.port,
  user: 'root',
  password: 'secret',
  knownHostsFile,
};
const host = await openSshHost(target, { clock: systemClock, signal, ask: {}, source });
const stream = await host.openTcp('127.0.0.1', (echo.address() as AddressInfo).port, signal);
const [sent, came] = [createHash('sha256'), createHash('sha256')];
let left = PIECES * PIECE;
const all = new Promise<void>((resolve) => {
  stream.on('data', (chunk: Buffer) => {
    came.update(chunk);
    left -= chunk.length;
    if (left === 0) resolve();
  });
});
for (let index = 0; index < PIECES; index++) {
  const piece = Buffer.alloc(PIECE, `${index} of them; `);
  sent.update(piece);
  if (index === PIECES / 2) connection?.rekey();
  await new Promise((resolve) => stream.write(piece, resolve));
}
await all;
process.stdout.write(
  JSON.stringify({ isSame: sent.digest('hex') === came.digest('hex'), isOwn: hasOwnChunks(stream) }),
);
host.close();
server.hangUp();
echo.close();
await server.close();
await rm(home, { recursive: true });
