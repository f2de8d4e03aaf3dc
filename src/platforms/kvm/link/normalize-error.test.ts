import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { mutationError, normalizeError } from './normalize-error.ts';

const refusal = (code: number, message = 'so sprach der Dämon') =>
  new LibvirtError('DOMAIN_CREATE_WITH_FLAGS', {
    code,
    domain: 10,
    message,
    level: 2,
    object: undefined,
    text1: undefined,
    text2: undefined,
    text3: undefined,
    number1: 0,
    number2: 0,
    network: undefined,
  });

describe('what libvirt says', () => {
  it.each([
    [42, 'vm.not-found'],
    [55, 'op.conflict'],
    [87, 'op.conflict'],
    [68, 'op.timeout'],
    [29, 'auth.forbidden'],
    [88, 'auth.forbidden'],
    [45, 'auth.forbidden'],
    [3, 'op.unsupported'],
    [39, 'op.unsupported'],
    [67, 'op.unsupported'],
    [8, 'op.refused'],
    [78, 'op.cancelled'],
    [9, 'op.failed'],
    [1, 'op.failed'],
    [4711, 'op.failed'],
  ])('error %i is %s, in whatever language', (code, ours) => {
    const error = normalizeError(refusal(code), 'web1');
    expect(error).toMatchObject({ code: ours, retry: false });
    expect(String(error)).toContain('web1');
  });

  it('leaves alone what no daemon said', () => {
    const bug = new TypeError('x is not a function');
    expect(normalizeError(bug, 'web1')).toBe(bug);
  });

  it('lets no control characters through to the terminal', () => {
    expect(refusal(9, 'red\u001b[31m\u009bJ\nalert').message).toBe('red [31m J alert');
  });

  it.each(['host.unreachable', 'host.protocol', 'op.timeout'] as const)(
    'knows no outcome of a change that ended with %s',
    (code) => {
      const error = mutationError(new FleetError(code, 'the link is down', { retry: true }), 'web1', 'start');
      expect(error).toMatchObject({ code: 'outcome.unknown', retry: false });
      expect(String(error)).toContain('web1');
    },
  );
});
