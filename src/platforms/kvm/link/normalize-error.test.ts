import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { XmlError } from '../../transport/xml.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { mutationError, normalizeError } from './normalize-error.ts';

const SILENT = {
  domain: 10,
  message: undefined,
  level: 2,
  object: undefined,
  text1: undefined,
  text2: undefined,
  text3: undefined,
  number1: 0,
  number2: 0,
  network: undefined,
};
const refusal = (code: number, message = 'so sprach der Dämon') =>
  new LibvirtError('DOMAIN_CREATE_WITH_FLAGS', { ...SILENT, code, message });

describe('what libvirt says', () => {
  const SAID = 'web1: so sprach der Dämon';
  const MANAGES = 'log in as a user who may manage libvirt';
  const GROUP = 'add the user to the group libvirt on that host';
  it.each([
    [42, 'vm.not-found', 'web1 is not on this host any more', undefined],
    [72, 'snapshot.not-found', SAID, undefined],
    [77, 'op.conflict', SAID, undefined],
    [55, 'op.conflict', SAID, undefined],
    [28, 'op.conflict', SAID, undefined],
    [87, 'op.conflict', SAID, undefined],
    [
      68,
      'op.timeout',
      'web1 is busy with something else, or hangs: so sprach der Dämon',
      'wait until the other operation is done, or stop it by force',
    ],
    [29, 'auth.forbidden', SAID, MANAGES],
    [88, 'auth.forbidden', SAID, MANAGES],
    [45, 'auth.forbidden', SAID, GROUP],
    [79, 'auth.forbidden', SAID, GROUP],
    [94, 'auth.forbidden', SAID, GROUP],
    [3, 'op.unsupported', SAID, undefined],
    [67, 'op.unsupported', SAID, undefined],
    [74, 'op.unsupported', SAID, undefined],
    [84, 'op.unsupported', SAID, undefined],
    [39, 'op.unsupported', "web1: this libvirt can't do DOMAIN_CREATE_WITH_FLAGS: so sprach der Dämon", undefined],
    [8, 'op.refused', SAID, undefined],
    [27, 'op.refused', SAID, undefined],
    [81, 'op.refused', SAID, undefined],
    [78, 'op.cancelled', SAID, undefined],
    [9, 'op.failed', SAID, undefined],
    [1, 'op.failed', SAID, undefined],
    [4711, 'op.failed', SAID, undefined],
  ])('error %i is %s, in whatever language', (code, ours, message, fix) => {
    const refused = refusal(code);
    const error = normalizeError(refused, 'web1');
    expect(error).toMatchObject({ code: ours, retry: false, message, fix, cause: refused });
  });

  it('says whose XML can not be read, and where to look at it', () => {
    const broken = new XmlError('it broke off half-way');
    expect(normalizeError(broken, 'web1')).toMatchObject({
      code: 'host.protocol',
      message: "web1: the XML that libvirt sent can't be read: it broke off half-way",
      fix: 'look at it with virsh dumpxml or virsh capabilities',
      cause: broken,
    });
  });

  it('keeps what the daemon answered, in a line of five hundred characters at most', () => {
    expect(refusal(42)).toMatchObject({ code: 42, domain: 10, procedure: 'DOMAIN_CREATE_WITH_FLAGS' });
    expect(refusal(9, 'x'.repeat(600)).message).toBe(`${'x'.repeat(499)}…`);
    expect(refusal(9, 'x'.repeat(500)).message).toBe('x'.repeat(500));
    expect(refusal(9, undefined as never)).toMatchObject({ message: 'so sprach der Dämon' });
    expect(new LibvirtError('X', { ...SILENT, code: 9 }).message).toBe('libvirt error 9');
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
      expect(error).toMatchObject({
        message: 'web1: no answer to "start" came, it may have been done or not (the link is down)',
        fix: 'look at its state once the host answers again',
      });
    },
  );

  it('knows the outcome of a change that was refused, and of one that was never sent', () => {
    expect(mutationError(refusal(55), 'web1', 'start')).toMatchObject({ code: 'op.conflict' });
    const conflict = new FleetError('op.conflict', 'web1 is running');
    expect(mutationError(conflict, 'web1', 'start')).toBe(conflict);
  });
});
