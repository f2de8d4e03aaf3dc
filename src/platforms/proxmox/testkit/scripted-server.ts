/** pveproxy with answers that are given beforehand, for what the pretended cluster never says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** `POST /access/ticket`, below /api2/json and without its query. */
  readonly request: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: Readonly<Record<string, string>>;
}

export interface ScriptedServer {
  readonly origin: string;
  readonly asked: readonly Asked[];
  /** By request: what stands under `data`, or a number for a status that says no; a function is called each time. */
  answers: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

const BASE = '/api2/json';

export async function startScriptedServer(answers: ScriptedServer['answers']): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
    incoming.on('end', () => {
      const { pathname, search } = new URL(incoming.url ?? '', 'http://pve');
      const request = `${incoming.method} ${pathname.slice(BASE.length)}`;
      const form = Object.fromEntries(new URLSearchParams(body));
      asked.push({ request, query: search.slice(1), headers: incoming.headers, form });
      const found = scripted.answers[request] ?? 501;
      const answer = typeof found === 'function' ? found(form) : found;
      const status = typeof answer === 'number' ? answer : 200;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? { data: answer } : { data: null }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const scripted: ScriptedServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return scripted;
}
