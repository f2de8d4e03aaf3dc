import type { VmRow } from '../state/fleet/object-rows.ts';
import { formatBytes } from '../units.ts';
import type { Column } from './output.ts';

const text = (value: unknown): string => (value === undefined || value === null || value === '' ? '-' : String(value));
export const usualVmColumns: readonly Column<VmRow>[] = [
  { title: 'NAME', shrinksTo: 12, show: ({ name }) => name },
  { title: 'STATE', show: ({ state }) => state },
  { title: 'NODE', show: ({ node }) => text(node) },
  { title: 'POOL', show: ({ pool }) => text(pool) },
  { title: 'CPUS', show: ({ cpus }) => text(cpus), align: 'right' },
  { title: 'MEMORY', show: ({ memory }) => formatBytes(memory), align: 'right' },
  { title: 'IPS', shrinksTo: 15, show: ({ ips }) => text(ips.join(' ')) },
  { title: 'IMAGE', shrinksTo: 8, show: ({ image }) => text(image) },
  { title: 'PLAN', show: ({ plan }) => text(plan) },
  { title: 'PROFILE', show: ({ profile }) => text(profile) },
];
