/** Disks and NICs of a VM that is there, as rows of its settings. */
import type { Field, ListField, SettingsField } from '../../contract.ts';
import { choice, fixed, flag, object, size, text } from '../../lib/field-kinds.ts';
import { CHANGES_NOW } from '../../lib/fields.ts';
import { CONTENT, FILE_SYSTEMS, FORMATS } from '../disk/fields.ts';

/** Bytes: disks are as many of these. */
export const SECTOR = 512;

const isDisk = { key: 'type', is: ['disk'] };
const isDrive = { key: 'type', is: ['cdrom', 'floppy'] };

/** Those of a VM that is there: a row that is new becomes a disk, one that is left out is detached. */
export const attachedDisks: ListField & SettingsField = {
  key: 'disk',
  label: 'Disks',
  help: 'Its disks and drives; one that is left out is detached, and nothing of it is deleted.',
  kind: 'list',
  one: 'disk',
  many: 'disks',
  identity: 'device',
  item: [
    text('device', 'Device', 'What it is called; left empty, the first name that is free.', { examples: ['vdb'] }),
    fixed({ ...text('type', 'Type', 'A disk, or a drive for media.'), default: 'disk' } as Field),
    {
      ...size('size', 'Size', 'It can only grow, at once; of a new one left empty, 10 GiB.', { when: isDisk }),
      min: SECTOR,
    } as Field,
    fixed({
      key: 'storage',
      label: 'Storage',
      help: 'Where a new one is made; left empty, where the first disk is.',
      kind: 'object',
      of: 'storage',
      when: isDisk,
    }),
    fixed({
      ...object(
        'volume',
        'Volume',
        'One that is there, or the path of a file or device of the host; left empty, a new one.',
        'volume',
      ),
      when: isDisk,
    }),
    {
      key: 'medium',
      label: 'Medium',
      help: 'What is in the drive; left empty, nothing.',
      kind: 'object',
      of: 'image',
      type: 'iso',
      when: isDrive,
    },
    fixed(text('bus', 'Bus', 'Left empty, that of the first disk.', { examples: ['virtio', 'scsi'] })),
    fixed(
      text(
        'format',
        'Format',
        'Left empty, qcow2 for a new one in a folder; of a file in no storage it must be said.',
        {
          examples: FORMATS,
          when: isDisk,
        },
      ),
    ),
    fixed({
      ...choice('file-system', 'File system', 'On a new one, which is raw then; left empty, none.', FILE_SYSTEMS),
      when: isDisk,
    } as Field),
    fixed({ ...CONTENT, when: isDisk }),
    fixed(flag('read-only', 'Read-only', 'The guest can not write to it.')),
    fixed(flag('shareable', 'Shareable', 'Other VMs may write to it at the same time.')),
  ],
  ...CHANGES_NOW,
  whenSaved: 'restart',
};

/** Those of a VM that is there. They go by their addresses, since their names are numbers that others take. */
export const attachedNics: ListField & SettingsField = {
  key: 'nic',
  label: 'NICs',
  help: 'Its network cards; one that is left out is removed.',
  kind: 'list',
  one: 'NIC',
  many: 'NICs',
  identity: 'mac',
  item: [
    text('mac', 'MAC', 'Its address; left empty, a new one.', { examples: ['52:54:00:12:34:56'] }),
    {
      key: 'network',
      label: 'Network',
      help: 'The network or bridge that it is plugged into.',
      kind: 'object',
      of: 'network',
    },
    fixed(text('model', 'Model', 'What the guest sees; left empty, virtio.', { examples: ['virtio', 'e1000e'] })),
  ],
  ...CHANGES_NOW,
  whenSaved: 'restart',
};

export const ISO = 'iso';
export const SEED = 'cloud-init';

/** What is in the drives of a VM that is there, by the keys that a new one has for them. */
export const driveFields: readonly SettingsField[] = [
  {
    key: ISO,
    label: 'ISO',
    help: 'What is in its CD drive, by name, pool/name or path; left empty, nothing.',
    kind: 'object',
    of: 'image',
    type: 'iso',
    default: '',
    advanced: true,
    ...CHANGES_NOW,
    whenSaved: 'restart',
  },
  {
    key: SEED,
    label: 'cloud-init',
    help: 'What cloud-init reads at the first start is in a drive of its own; it can be taken out.',
    kind: 'flag',
    default: false,
    advanced: true,
    ...CHANGES_NOW,
    whenSaved: 'restart',
  },
];
