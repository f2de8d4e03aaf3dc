import { describe, expect, it } from 'vitest';
import { SoapFault } from './soap/fault.ts';
import { taskStatus, taskText } from './task-words.ts';

const task = (verb: string, failure?: SoapFault) => ({ entity: 'vm-1', verb, failure });

describe('tasks in words', () => {
  it.each([
    ['powerOn', 'Powered on', 'Powering on'],
    ['powerOff', 'Powered off', 'Powering off'],
    ['shutdownGuest', 'Shut down by its guest', 'Shutting down'],
    ['reset', 'Reset', 'Resetting'],
    ['rebootGuest', 'Rebooted by its guest', 'Rebooting'],
    ['suspend', 'Suspended', 'Suspending'],
    ['standbyGuest', 'Sent to standby by its guest', 'Standby'],
    ['reconfigure', 'Settings changed', 'Changing settings'],
    ['reconfigVm', 'Settings changed', 'Changing settings'],
    ['relocate', 'Moved', 'Moving'],
    ['clone', 'Cloned', 'Cloning'],
    ['cloneVm', 'Cloned', 'Cloning'],
    ['destroy', 'Deleted', 'Deleting'],
    ['rename', 'Renamed', 'Renaming'],
    ['evil\u001b[2J', 'Task evil [2J done', 'Task evil [2J'],
  ])('%s', (verb, done, status) => {
    expect([taskText(task(verb)), taskStatus(task(verb))]).toEqual([done, status]);
    const failed = task(verb, new SoapFault('FileLocked', 'it is locked', undefined));
    expect([taskText(failed), taskStatus(failed)]).toEqual([`${status} failed: it is locked`, 'it is locked']);
    const wordless = task(verb, new SoapFault('FileLocked', '', undefined));
    expect([taskText(wordless), taskStatus(wordless)]).toEqual([`${status} failed: FileLocked`, 'FileLocked']);
  });
});
