/** A login that is kept: every call goes through here, carries the session's cookie, and renews a session that ran out. */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Context, WireLine } from '../contract.ts';
import { createHttp, type HttpRequest, type HttpResponse } from '../transport/http/http.ts';
import type { Rest, RestQueries } from '../transport/http/rest.ts';
import { createTokens } from '../transport/http/rest-token.ts';
import { targetName } from '../transport/http/target.ts';
import { child, textAt, type XmlElement } from '../transport/xml.ts';
import type { Address } from './address.ts';
import { createAutomation } from './automation.ts';
import { normalizeError } from './normalize-error.ts';
import { createSoapClient, type SoapCall } from './soap/client.ts';
import { type MoRef, xml } from './soap/envelope.ts';
import { isFault } from './soap/fault.ts';
import { typeOf } from './soap/kind.ts';

/** What the server is, and where its managers are. */
export interface ServiceContent {
  /** `VMware vCenter Server 8.0.2 build-22617221`. */
  readonly fullName: string;
  readonly apiVersion: string;
  /** A single ESX host answers for itself; a vCenter for many. */
  readonly standalone: boolean;
  readonly rootFolder: MoRef;
  readonly propertyCollector: MoRef;
  readonly sessionManager: MoRef;
  readonly taskManager: MoRef;
  readonly searchIndex: MoRef;
  readonly fileManager: MoRef;
  readonly virtualDiskManager: MoRef;
  readonly perfManager: MoRef | undefined;
  readonly ovfManager: MoRef | undefined;
  /** A single ESX host has none of these. */
  readonly customFieldsManager: MoRef | undefined;
  readonly customizationSpecManager: MoRef | undefined;
}

export interface Session {
  readonly endpoint: EndpointName;
  readonly clock: Clock;
  /** For sentences: `vc1.example.org:443`. */
  readonly host: string;
  readonly content: ServiceContent;
  /** Rejects with a SoapFault, or a FleetError. */
  call(call: SoapCall): Promise<XmlElement>;
  /** Another service of the same server, with the same session: `/folder/…`. Any status is an answer; rejects as http.ts does. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** What is in JSON alone: tags. */
  readonly automation: Rest & RestQueries;
  /** Logs out, so that the server's limit of sessions is not reached; never throws. */
  close(): Promise<void>;
}

export interface SessionParts {
  readonly endpoint: EndpointName;
  readonly clock: Clock;
  readonly wire: (line: WireLine) => void;
}

/** Every version of the API answers the first question in the words of this one. */
const OLDEST = '6.5';
const SERVICE: MoRef = { type: 'ServiceInstance', value: 'ServiceInstance' };
const LOGIN_MS = 20_000;
const LOGOUT_MS = 1_000;
/** Waiting for updates holds one of them. */
const BUDGET = { inFlight: 8, perSecond: 50 };

/** Logs in. Rejects with a FleetError, and leaves nothing open then. `context.signal` ends only that. */
export async function openSession(endpoint: EndpointName, address: Address, context: Context): Promise<Session> {
  const { clock, wire, signal, ask } = context;
  const opened = await greet({ endpoint, clock, wire }, address, signal);
  try {
    const password = address.password ?? (await ask.secret?.(`Password of ${address.user} at ${opened.host}`));
    if (password === undefined) {
      throw new FleetError('auth.needs-secret', `${endpoint}: the password of ${address.user} is missing`, {
        fix: `drover endpoint edit ${endpoint}`,
      });
    }
    return await opened.login(password, signal);
  } catch (error) {
    opened.close();
    throw error;
  }
}

export interface Greeted {
  readonly host: string;
  readonly content: ServiceContent;
  login(password: string, signal: AbortSignal): Promise<Session>;
  close(): void;
}

