import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { answersSsh } from './ssh-banner.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

async function ask(greet: (socket: Socket) => void, signal = new AbortController().signal): Promise<boolean> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    greet(socket);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return answersSsh('127.0.0.1', signal, typeof address === 'object' ? address?.port : 0);
}

it.each([
  ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n', true],
  ['one with lines before its version', 'hello\r\nSSH-2.0-x\r\n', true],
  ['another server', '220 mail ESMTP\r\n'.repeat(400), false],
])('%s is told by its greeting', async (_what, greeting, answers) => {
  expect(await ask((socket) => void socket.end(greeting))).toBe(answers);
});

it('a port that takes connections and says nothing is no answer', async () => {
  const controller = new AbortController();
  const answer = ask(() => controller.abort(), controller.signal);
  expect(await answer).toBe(false);
});

it('a closed port is no answer', async () => {
  expect(await answersSsh('127.0.0.1', new AbortController().signal, 1)).toBe(false);
});
