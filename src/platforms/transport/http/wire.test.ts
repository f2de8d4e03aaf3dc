import { describe, expect, it } from 'vitest';
import { redirected } from './redirect.ts';
import { StatusError, saidIn, statusError } from './rest-error.ts';
import { plainLine, redactFields, redactPath } from './wire.ts';

describe('the wire log', () => {
  it.each([
    ['/a', '/a'],
    ['/a?', '/a?'],
    ['/a?b=c&d', '/a?b=c&d'],
    ['/a?TICKET=x&b=token', '/a?TICKET=********&b=token'],
    ['/a?token&passwd=x=y', '/a?token=********&passwd=********'],
    ['/a?x-secret=1&Signature=2', '/a?x-secret=********&Signature=********'],
    ['/a?credential=1&otp=2&challenge=3', '/a?credential=********&otp=********&challenge=********'],
    ['/a?apikey=1&api-key=2&key=3', '/a?apikey=********&api-key=********&key=3'],
    ['/token?a=b?c', '/token?a=b?c'],
  ])('shows %j as %j', (path, shown) => expect(redactPath(path)).toBe(shown));

  it('shows the fields of a form', () => {
    expect(redactFields({ memory: '1', description: 'a b', password: 'x' })).toBe(
      'memory=1 description=a b password=********',
    );
  });

  it.each([
    ['  a\r\n\t b\u0007c\u200e  ', 300, 'a b c'],
    ['x'.repeat(300), 300, 'x'.repeat(300)],
    ['x'.repeat(301), 300, `${'x'.repeat(299)}…`],
    ['abcdef', 5, 'abcd…'],
    ['abcde', 5, 'abcde'],
    [`${' '.repeat(7)}x`, 1, 'x'],
    [`${' '.repeat(8)}x`, 1, ''],
  ])('has one line of limited length: case %#', (text, most, line) => expect(plainLine(text, most)).toBe(line));

  it('has lines of 300 letters', () => expect(plainLine('x'.repeat(400))).toHaveLength(300));
});

const no = (status: number, { mutates = false, reason = 'said so' } = {}) =>
  new StatusError('POST /x', mutates, { status, reason, headers: { a: 'b' } }, { x: 1 });

describe('an answer that says no', () => {
  it('keeps all that it said', () => {
    expect(no(404, { mutates: true, reason: ' not\nhere ' })).toMatchObject({
      name: 'StatusError',
      message: 'POST /x was answered with 404 not here',
      status: 404,
      reason: 'not here',
      headers: { a: 'b' },
      body: { x: 1 },
      request: 'POST /x',
      mutates: true,
    });
    expect(no(404, { reason: '' }).message).toBe('POST /x was answered with 404');
  });

  it('has words in JSON, or as text, of which the beginning is enough', async () => {
    const quoted = (length: number) => Buffer.from(`"${'x'.repeat(length - 2)}"`);
    expect(await saidIn(Buffer.from('{"a":1}'))).toEqual({ a: 1 });
    expect(await saidIn(Buffer.from('no way'))).toBe('no way');
    expect(await saidIn(quoted(16_384))).toBe('x'.repeat(16_382));
    expect(await saidIn(quoted(16_385))).toBe(`"${'x'.repeat(2_047)}`);
  });

  it.each([
    [401, {}, 'auth.rejected', 'web1: said so', 'check the login of the endpoint'],
    [403, {}, 'auth.forbidden', 'web1: said so', undefined],
    [409, {}, 'op.conflict', 'web1: said so', undefined],
    [423, {}, 'op.conflict', 'web1: said so', undefined],
    [429, {}, 'host.unreachable', 'web1: said so (busy, status 429)', undefined],
    [504, {}, 'host.unreachable', 'web1: said so (busy, status 504)', undefined],
    [503, { mutates: true }, 'host.unreachable', 'web1: said so (busy, status 503)', undefined],
    [
      502,
      { mutates: true },
      'outcome.unknown',
      'web1: said so (status 502); it may have been done or not',
      'look at its state before you repeat it',
    ],
    [405, {}, 'op.unsupported', 'web1: said so', undefined],
    [501, {}, 'op.unsupported', 'web1: said so', undefined],
    [400, {}, 'op.refused', 'web1: said so', undefined],
    [404, {}, 'op.failed', 'web1: said so', undefined],
    [500, { reason: '' }, 'op.failed', 'web1: POST /x was answered with 500', undefined],
  ])('%i %j is %s', (status, about, code, message, fix) => {
    const error = statusError(no(status, about), 'web1');
    expect(error).toMatchObject({ code, message });
    expect(error.fix).toBe(fix);
  });

  it("is reported in the server's own sentence", () => {
    expect(statusError(no(500), 'web1', 'a\nsentence').message).toBe('web1: a sentence');
    expect(statusError(no(500), 'web1', '').message).toBe('web1: POST /x was answered with 500 said so');
  });
});

describe('an answer that sends elsewhere', () => {
  const answer = (status: number, location?: string) => ({
    status,
    reason: '',
    headers: location === undefined ? {} : { location },
    body: Buffer.alloc(0),
  });

  it.each([
    [299, 'x'],
    [400, 'x'],
    [300, undefined],
  ])('is none with the status %i and the place %s', (status, location) =>
    expect(redirected(answer(status, location), 'GET /x', 'reads')).toBeUndefined(),
  );

  it.each([
    [300, '/y?token=x', 'reads', 'host.protocol', 'GET /x was redirected to /y?token=******** (status 300)'],
    [304, undefined, 'mutates', 'host.protocol', 'GET /x was redirected to nowhere (status 304)'],
    [399, '/y', 'mutates', 'host.protocol', 'GET /x was redirected to /y (status 399)'],
    [303, '/y', 'reads', 'host.protocol', 'GET /x was redirected to /y (status 303)'],
    [303, '/y', 'mutates', 'outcome.unknown', 'GET /x was redirected to /y (status 303); it may have been done or not'],
    [302, 'y'.repeat(300), 'reads', 'host.protocol', `GET /x was redirected to ${'y'.repeat(199)}… (status 302)`],
  ] as const)('%i is no answer: case %#', (status, location, kind, code, message) => {
    const error = redirected(answer(status, location), 'GET /x', kind);
    expect(error).toMatchObject({ code, message });
    expect(error?.fix).toBe(
      code === 'outcome.unknown'
        ? 'look at its state before you repeat it'
        : 'give the endpoint that address if it is the right one; else look for a login page or a proxy in between',
    );
  });
});
