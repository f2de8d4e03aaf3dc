/** What a proxy must know that stands before a cloud: the words of keystonemiddleware and nova for a no. */
import type { HttpFacts } from '../../testkit.ts';

const PURPOSES = {
  login: /^POST \S*\/v3\/auth\/tokens$/,
  inventory: /^GET \S*\/servers\/detail/,
  info: /^GET \S*\/servers\/[0-9a-f-]{36}$/,
};

const fault = (name: string, code: number, message: string): string => JSON.stringify({ [name]: { code, message } });

/** Of the page that comes again and again. */
let marker: string | undefined;

export const http: HttpFacts = {
  origin: ({ values }) => String(values['auth-url']).replace(/\/identity.*$/, ''),
  proxied: (endpoint, origin) => ({
    ...endpoint,
    values: { ...endpoint.values, 'auth-url': `${origin}/identity`, 'compute-url': `${origin}/compute/v2.1` },
  }),
  is: (purpose, { method, path, body }) =>
    purpose === 'start'
      ? method === 'POST' && /\/action$/.test(path) && body.includes('"os-start"')
      : PURPOSES[purpose].test(`${method} ${path}`),
  refusals: {
    loggedOut: {
      status: 401,
      reason: 'Unauthorized',
      body: '{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}',
    },
    forbidden: {
      status: 403,
      reason: 'Forbidden',
      body: fault('forbidden', 403, "Policy doesn't allow os_compute_api:servers:start to be performed."),
      names: /os_compute_api:servers:start/,
    },
    gone: {
      status: 404,
      reason: 'Not Found',
      body: fault('itemNotFound', 404, 'Instance 9168b536-cd40-4630-b43f-b259807c6e87 could not be found.'),
    },
    conflict: {
      status: 409,
      reason: 'Conflict',
      body: fault(
        'conflictingRequest',
        409,
        "Cannot 'start' instance 9168b536-cd40-4630-b43f-b259807c6e87 while it is in task_state powering-off",
      ),
    },
  },
  malformed: '{"server": {"id": "9168b536',
  repeatPage(body) {
    const page: { servers: { id: string }[] } = JSON.parse(body);
    marker ??= page.servers[0]?.id;
    const href = `http://nova/v2.1/servers/detail?marker=${marker}`;
    return JSON.stringify({ ...page, servers_links: [{ rel: 'next', href }] });
  },
};
