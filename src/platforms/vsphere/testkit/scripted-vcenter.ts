/**
 * A vCenter on loopback that answers what a test says, and for the rest what the simulator has answered (fixtures/): for
 * tests of every request that is sent, also of those that no simulator can be made to refuse.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { endpointName, type VmId, vmId } from '../../../ids.ts';
import type { Endpoint } from '../../contract.ts';
import { fixture } from './fixture.ts';

export interface Asked {
  readonly method: string;
  /** The value of the object's reference: `vm-143`. */
  readonly target: string;
  readonly body: string;
  /** `SOAPAction` of the request. */
  readonly action: string;
}

/** What is inside of `<MethodResponse>`, or a whole answer with its status. */
type Said = string | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> };

export interface ScriptedVcenter {
  readonly endpoint: Endpoint;
  /** In the order in which they came; those that only read are left out by `sent`. */
  readonly asked: readonly Asked[];
  /** Requests to the Automation API, in their order: `POST /rest/…`. */
  readonly askedInJson: readonly string[];
  /** Methods that change something, in their order: `PowerOnVM_Task vm-143`. */
  sent(): readonly string[];
  /** Of the VM that single questions are about: path -> value, as XML or text. */
  readonly vm: Map<string, string>;
  readonly id: VmId;
  /** Answers the method from now on. */
  answer(method: string, say: (asked: Asked) => Said | Promise<Said>): void;
  /** Of the Automation API, `POST /rest/…`, from now on: the `value` of an answer, or a status; undefined, as before, is 404. */
  answerInJson(say: (asked: string, body: string) => unknown): void;
  /** As an administrator does who ends all sessions. */
  endSessions(): void;
  close(): Promise<void>;
}

const ENDPOINT = endpointName('vc');
const VM = 'vm-143';
const READS = /^(?:Retrieve|Continue|WaitFor|Create(?:Property|Filter)|Destroy(?:Property)|Log|CurrentTime)/;

const inventory = fixture('inventory.xml').toString('utf8');

/** `tls`: with this key and certificate, as every true one does it. `first` may answer before everything else. */
export async function startScriptedVcenter(
  tls?: { readonly key: Buffer; readonly cert: Buffer },
  first: (asked: Asked) => Said | undefined = () => undefined,
): Promise<ScriptedVcenter> {
  const asked: Asked[] = [];
  const askedInJson: string[] = [];
  const answers = new Map<string, (asked: Asked) => Said | Promise<Said>>();
  const sessions = new Set<string>();
  let count = 0;
  let inJson: Parameters<ScriptedVcenter['answerInJson']>[0] = () => undefined;
  const vm = new Map([
    ['name', 'web1'],
    ['runtime.powerState', 'poweredOff'],
    ['config.template', 'false'],
  ]);

  function usual({ method, target, body }: Asked): Said {
    if (method === 'RetrieveServiceContent') return whole('service-content.xml');
    if (method === 'RetrievePropertiesEx') {
      if (body.includes('<path>vmFolder</path>')) return { status: 200, body: inventory };
      return body.includes('<obj type="Task">') ? object('Task', 'task-1', ENDED) : object('VirtualMachine', VM, vm);
    }
    if (method === 'CreatePropertyCollector') return returned('PropertyCollector', `collector-${++count}`);
    if (method === 'CreateFilter') return returned('PropertyFilter', `filter-${++count}`);
    if (method === 'WaitForUpdatesEx' && body.includes('<version></version>')) return updated(EVERYTHING);
    if (method === 'WaitForUpdatesEx') return whole('nothing-new.xml');
    return method.endsWith('_Task') ? returned('Task', `task-${target}`) : '';
  }

  async function automation(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = `${request.method} ${request.url}`;
    askedInJson.push(one);
    const said = (await inJson(one, body)) ?? 404;
    response.writeHead(typeof said === 'number' ? said : 200, { 'content-type': 'application/json' });
    response.end(typeof said === 'number' ? '{}' : JSON.stringify({ value: said }));
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith('/rest/')) return automation(request, response);
    let body = '';
    for await (const chunk of request) body += chunk;
    const [, method = '', target = ''] = /<soapenv:Body><(\w+)[^>]*><_this[^>]*>([^<]*)/.exec(body) ?? [];
    const one = { method, target, body, action: String(request.headers['soapaction']) };
    asked.push(one);
    const known = sessions.has(request.headers.cookie ?? '');
    const free = method === 'RetrieveServiceContent' || method === 'Login';
    const headers: Record<string, string> = { 'content-type': 'text/xml; charset=utf-8' };
    if (method === 'Login') {
      const cookie = `vmware_soap_session="${++count}"`;
      sessions.add(cookie);
      headers['set-cookie'] = `${cookie}; Path=/; HttpOnly`;
    }
    const before = first(one);
    const said = before ?? (free || known ? await (answers.get(method) ?? usual)(one) : refused('not-authenticated'));
    const { status, ...rest } =
      typeof said === 'string'
        ? { status: 200, body: envelope(`<${method}Response>${said}</${method}Response>`) }
        : said;
    response.writeHead(status, { ...headers, ...('headers' in rest ? rest.headers : {}) }).end(rest.body);
  }

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch(() => request.socket.destroy());
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const values = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    user: 'administrator@vsphere.local',
    password: 'secret',
  };

  return {
    endpoint: { name: ENDPOINT, platform: 'vsphere', values },
    asked,
    askedInJson,
    sent: () => asked.flatMap(({ method, target }) => (READS.test(method) ? [] : [`${method} ${target}`])),
    vm,
    id: vmId(ENDPOINT, VM),
    answer: (method, say) => void answers.set(method, say),
    answerInJson(say) {
      inJson = say;
    },
    endSessions: () => sessions.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const ENDED = new Map([['info.state', 'success']]);

const envelope = (inside: string): string =>
  `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${inside}</soapenv:Body></soapenv:Envelope>`;

const whole = (name: string) => ({ status: 200, body: fixture(name).toString('utf8') });

/** `not-authenticated`, `no-permission`: fixtures/fault-….xml. */
export const refused = (fault: string) => ({ status: 500, body: fixture(`fault-${fault}.xml`).toString('utf8') });

export const returned = (type: string, value: string): string => `<returnval type="${type}">${value}</returnval>`;

const object = (type: string, value: string, values: ReadonlyMap<string, string>): string =>
  `<returnval><objects><obj type="${type}">${value}</obj>${[...values]
    .map(([path, one]) => `<propSet><name>${path}</name><val>${one}</val></propSet>`)
    .join('')}</objects></returnval>`;

/** The whole inventory once more, as the first round of a collector brings it. */
export const EVERYTHING = inventory
  .slice(inventory.indexOf('<objects>'), inventory.lastIndexOf('</objects>') + '</objects>'.length)
  .replaceAll('<objects>', '<objectSet><kind>enter</kind>')
  .replaceAll('</objects>', '</objectSet>')
  .replaceAll('<propSet>', '<changeSet>')
  .replaceAll('</propSet>', '</changeSet>')
  .replaceAll('</name><val', '</name><op>assign</op><val');

/** An answer to WaitForUpdatesEx with these `<objectSet>`s. */
export const updated = (objectSets: string): string =>
  `<returnval><version>${++version}</version><filterSet><filter type="PropertyFilter">f</filter>${objectSets}</filterSet></returnval>`;
let version = 0;

/** One value of a VM that has changed. */
export const changed = (vm: string, path: string, value: string): string =>
  `<objectSet><kind>modify</kind><obj type="VirtualMachine">${vm}</obj><changeSet><name>${path}</name><op>assign</op><val>${value}</val></changeSet></objectSet>`;
