/** Terminals behind websockets, with the handshake and the framing of termproxy, and displays as `qm vncproxy` has them. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../../clock.ts';
import { servePicture } from '../../testkit-display.ts';
import { refusal } from './refusal.ts';
import { nameOf } from './reports.ts';
import { createShell } from './shell.ts';
import type { World, WorldGuest, WorldTask } from './world.ts';

export interface Terminals {
  /** The answer to POST …/termproxy. `guest` undefined: a shell on the node. */
  offer(node: string, guest: WorldGuest | undefined, user: string): Readonly<Record<string, unknown>>;
  /** The answer to POST …/vncproxy. */
  offerDisplay(guest: WorldGuest, user: string): Readonly<Record<string, unknown>>;
  /** Takes over a request to …/vncwebsocket that was found to come from `user`. */
  attach(request: UpgradeRequest, values: Readonly<Record<string, string>>, user: string): void;
  /** The size that the last resize has asked for. */
  readonly size: { readonly columns: number; readonly rows: number };
  /** Pings seen. */
  readonly pings: number;
  closeAll(): void;
}

export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Of a message, as pveproxy takes them. */
const LARGEST = 128 * 1024;

interface Offer {
  readonly port: number;
  readonly ticket: string;
  readonly user: string;
  readonly task: WorldTask;
  /** Epoch, ms. */
  readonly at: number;
  readonly serve: (socket: WebSocket) => void;
}

/** PVE::AccessControl, verify_vnc_ticket. */
const TICKET_MS = 40_000;

export interface TerminalOptions {
  /** API tokens had no terminals before 9.2; a test may ask for that. */
  refusesTokens: boolean;
  /** Serves VNC with this password; a picture of its own unless a test has a real display. */
  readonly display?: (stream: Duplex, password: string) => Promise<void>;
}

export function createTerminals(world: World, clock: Clock, options: TerminalOptions): Terminals {
  const offers = new Map<string, Offer>();
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST });
  let nextPort = 5900;
  let size = { columns: 80, rows: 20 };
  let pings = 0;

  return {
    get size() {
      return size;
    },
    get pings() {
      return pings;
    },
    offer(node, guest, user) {
      if (guest && guest.status !== 'running') throw refusal(500, `VM ${guest.vmid} not running`);
      const task = world.beginTask(node, guest ? 'vncproxy' : 'vncshell', guest ? String(guest.vmid) : '', user);
      const ticket = `PVEVNC:${randomUUID()}::si/g+na==`;
      const said = { user, ticket, task };
      return offered(said, (socket) => serveTerminal(socket, said, guest));
    },
    offerDisplay(guest, user) {
      if (guest.status !== 'running') throw refusal(500, `VM ${guest.vmid} not running`);
      const task = world.beginTask(guest.node, 'vncproxy', String(guest.vmid), user);
      const password = randomUUID().slice(0, 8);
      const answer = offered({ user, ticket: `${password}:PVEVNC:${randomUUID()}::si/g+na==`, task }, (socket) => {
        socket.on('close', () => task.stop());
        void (options.display ?? servePicture)(createWebSocketStream(socket), password);
      });
      return { ...answer, password, cert: '-----BEGIN CERTIFICATE-----' };
    },
    attach({ request, socket, head }, { port, vncticket = '' }, user) {
      const offer = offers.get(vncticket);
      offers.delete(vncticket);
      const isRight = offer && String(offer.port) === port && offer.user === user && clock.now() - offer.at < TICKET_MS;
      if (!isRight) throw refusal(401, 'permission denied - invalid PVEVNC ticket');
      server.handleUpgrade(request, socket, head, offer.serve);
    },
    closeAll() {
      for (const socket of server.clients) socket.terminate();
    },
  };

  function offered(said: Omit<Offer, 'port' | 'at' | 'serve'>, serve: Offer['serve']) {
    const offer = { ...said, port: nextPort, at: clock.now(), serve };
    nextPort = 5900 + ((nextPort - 5899) % 100);
    offers.set(offer.ticket, offer);
    return { port: offer.port, ticket: offer.ticket, user: offer.user, upid: offer.task.upid };
  }

  function serveTerminal(
    socket: WebSocket,
    offer: Pick<Offer, 'user' | 'ticket' | 'task'>,
    guest: WorldGuest | undefined,
  ): void {
    const bye = () => {
      offer.task.stop();
      socket.close(1000);
    };
    const write = (text: string) => socket.send(Buffer.from(text));
    const prompt = guest ? `${nameOf(guest)} login: ` : `root@${offer.task.node}:~# `;
    const shell = createShell({ prompt, write, end: bye });
    let greeted = false;
    let pending = Buffer.alloc(0);
    // Stopped as a task from outside: the connection goes with it.
    const stopTask = offer.task.stop;
    offer.task.stop = () => {
      stopTask();
      socket.close(1000);
    };
    socket.on('error', () => {});
    socket.on('close', bye);
    socket.on('message', (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes]);
      if (!greeted) {
        const end = pending.indexOf(10);
        if (end < 0) return;
        const line = pending.toString('utf8', 0, end);
        pending = pending.subarray(end + 1);
        const refused = options.refusesTokens && offer.user.includes('!');
        if (refused || line !== `${offer.user}:${offer.ticket}`) return bye();
        greeted = true;
        write('OK');
        if (!guest) shell.begin();
      }
      take();
    });

    function take(): void {
      for (;;) {
        const text = pending.toString('latin1');
        const resize = /^1:(\d+):(\d+):/.exec(text);
        const data = /^0:(\d+):/.exec(text);
        if (text.startsWith('2')) {
          pings++;
          pending = pending.subarray(1);
        } else if (resize) {
          size = { columns: Number(resize[1]), rows: Number(resize[2]) };
          pending = pending.subarray(resize[0].length);
        } else if (data && pending.length >= data[0].length + Number(data[1])) {
          const end = data[0].length + Number(data[1]);
          shell.type(pending.toString('utf8', data[0].length, end));
          pending = pending.subarray(end);
        } else return;
      }
    }
  }
}
