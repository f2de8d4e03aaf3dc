/** The way to a host's libvirtd over TCP, on which something happens at one call of its protocol. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createFrameCutter, encodeFrame, type Frame, MESSAGE } from '../../../src/platforms/kvm/rpc/frame.ts';
import type { Host } from './hosts.ts';

const LIBVIRT_PORT = 16_509;

/** What happens, once: before the call goes on to the daemon, or before the daemon's answer goes back. */
export interface AtCall {
  readonly procedure: number;
  readonly when: 'before' | 'after';
  happens(): Promise<unknown>;
  /** The answer is lost. */
  readonly loses?: true;
}

export interface BrokenWire {
  /** On this machine. */
  readonly port: number;
  close(): Promise<void>;
}

export async function startBrokenWire(host: Host, at: AtCall): Promise<BrokenWire> {
  const sockets = new Set<Socket>();
  const type = at.when === 'before' ? MESSAGE.call : MESSAGE.reply;
  let has = false;
  const isIt = (frame: Frame) => !has && frame.type === type && frame.procedure === at.procedure;
  const pass = (from: Socket, to: Socket): void => {
    let order = Promise.resolve();
    const cut = createFrameCutter((frame) => {
      order = order.then(async () => {
        if (isIt(frame)) {
          has = true;
          await at.happens();
          if (at.loses) return void from.destroy();
        }
        if (!to.destroyed) to.write(encodeFrame(frame, frame.body));
      });
    });
    sockets.add(from);
    from.on('data', cut);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((caller) => {
    const called = connect(LIBVIRT_PORT, host.address);
    pass(caller, called);
    pass(called, caller);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
