import type { SettingsField } from '../../contract.ts';

const BOOT_DEVICES = ['disk', 'cdrom', 'network'];

/** For the next start, also that of a new VM. */
const SAVED = {
  in: { 'edit-config': 'write', 'edit-running': 'read', provision: 'write' },
  takesEffect: 'restart',
  advanced: true,
} as const;

/** What a VM starts from. */
export const bootFields: readonly SettingsField[] = [
  {
    key: 'boot',
    label: 'Boot from',
    help: 'What it starts from first: disk, CD drive or network.\nWhat is tried after that stays in its order.',
    kind: 'choice',
    options: BOOT_DEVICES,
    ...SAVED,
  },
  {
    key: 'next-boot',
    label: 'Then from',
    help: 'What it starts from once drover has started it: the disk, after an installation.',
    kind: 'choice',
    options: BOOT_DEVICES,
    nullable: true,
    ...SAVED,
  },
];
