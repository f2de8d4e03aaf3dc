import { rm } from 'node:fs/promises';
import { type Host, makeGuests, removeGuests } from './hosts.ts';

/** Scratch guests without a past: nothing of an aborted run is left, and their serial logs start empty. */
export async function makeFreshGuests(host: Host, ...names: readonly string[]): Promise<void> {
  await removeGuests(host, ...names);
  for (const name of names) await rm(`${host.dir}/log/libvirt/qemu/${name}-serial.log`, { force: true });
  await makeGuests(host, ...names);
}
