/** A daemon with one file, whose bytes go to and come from it over real frames. */
import { type Duplex, duplexPair } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { Host } from '../host/host-call.ts';
import type { Daemon } from '../link/daemon.ts';
import { createRpcClient } from '../rpc/client.ts';
import { createFrameCutter, encodeFrame, type Frame, KEEPALIVE_PROGRAM, MESSAGE, STATUS } from '../rpc/frame.ts';
import { procedures, remoteError } from '../rpc/protocol.ts';
import { createXdrReader, encode } from '../rpc/xdr.ts';

export interface StreamingDaemon {
  readonly host: Host;
  /** What the file has, and is written to. */
  file: Buffer;
  /** Whether pings are answered: the daemon reads what it is sent. */
  reads: boolean;
  /** Pings that wait for that. */
  readonly unread: () => number;
  /** errno of the error that an upload ends with when so much of it has come. */
  failAt: { readonly size: number; readonly errno: number } | undefined;
  /** Packets of this size are sent by the test, each by a call of the next of `packets`; undefined: all at once. */
  byHand: number | undefined;
  readonly packets: readonly (() => void)[];
  /** All links end, with those to come. */
  loseLinks(): void;
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
}

const PACKET = 262_120;
const NO_MORE = { domain: 18, level: 2, object: undefined, text1: undefined, text2: undefined, text3: undefined };

export function streamingDaemon(clock: Clock): StreamingDaemon {
  const links: Duplex[] = [];
  const waiting: (() => void)[] = [];
  const ranges: { offset: number; length: number }[] = [];
  const pollEnds = Promise.withResolvers<FleetError>();
  const packets: (() => void)[] = [];
  const state = {
    file: Buffer.alloc(0) as Buffer,
    reads: true,
    failAt: undefined as StreamingDaemon['failAt'],
    byHand: undefined as number | undefined,
  };

  function serve(link: Duplex): void {
    let at = 0;
    const say = (to: Frame, change: Partial<Frame>, body: Uint8Array = Buffer.alloc(0)) =>
      void link.write(encodeFrame({ ...to, ...change }, body));
    const take = (frame: Frame) => {
      if (frame.program === KEEPALIVE_PROGRAM) {
        const answer = () => say(frame, { procedure: 2 });
        if (state.reads) answer();
        else waiting.push(answer);
      } else if (frame.type === MESSAGE.call) {
        const isUpload = frame.procedure === procedures.uploadVolume.number;
        const { offset, length } = procedures.uploadVolume.args.read(createXdrReader(frame.body));
        ranges.push({ offset, length });
        at = offset;
        say(frame, { type: MESSAGE.reply, status: STATUS.ok });
        if (isUpload) return;
        const { byHand: size = PACKET } = state;
        for (let end = false; !end; at += size) {
          const packet = state.file.subarray(at, at + size);
          end = packet.length === 0;
          const next = () => say(frame, { type: MESSAGE.stream, status: STATUS.continues }, packet);
          if (state.byHand === undefined) next();
          else packets.push(next);
        }
      } else if (frame.status === STATUS.continues) {
        state.file = Buffer.concat([
          state.file.subarray(0, at),
          frame.body,
          state.file.subarray(at + frame.body.length),
        ]);
        at += frame.body.length;
        const { failAt } = state;
        if (failAt && at >= failAt.size) {
          const no = {
            ...NO_MORE,
            code: 38,
            message: 'cannot write',
            number1: failAt.errno,
            number2: 0,
            network: undefined,
          };
          say(frame, { status: STATUS.error }, encode(remoteError, no));
        }
      } else if (frame.status === STATUS.ok) say(frame, {});
    };
    const cut = createFrameCutter((frame) => take({ ...frame, body: Buffer.from(frame.body) }));
    link.on('error', () => {}).on('data', cut);
  }
  const daemon = {
    poll: { ended: pollEnds.promise },
    async open(_channel: string) {
      const [near, far] = duplexPair();
      links.push(far);
      serve(far);
      return createRpcClient({ link: near, clock, peer: 'libvirt on db1', onWire: () => undefined });
    },
  } as unknown as Daemon;
  return Object.assign(state, {
    host: { daemon, clock } as Host,
    ranges,
    packets,
    unread: () => waiting.length,
    loseLinks() {
      for (const link of links) link.destroy();
      pollEnds.resolve(new FleetError('host.unreachable', 'the link to db1 is down'));
    },
  });
}
