/**
 * A terminal over a websocket, as pve-xtermjs and termproxy speak it (pve-xtermjs, termproxy/src/main.rs): first
 * `user:ticket\n`, answered by `OK`; then `0:LENGTH:BYTES` for what is typed, `1:COLUMNS:ROWS:` for the size, `2` to stay
 * alive; from the server come plain bytes.
 */
import { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Attachment } from '../contract.ts';
import { asRow, textOf } from '../lib/json.ts';
import { within } from '../transport/deadline.ts';
import { numberOf } from './json.ts';
import { type Door, openVncWebsocket } from './vnc-websocket.ts';

export interface Terminal extends Door {
  readonly clock: Clock;
}

const GREETING_MS = 12_000;
const PING_MS = 30_000;

/** `ticket`: the answer of the termproxy call. */
export async function openTermproxy(ticket: unknown, terminal: Terminal): Promise<Attachment & { kind: 'stream' }> {
  const { clock, subject, signal } = terminal;
  const row = asRow(ticket, subject);
  const [port, secret, user] = [numberOf(row, 'port'), textOf(row, 'ticket'), textOf(row, 'user')];
  if (port === undefined || secret === undefined || user === undefined) {
    throw new FleetError('host.protocol', `${subject}: the server offers a terminal without port, ticket or user`);
  }
  const socket = await openVncWebsocket(terminal, port, secret);
  try {
    socket.write(`${user}:${secret}\n`);
    const late = () => new FleetError('host.unreachable', `${subject}: its terminal does not answer`, { retry: true });
    const first = await within(GREETING_MS, { clock, signal }, late, (deadline) => greeting(socket, deadline.signal));
    return framed(socket, first, clock);
  } catch (error) {
    socket.destroy();
    if (signal.aborted || (error instanceof FleetError && error.code !== 'auth.rejected')) throw error;
    throw new FleetError('op.unsupported', `${subject}: the server refused the ticket of its terminal`, {
      fix: user.includes('!')
        ? 'older versions of Proxmox VE (before 9.2) let API tokens have no terminals: log in with a password'
        : 'look into the log of the task on its node',
      cause: error,
    });
  }
}

/** What came behind the `OK`. */
function greeting(socket: Duplex, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const refused = () => settle(() => reject(new FleetError('auth.rejected', 'no OK came')));
    const settle = (then: () => void) => {
      socket.off('data', take).off('end', refused).off('close', refused).off('error', refused);
      signal.removeEventListener('abort', stop);
      socket.pause();
      then();
    };
    const stop = () => settle(() => reject(signal.reason));
    function take(chunk: Buffer) {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < 2) return;
      if (bytes.toString('latin1', 0, 2) === 'OK') settle(() => resolve(bytes.subarray(2)));
      else refused();
    }
    socket.on('data', take).once('end', refused).once('close', refused).once('error', refused);
    signal.addEventListener('abort', stop, { once: true });
  });
}

function framed(socket: Duplex, first: Buffer, clock: Clock): Attachment & { kind: 'stream' } {
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      socket.write(Buffer.concat([Buffer.from(`0:${chunk.length}:`), chunk]), done);
    },
    final(done) {
      socket.end();
      done();
    },
    destroy(error, done) {
      stopPing();
      socket.destroy();
      done(error);
    },
  });
  let ended = false;
  const end = () => {
    if (!ended && !stream.destroyed) stream.push(null);
    ended = true;
  };
  socket.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.once('end', end).once('close', end);
  socket.on('error', (error) => stream.destroy(error));
  let stopPing = () => {};
  const ping = () => {
    if (!socket.destroyed) socket.write('2');
    stopPing = clock.after(PING_MS, ping);
  };
  stopPing = clock.after(PING_MS, ping);
  if (first.length > 0) stream.push(first);
  return {
    kind: 'stream',
    stream,
    resize: ({ columns, rows }) => {
      if (!socket.destroyed) socket.write(`1:${columns}:${rows}:`);
    },
  };
}
