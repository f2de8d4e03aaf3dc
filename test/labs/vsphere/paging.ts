/** Stands before a simulator and lets it answer as a vCenter with much to tell does: in pages. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as askHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Vcsim } from '../../../src/platforms/vsphere/testkit/vcsim.ts';

export interface Paging {
  readonly origin: string;
  /** The methods of the property collector that were called, in their order. */
  readonly calls: string[];
  close(): Promise<void>;
}

/** `objects`: so many on a page, at most. Drover asks for no limit; a vCenter may have one all the same. */
export async function startPaging({ port }: Vcsim, objects: number): Promise<Paging> {
  const calls: string[] = [];
  const limit = `<options><maxObjects>${objects}</maxObjects></options>`;

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    calls.push(...(/<(\w*RetrievePropertiesEx) /.exec(body)?.slice(1) ?? []));
    const sent = Buffer.from(body.replace('<options/>', limit));
    const headers = { ...incoming.headers, 'content-length': String(sent.length) };
    const { method, url: path } = incoming;
    // the certificate is the simulator's own, and another test looks at it
    const asked = askHttps({ host: '127.0.0.1', port, method, path, headers, rejectUnauthorized: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.once('error', () => response.destroy()).end(sent);
  }

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
