import type { HttpFacts, HttpRefusal, SeenRequest } from '../../testkit.ts';
import { fixture } from './fixture.ts';

/** What a proxy must know that stands before a vCenter and breaks things (test/contract/http-faults.ts). */
export const http: HttpFacts = {
  origin: ({ values }) => `https://${values['url']}`,
  proxied(endpoint, origin) {
    const { ca: _ca, ...values } = endpoint.values;
    return { ...endpoint, values: { ...values, url: origin } };
  },
  is: (purpose, request) => IS[purpose](request),
  refusals: {
    loggedOut: fault('fault-not-authenticated.xml'),
    forbidden: { ...fault('fault-no-permission.xml'), names: /VirtualMachine\.Interact\.PowerOn/ },
    gone: fault('fault-not-found.xml'),
    conflict: fault('fault-task-in-progress.xml'),
  },
  malformed: '<soapenv:Envelope><soapenv:Body><RetrievePropertiesExResponse><returnval></soapenv:Body>',
  repeatPage: (body) => (body.includes('<objects>') ? body.replace('</returnval>', `${TOKEN}</returnval>`) : NEXT_PAGE),
};

const IS: Readonly<Record<Parameters<HttpFacts['is']>[0], (request: SeenRequest) => boolean>> = {
  login: ({ body }) => body.includes('<Login '),
  // The whole list once, then what changes of it.
  inventory: ({ body }) =>
    (body.includes('RetrievePropertiesEx') && (body.includes('<path>vmFolder</path>') || body.includes('<token>'))) ||
    body.includes('<WaitForUpdatesEx '),
  info: ({ body }) => body.includes('<RetrievePropertiesEx ') && body.includes('config.guestFullName'),
  start: ({ body }) => body.includes('<PowerOnVM_Task '),
};

function fault(name: string): HttpRefusal {
  const headers = { 'content-type': 'text/xml; charset=utf-8' };
  return { status: 500, reason: 'Internal Server Error', headers, body: fixture(name).toString('utf8') };
}

const TOKEN = '<token>again</token>';
/** To a token that the server has never given. */
const NEXT_PAGE = `<Envelope><Body><ContinueRetrievePropertiesExResponse><returnval>${TOKEN}</returnval></ContinueRetrievePropertiesExResponse></Body></Envelope>`;
