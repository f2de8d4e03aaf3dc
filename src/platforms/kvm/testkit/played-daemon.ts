import { type Duplex, duplexPair } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { createFrameCutter, encodeFrame, type Frame, MESSAGE, STATUS } from '../rpc/frame.ts';
import { type Procedure, procedures, remoteError } from '../rpc/protocol.ts';
import { createXdrReader, encode } from '../rpc/xdr.ts';
import { refuseUnknownFlags, withoutResults } from './scripted-client.ts';

/** What a daemon answers that hangs. */
export const SILENCE: Promise<never> = new Promise(() => undefined);

/** A daemon at the other end of real links: frames come and go, and a test writes down the answers. */
export interface PlayedDaemon {
  answer<A, R>(procedure: Procedure<A, R>, answer: (args: A) => R | Promise<R>): void;
  /** For a procedure by its name, whatever its arguments. */
  answerBy(name: string, answer: () => unknown): void;
  /** The arguments of the calls of this procedure that have come, on whatever link. */
  came<A, R>(procedure: Procedure<A, R>): readonly A[];
  /** The names of all calls, in their order. */
  names(): readonly string[];
  /** One more link to it: our end. */
  open(): Duplex;
  /** Takes the other end of a link. */
  serve(link: Duplex): void;
  readonly links: readonly Duplex[];
  /** Sends an event to all clients. */
  tell(message: number, body: Buffer): void;
}

const [KEEPALIVE, PING, PONG] = [0x6b656570, 1, 2];
const byNumber = new Map(Object.values(procedures).map((one) => [one.number, one as Procedure<unknown, unknown>]));

export function playDaemon(): PlayedDaemon {
  const answers = new Map<string, (args: never) => unknown>();
  const calls: { readonly name: string; readonly args: unknown }[] = [];
  const links: Duplex[] = [];

  async function take(link: Duplex, frame: Frame): Promise<void> {
    if (frame.program === KEEPALIVE && frame.procedure === PING)
      return void link.write(encodeFrame({ ...frame, procedure: PONG }));
    const procedure = byNumber.get(frame.procedure);
    if (!procedure || frame.type !== MESSAGE.call) return;
    const args = procedure.args.read(createXdrReader(Buffer.from(frame.body)));
    calls.push({ name: procedure.name, args });
    const head = { ...frame, type: MESSAGE.reply };
    try {
      const answer = answers.get(procedure.name);
      if (!answer) throw new Error(`the test sets no answer to ${procedure.name}`);
      refuseUnknownFlags(procedure.name, args);
      const result = withoutResults(args, await answer(args as never));
      link.write(encodeFrame({ ...head, status: STATUS.ok }, encode(procedure.result, result)));
    } catch (error) {
      const { code, message } = error instanceof LibvirtError ? error : { code: 1, message: String(error) };
      link.write(encodeFrame({ ...head, status: STATUS.error }, encode(remoteError, { ...NO_MORE, code, message })));
    }
  }
  function serve(link: Duplex): void {
    links.push(link);
    const cut = createFrameCutter((frame) => void take(link, frame));
    link.on('error', () => {}).on('end', () => link.destroy());
    link.on('data', (chunk: Buffer) => {
      try {
        cut(chunk);
      } catch {
        // the caller speaks another protocol
        link.destroy();
      }
    });
  }
  return {
    answer: (procedure, answer) => void answers.set(procedure.name, answer),
    answerBy: (name, answer) => void answers.set(name, answer),
    came: <A, R>({ name }: Procedure<A, R>) => calls.flatMap((call) => (call.name === name ? [call.args as A] : [])),
    names: () => calls.map(({ name }) => name),
    open() {
      const [near, far] = duplexPair();
      serve(far);
      return near;
    },
    serve,
    links,
    tell(message, body) {
      const head = { program: 0x20008086, procedure: message, type: MESSAGE.event, serial: 0, status: STATUS.ok };
      for (const link of links) if (!link.destroyed) link.write(encodeFrame(head, body));
    },
  };
}

const NO_MORE = {
  domain: 10,
  level: 2,
  object: undefined,
  text1: undefined,
  text2: undefined,
  text3: undefined,
  number1: 0,
  number2: 0,
  network: undefined,
};

/** A clock that the test moves on. */
export interface HandClock extends Clock {
  pass(ms: number): Promise<void>;
}

/** Lets what is on a link arrive, and be answered. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}
