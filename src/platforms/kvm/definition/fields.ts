/** Settings that the saved definition of a guest has. Manifests are always loaded: this file imports types and words alone. */
import type { Field, SettingsField } from '../../contract.ts';
import { choice, count, flag, rows, text } from '../../lib/field-kinds.ts';

export const TYPES = ['kvm', 'qemu'];
export const FIRMWARES = ['bios', 'uefi', 'uefi-secure'] as const;
export const GRAPHICS = ['vnc', 'spice', 'sdl', 'none'];
export const VIDEOS = ['vga', 'virtio', 'qxl', 'bochs', 'cirrus', 'ramfb', 'none'];
export const CLOCKS = ['utc', 'localtime'];
/** Of those that libvirt knows QEMU has only these. */
export const ON_END = ['destroy', 'restart'];
export const ON_CRASH = ['destroy', 'restart', 'preserve', 'coredump-destroy', 'coredump-restart'];
/** Above what any host has. */
const MOST_CPUS = 4096;
const ON_OFF = ['on', 'off'];

const SAVED: Pick<SettingsField, 'in' | 'takesEffect' | 'advanced'> = {
  in: { 'edit-config': 'write', 'edit-running': 'read', provision: 'write' },
  takesEffect: 'restart',
  advanced: true,
};

const FIELDS: readonly Field[] = [
  choice(
    'virtualization',
    'Virtualization',
    'By KVM, or emulated by QEMU, which is slow; of a new VM left empty, KVM where the host has it.',
    TYPES,
  ),
  {
    ...{ key: 'cpu', label: 'CPU', kind: 'text', default: '' },
    help: 'CPU that the guest sees: host-model, host-passthrough or a model of QEMU; of a new VM left empty, that of the host.',
    pattern: { source: '^[A-Za-z0-9_.-]*$', complaint: 'a model looks like host-passthrough or EPYC-Milan' },
  },
  count('sockets', 'Sockets', 'Sockets that its vCPUs are in; left empty, as many as the rest leaves.', 1, MOST_CPUS),
  count('cores', 'Cores', 'Cores in each socket; left empty, one, or what the sockets leave.', 1, MOST_CPUS),
  count('threads', 'Threads', 'Threads of each core; left empty, one.', 1, MOST_CPUS),
  rows(
    'cpu-flag',
    'CPU flags',
    'What its CPU can do and what not.',
    ['flag', 'flags'],
    text('name', 'Flag', 'As libvirt calls it.', { required: true, examples: ['aes'] }),
    choice('policy', 'Policy', 'Left empty, required: a host without it starts no such VM.', [
      ...['require', 'optional', 'disable', 'force', 'forbid'],
    ]),
  ),
  choice('pmu', 'PMU', 'Whether it counts events of the CPU; left empty, what QEMU does.', ON_OFF),
  choice(
    'firmware',
    'Firmware',
    'What starts it; of a new VM left empty, BIOS on x86_64 and UEFI elsewhere.',
    FIRMWARES,
  ),
  text('kernel', 'Kernel', 'Kernel on the host that it starts, past its firmware.', { examples: ['/boot/vmlinuz'] }),
  text('initrd', 'Initrd', 'Initrd of that kernel, on the host.'),
  text('cmdline', 'Command line', 'Command line of that kernel.', { examples: ['console=ttyS0'] }),
  choice('on-poweroff', 'On power off', 'What becomes of it when the guest powers off.', ON_END),
  choice('on-reboot', 'On reboot', 'What becomes of it when the guest reboots.', ON_END),
  choice('on-crash', 'On crash', 'What becomes of it when the guest crashes.', ON_CRASH),
  choice('clock', 'Clock', 'What its clock is set to when it starts.', CLOCKS),
  flag('tpm', 'TPM', 'Give it an emulated TPM 2.0.'),
  flag('rng', 'Random numbers', "Give it random numbers of the host's."),
  flag('guest-agent', 'Guest agent', "Give it a channel for QEMU's agent.", true),
  choice('graphics', 'Graphics', 'Screen that can be looked at from the host itself, or none.', GRAPHICS),
  text('sdl-display', 'SDL display', 'Display of X on the host that its window is on.', {
    examples: [':0'],
    when: { key: 'graphics', is: ['sdl'] },
  }),
  text('sdl-xauth', 'X authority', 'File on the host that lets it in there.', {
    examples: ['/root/.Xauthority'],
    when: { key: 'graphics', is: ['sdl'] },
  }),
  choice('video', 'Video', 'Video card that it sees.', VIDEOS),
  flag('tablet', 'Tablet', 'Give it a pointer that follows that of the viewer.', true),
  flag('usb-mouse', 'USB mouse', 'Give it a mouse on USB.'),
  flag('usb-keyboard', 'USB keyboard', 'Give it a keyboard on USB.'),
  flag('balloon', 'Balloon', 'Give it the device that takes memory and gives it back while it runs.', true),
];

const NOW_TOO: Pick<SettingsField, 'in' | 'takesEffect' | 'advanced'> = {
  in: { 'edit-config': 'write', 'edit-running': 'write', provision: 'write' },
  takesEffect: 'now',
  advanced: true,
};

/** What it is can be seen, and is another one only of a new VM. */
const FIXED: Pick<SettingsField, 'in' | 'takesEffect' | 'advanced'> = {
  in: { 'edit-config': 'read', 'edit-running': 'read', provision: 'write' },
  takesEffect: 'recreate',
  advanced: true,
};

export const definitionFields: readonly SettingsField[] = [
  ...FIELDS.map((field): SettingsField => ({ ...field, ...SAVED })),
  {
    ...count(
      'memory-reports',
      'Memory reports',
      'Seconds between two reports of the memory that the guest uses; 0 is none.',
      0,
      3600,
    ),
    ...NOW_TOO,
    whenSaved: 'restart',
  },
  {
    ...{ key: 'machine', label: 'Machine', kind: 'text', default: '' },
    help: 'Type of machine; of a new VM left empty, q35 on x86_64 and virt on ARM.',
    pattern: { source: '^[A-Za-z0-9_.-]*$', complaint: 'a machine looks like q35 or pc-q35-7.2' },
    ...FIXED,
  },
  {
    ...text('arch', 'Architecture', "Of its CPU; of a new VM left empty, the host's own.", { examples: ['aarch64'] }),
    ...FIXED,
  },
];
