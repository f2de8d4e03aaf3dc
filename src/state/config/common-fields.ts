import type { EndpointField } from '../../platforms/contract.ts';

/** What every endpoint has, whatever its platform: read by form, flags, docs and file check like the platform's own. */
export const commonFields: readonly EndpointField[] = [
  {
    key: 'enabled',
    label: 'Enabled',
    help: 'Whether drover connects to it.',
    kind: 'flag',
    default: true,
    advanced: true,
  },
  {
    key: 'read-only',
    label: 'Read-only',
    help: 'Refuses every action that changes something there.',
    kind: 'flag',
    default: false,
    advanced: true,
  },
  {
    key: 'every',
    label: 'Every',
    help: 'How often samples are taken.\nA bare number counts seconds; the platform decides when it is left empty.',
    kind: 'text',
    pattern: {
      source: '^(?:\\d+ ?ms|\\d+(?:\\.\\d+)? ?[sm]?)$',
      complaint: 'Every must be a time like 2s, 500ms or 1m',
    },
    examples: ['2s', '500ms'],
    advanced: true,
  },
  {
    key: 'filter',
    label: 'Filter',
    help: 'Only VMs that match are there for drover: by tag, plan, profile, image and name.\nThe others are in no list, and no command acts on them.',
    kind: 'text',
    examples: ['tag:web', 'plan:*', '!name:tmp-*'],
    advanced: true,
  },
];

/** The fields of an endpoint of this platform. Where the platform has a field of the same key, its words win. */
export const allFieldsOf = (platformFields: readonly EndpointField[]): readonly EndpointField[] => [
  ...platformFields,
  ...commonFields.filter(({ key }) => !platformFields.some((field) => field.key === key)),
];
