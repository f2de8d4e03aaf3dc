/** An answer that says no, in the words and the shape of the service that gives it. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${body}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Nova's names of faults (nova/api/openstack/wsgi.py, Fault). */
const FAULTS: Readonly<Record<number, string>> = {
  400: 'badRequest',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  406: 'computeFault',
  409: 'conflictingRequest',
  429: 'overLimit',
};

export const novaRefusal = (status: number, message: string): Refusal =>
  new Refusal(status, JSON.stringify({ [FAULTS[status] ?? 'computeFault']: { code: status, message } }));

export const forbidden = (policy: string): Refusal =>
  novaRefusal(403, `Policy doesn't allow ${policy} to be performed.`);

export const noServer = (id: string): Refusal => novaRefusal(404, `Instance ${id} could not be found.`);

/** Keystone, and the middleware that stands before all other services. */
export const unauthorized = (headers: Readonly<Record<string, string>> = {}): Refusal =>
  new Refusal(
    401,
    JSON.stringify({
      error: { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' },
    }),
    headers,
  );
