/** A platform of two fields and two settings. */

import type { Manifest } from '../../src/platforms/contract.ts';

export const MANIFEST = {
  id: 'kvm',
  title: 'KVM',
  summary: 'hosts with libvirt',
  tier: 'core',
  endpoint: [
    { key: 'host', label: 'Host', help: 'Which host.', kind: 'text', required: true, place: true },
    { key: 'note', label: 'Note', help: 'What it is for.', kind: 'text' },
  ],
  settings: [
    {
      key: 'memory',
      label: 'Memory',
      help: 'How much.',
      kind: 'bytes',
      in: { 'edit-config': 'write', 'edit-running': 'write' },
      takesEffect: 'restart',
    },
    { key: 'cpus', label: 'CPUs', help: 'How many.', kind: 'count', in: { 'edit-config': 'write' } },
  ],
} as unknown as Manifest;
