import { describe, expect, it } from 'vitest';
import type { FleetError } from '../../errors.ts';
import { child, readXml } from '../transport/xml.ts';
import { normalizeError } from './normalize-error.ts';
import { faultIn, localizedFault } from './soap/fault.ts';
import { fixture } from './testkit/fixture.ts';

async function faultOf(name: string) {
  const envelope = await readXml(fixture(name));
  return faultIn(child(envelope, 'Body'));
}

const task = async (inner: string) => localizedFault(await readXml(`<val xmlns:xsi="xsi">${inner}</val>`));

describe('what a server says no with', () => {
  it.each([
    ['fault-invalid-login.xml', 'auth.rejected', /web1/],
    ['fault-not-authenticated.xml', 'auth.rejected', /does not know the session/],
    ['fault-no-permission.xml', 'auth.forbidden', /web1: the right VirtualMachine\.Interact\.PowerOn is missing/],
    ['fault-not-found.xml', 'vm.not-found', /web1 is not in this inventory any more/],
    ['fault-task-in-progress.xml', 'op.conflict', /web1 is busy with another task/],
    ['fault-concurrent-access.xml', 'op.conflict', /web1 was changed by another client at the same moment/],
  ])('%s is %s', async (name, code, message) => {
    const error = normalizeError(await faultOf(name), 'web1');
    expect(error).toMatchObject({ code, retry: false, message: expect.stringMatching(message) });
  });

  it('says node.not-found of a host', async () => {
    expect(normalizeError(await faultOf('fault-not-found.xml'), 'esx1', 'node')).toMatchObject({
      code: 'node.not-found',
    });
  });

  it.each([
    [
      '<fault xsi:type="InvalidPowerState"><requestedState>poweredOff</requestedState><existingState>poweredOn</existingState></fault>',
      'op.conflict',
      'web1 is poweredOn, and that needs poweredOff',
    ],
    [
      '<fault xsi:type="InvalidPowerState"><requestedState>poweredOn</requestedState><existingState>poweredOn</existingState></fault>',
      'op.conflict',
      'web1 is poweredOn already',
    ],
    ['<fault xsi:type="ToolsUnavailable"/>', 'op.conflict', /VMware Tools do not run/],
    ['<fault xsi:type="NoPermission"/>', 'auth.forbidden', 'web1: the right for it is missing'],
    ['<NotSupportedFault/>', 'op.failed', /no stated reason/],
    ...(
      [
        ['op.unsupported', ['NotSupported', 'NotImplemented', 'MethodNotFound']],
        ['op.cancelled', ['RequestCanceled']],
        ['op.conflict', ['SnapshotLocked']],
        ['op.unsupported', ['SnapshotDisabled', 'SnapshotIncompatibleDeviceInVm', 'MemorySnapshotOnIndependentDisk']],
        ['op.refused', ['TooManySnapshotLevels']],
        ['op.conflict', ['InvalidState', 'ResourceInUse', 'FileLocked', 'FileAlreadyExists', 'DuplicateName']],
        ['op.refused', ['VmConfigFault', 'InvalidVmConfig', 'InvalidArgument', 'InvalidProperty', 'InvalidName']],
        ['op.refused', ['MethodDisabled', 'RestrictedVersion', 'LicenseExpired', 'TooManyDevices']],
        ['op.refused', ['CpuHotPlugNotSupported', 'MemoryHotPlugNotSupported']],
      ] as const
    ).flatMap(([code, faults]) =>
      faults.map((fault): [string, string, string] => [
        `<fault xsi:type="${fault}"/><localizedMessage>not so</localizedMessage>`,
        code,
        'web1: not so',
      ]),
    ),
    [
      '<fault xsi:type="RestrictedVersion"/><localizedMessage>no licence</localizedMessage>',
      'op.refused',
      'web1: no licence',
    ],
    ['<fault xsi:type="InsufficientHostMemoryCapacityFault"/>', 'op.failed', /insufficient host memory capacity/],
    ['<fault xsi:type="SomethingNew"/>', 'op.failed', 'web1: something new'],
    ['', 'op.failed', /no stated reason/],
  ])('a task that ended with %s', async (inner, code, message) => {
    expect(normalizeError(await task(inner), 'web1')).toMatchObject({
      code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it.each([
    ['NotAuthenticated', '', 'look whether sessions are ended by an administrator, or by a proxy in between'],
    ['NoPermission', '<privilegeId>VM.Off</privilegeId>', 'ask for a role with VM.Off on it'],
    ['NoPermission', '', 'ask for a role with that right on it'],
    ['ToolsUnavailable', '', 'do it by force, or install open-vm-tools'],
    ['ConcurrentAccess', '', 'look at it again'],
    ['TaskInProgress', '', 'wait until that is done'],
    ['MemorySnapshotOnIndependentDisk', '', 'take it without the memory, or stop it first'],
    ['TooManySnapshotLevels', '', 'delete some of its snapshots first'],
    ['DuplicateName', '', undefined],
  ])('%s with "%s" says what helps', async (fault, detail, fix) => {
    const error = await task(`<fault xsi:type="${fault}">${detail}</fault>`);
    expect(normalizeError(error, 'web1')).toMatchObject({ fix, cause: error });
  });

  it('knows a fault whose kind is only its element', async () => {
    const body = await readXml(
      '<Body><Fault><faultstring> no \n way </faultstring><detail><FileLockedFault/></detail></Fault></Body>',
    );
    expect(normalizeError(faultIn(body), 'web1')).toMatchObject({ code: 'op.conflict', message: 'web1: no way' });
    expect(faultIn(await readXml('<Body><Fault/></Body>'))).toMatchObject({
      name: 'SoapFault',
      fault: '',
      message: '',
    });
    expect(faultIn(await readXml('<Body/>'))).toBeUndefined();
  });

  it('lets nothing through that would move a cursor', async () => {
    const error = normalizeError(await task('<localizedMessage>a\u009b2J\nb\u202e</localizedMessage>'), 'web1');
    expect((error as FleetError).message).toBe('web1: a 2J b');
  });

  it('leaves everything else as it is', () => {
    const bug = new TypeError('a bug');
    expect(normalizeError(bug, 'web1')).toBe(bug);
  });
});
