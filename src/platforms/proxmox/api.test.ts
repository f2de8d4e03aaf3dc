import { describe, expect, it } from 'vitest';
import type { Rest, RestChange } from '../transport/http/rest.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { createApi } from './api.ts';

const { signal } = new AbortController();

/** An API over a server that answers so; what it was sent is kept. */
function over(body: unknown) {
  const sent: unknown[] = [];
  const answer = async (method: string, request: RestChange) => {
    sent.push([method, request]);
    if (body instanceof Error) throw body;
    return { status: 200, headers: {}, body };
  };
  const rest: Rest = { read: (request) => answer('GET', request), change: answer };
  return { api: createApi(rest), sent };
}

describe('the API', () => {
  it('gives what stands below data, and waits longer than a node does for another one', async () => {
    const { api, sent } = over({ data: [7] });
    const options = { signal, subject: 'web1' };
    expect(await api.get('/a', { ...options, query: { full: 1 } })).toEqual([7]);
    await api.get('/a', { ...options, deadlineMs: 5 });
    await api.post('/b', { ...options, form: { x: 'y' } });
    await api.put('/c', options);
    await api.delete('/d', options);
    expect(sent).toEqual([
      ['GET', { path: '/a', deadlineMs: 40_000, signal, query: { full: 1 } }],
      ['GET', { path: '/a', deadlineMs: 5, signal }],
      ['POST', { path: '/b', deadlineMs: 40_000, signal, form: { x: 'y' } }],
      ['PUT', { path: '/c', deadlineMs: 40_000, signal }],
      ['DELETE', { path: '/d', deadlineMs: 40_000, signal }],
    ]);
  });

  it.each([[{}], [null], ['data'], [undefined]])('takes %j for no answer of Proxmox VE', async (body) => {
    const { api } = over(body);
    const why = 'web1: the answer is not one of Proxmox VE: it has no data';
    await expect(api.get('/a', { signal, subject: 'web1' })).rejects.toMatchObject({
      code: 'host.protocol',
      message: why,
    });
    await expect(api.put('/a', { signal, subject: 'web1' })).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: `${why}; it may have been done or not`,
      fix: 'look at its state before you repeat it',
    });
  });

  it('says of an answer that says no whose it is', async () => {
    const no = new StatusError('GET /a', false, { status: 500, reason: 'VM is locked (x)', headers: {} }, undefined);
    const { api } = over(no);
    for (const work of [api.get, api.delete]) {
      await expect(work('/a', { signal, subject: 'web1' })).rejects.toMatchObject({
        code: 'op.conflict',
        message: 'web1: VM is locked (x)',
      });
    }
  });
});
