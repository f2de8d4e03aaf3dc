/** What a guest is as files: its memory, an image of its disk, and its definition as a text. */
import type { Absences, VmOps } from '../../contract.ts';
import type { Host } from '../host/host-call.ts';
import type { GuestCalls } from '../vm/guest-call.ts';
import { createDefinition } from './definition-text.ts';
import { createExport } from './export.ts';
import { createRestore } from './restore.ts';
import { createSave } from './save.ts';

type FileOps = Pick<VmOps, 'save' | 'restore' | 'export' | 'definition' | 'define'>;

/** `isTest`: of libvirt's test driver, whose files are none of its host. */
export const createFileOps = (calls: GuestCalls, host: Host, isTest: boolean): FileOps => ({
  ...createDefinition(calls),
  ...(!isTest && {
    save: createSave(calls),
    restore: createRestore(host, calls.touched),
    export: createExport(calls, host),
  }),
});

/** Why the test driver lacks them. */
export const NO_FILES: Absences = {
  'vm.save': "libvirt's test driver has no memory that could be saved",
  'vm.restore': "libvirt's test driver has no memory that could be restored",
  'vm.export': "libvirt's test driver has no disks that could be copied",
};
