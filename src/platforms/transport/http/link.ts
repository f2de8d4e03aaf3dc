/** Connections for requests: reads share a few that stay open, everything else gets one of its own. */
import { Agent, type AgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Patience } from '../deadline.ts';
import { openPerhapsByProxy } from '../proxy.ts';
import { openTls } from '../tls.ts';
import type { HttpTarget } from './target.ts';

export interface HttpLinks {
  /** Connections are used again. A server may hang up on one just when the next request is on its way. */
  readonly shared: Agent;
  /** A connection for one request, so that a broken one always means: the request was on it. */
  readonly single: Agent;
  close(): void;
}

export function createHttpLinks(target: HttpTarget, patience: Patience, most: number): HttpLinks {
  const open = (): Promise<Duplex> =>
    target.secure ? openTls(target, patience, openPerhapsByProxy) : openPerhapsByProxy(target, patience);

  // Node's own agents would speak TLS by themselves, but can't pin a certificate before the first byte is sent.
  const agent = (options: AgentOptions): Agent => {
    const made = new Agent(options);
    made.createConnection = (_args, opened) => {
      open().then(
        (socket) => opened?.(null, socket),
        // node calls back without a stream when there is an error, whatever its type says.
        (error: unknown) => (opened as ((error: unknown) => void) | undefined)?.(error),
      );
      return undefined;
    };
    return made;
  };
  const shared = agent({ keepAlive: true, maxSockets: most, maxFreeSockets: most, timeout: 60_000 });
  const single = agent({ keepAlive: false });
  return {
    shared,
    single,
    close() {
      shared.destroy();
      single.destroy();
    },
  };
}