/** Reaches the server and asks what it is: the last step that needs no login. */
export async function greet(parts: SessionParts, address: Address, signal: AbortSignal): Promise<Greeted> {
  const { endpoint, clock, wire } = parts;
  const host = targetName(address.target);
  const http = createHttp({ target: address.target, endpoint, clock, wire, channel: 'soap', budget: BUDGET });
  let version = OLDEST;
  const beside = createHttp({
    target: { ...address.target, base: '' },
    endpoint,
    clock,
    wire,
    channel: 'files',
    budget: BUDGET,
  });
  const closeAll = () => {
    http.close();
    beside.close();
  };
  const soap = createSoapClient({ http, clock, version: () => version });

  const about: SoapCall = { target: SERVICE, method: 'RetrieveServiceContent', kind: 'reads', signal };
  const content = await soap.call(about, undefined).then(
    ({ response }) => readContent(response, host),
    (error: unknown) => {
      closeAll();
      throw normalizeError(error, host);
    },
  );
  version = content.apiVersion;

  async function login(password: string, patience: AbortSignal): Promise<Session> {
    const tokens = createTokens<string>({
      async login() {
        const { user } = address;
        const call: SoapCall = {
          target: content.sessionManager,
          method: 'Login',
          args: xml`<userName>${user}</userName><password>${password}</password>`,
          // Nothing but a session comes of it: one whose answer was lost runs out by itself.
          kind: 'reads',
          signal: new AbortController().signal,
          deadlineMs: LOGIN_MS,
        };
        const { cookie } = await soap.call(call, undefined).catch((error: unknown) => {
          throw isFault(error, 'InvalidLogin') ? rejected(endpoint, user, host, error) : normalizeError(error, host);
        });
        if (cookie === undefined)
          throw new FleetError('host.protocol', `${host} accepted the login but gave no session`);
        return cookie;
      },
    });
    await tokens.get(patience);
    const automation = createAutomation({ http: beside, clock, host, user: address.user, password });
    return {
      endpoint,
      clock,
      host,
      content,
      automation,
      async call(call) {
        const cookie = await tokens.get(call.signal);
        try {
          return (await soap.call(call, cookie)).response;
        } catch (error) {
          if (!isFault(error, 'NotAuthenticated')) throw error;
          // The server has refused to listen: nothing was done, and the same may be asked with a new session.
          const fresh = await tokens.renew(cookie, call.signal);
          return (await soap.call(call, fresh)).response;
        }
      },
      async send(request) {
        const ask = (cookie: string) => beside.send({ ...request, headers: { ...request.headers, cookie } });
        const cookie = await tokens.get(request.signal);
        const answer = await ask(cookie);
        return answer.status === 401 ? ask(await tokens.renew(cookie, request.signal)) : answer;
      },
      async close() {
        const late = new AbortController();
        const stop = clock.after(LOGOUT_MS, () => late.abort());
        const call: SoapCall = { target: content.sessionManager, method: 'Logout', kind: 'reads', signal: late.signal };
        const logout = tokens
          .get(late.signal)
          .then((cookie) => soap.call(call, cookie))
          .catch(() => undefined);
        await Promise.all([logout, automation.logout(late.signal)]);
        stop();
        closeAll();
      },
    };
  }

  return { host, content, login, close: closeAll };
}

const rejected = (endpoint: string, user: string, host: string, cause: unknown): FleetError =>
  new FleetError('auth.rejected', `${host} refused the login of ${user}`, {
    fix: `check user and password (a user of the directory is NAME@DOMAIN): drover endpoint edit ${endpoint}`,
    refused: 'password',
    cause,
  });

function readContent(response: XmlElement, host: string): ServiceContent {
  const content = child(response, 'returnval');
  const about = child(content, 'about');
  const manager = (name: string): MoRef => {
    const element = child(content, name);
    const type = typeOf(element);
    if (!element || type === undefined)
      throw new FleetError('host.protocol', `${host} has no ${name}: it is no vSphere API`);
    return { type, value: element.text };
  };
  return {
    fullName: textAt(about, 'fullName') ?? 'vSphere',
    apiVersion: textAt(about, 'apiVersion') ?? OLDEST,
    standalone: textAt(about, 'apiType') === 'HostAgent',
    rootFolder: manager('rootFolder'),
    propertyCollector: manager('propertyCollector'),
    sessionManager: manager('sessionManager'),
    taskManager: manager('taskManager'),
    searchIndex: manager('searchIndex'),
    fileManager: manager('fileManager'),
    virtualDiskManager: manager('virtualDiskManager'),
    ovfManager: child(content, 'ovfManager') && manager('ovfManager'),
    perfManager: child(content, 'perfManager') && manager('perfManager'),
    customizationSpecManager: child(content, 'customizationSpecManager') && manager('customizationSpecManager'),
    customFieldsManager: child(content, 'customFieldsManager') && manager('customFieldsManager'),
  };
}
