/** Snapshots of a server: images that are made of it. To go back to one writes the server's disk again, from the image. */
import { FleetError } from '../../../errors.ts';
import { nativeOfPart, type SnapshotId, snapshotId, vmOf } from '../../../ids.ts';
import type { LossPlan, Snapshot, SnapshotOps } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { lostByDelete, noSnapshot, notTold, refuseTaken } from '../../lib/snapshots.ts';
import { isMissing, needed, type Project } from '../project.ts';
import { conflict, onServer, type ServerCall } from '../server-call.ts';
import { readSnapshots } from './snapshots.ts';

/** The guest's disk is copied into Glance. */
const COPY_MS = 900_000;
const BY_IMAGE = 'Nova has its agent do so where its image says hw_qemu_guest_agent, for each snapshot';

export function createSnapshotOps(project: Project): Required<Omit<SnapshotOps, 'list'>> {
  const { calls, glance } = project;
  const onSnapshot = <T>(
    id: SnapshotId,
    signal: AbortSignal,
    work: (call: ServerCall, snapshot: Snapshot) => Promise<T>,
  ): Promise<T> =>
    onServer(calls, vmOf(id), signal, async (call) => {
      const one = (await readSnapshots(vmOf(id), needed(glance, 'Glance'), call)).find((found) => found.id === id);
      if (!one) throw noSnapshot(call.name, id);
      return work(call, one);
    });

  return {
    create: (vm, spec, signal) =>
      onServer(calls, vm, signal, async (call) => {
        const { name, description, memory } = spec;
        if (memory && call.state === 'running')
          throw new FleetError('op.unsupported', `${call.name}: an image of Nova holds no memory of what runs`, {
            fix: 'leave the memory out, or suspend it first',
          });
        refuseTaken(call.name, await readSnapshots(vm, needed(glance, 'Glance'), call), name);
        const metadata = description === '' ? {} : { description };
        const { body, request } = await call.change('POST', '/action', { createImage: { name, metadata } });
        const id = body === undefined ? undefined : textOf(body as Row, 'image_id');
        return {
          warnings: notTold(call.name, spec, BY_IMAGE),
          takesUpToMs: COPY_MS,
          ...(request !== undefined && { task: request }),
          ...(id !== undefined && { id: snapshotId(vm, id) }),
        };
      }),
    planRevert: (id, signal) =>
      onSnapshot(
        id,
        signal,
        async ({ name }, snapshot): Promise<LossPlan> => ({
          goes: [`what ${name} has written since ${snapshot.name}`, `the memory of ${name}, if it runs`],
          stays: ['its other snapshots', 'its volumes, as they are now'],
        }),
      ),
    revert: (id, signal) =>
      onSnapshot(id, signal, async (call) => {
        if (call.server.vmState === 'rescued') throw conflict(call, 'is in rescue mode', 'end that first');
        return { ...(await call.act('Revert', { rebuild: { imageRef: nativeOfPart(id) } })), takesUpToMs: COPY_MS };
      }),
    planDelete: (id, _options, signal) =>
      onSnapshot(id, signal, async ({ name }, snapshot) => lostByDelete(name, [snapshot], [snapshot])),
    delete: (id, _options, signal) =>
      onSnapshot(id, signal, async (call, { name }) => {
        const path = `/images/${encodeURIComponent(nativeOfPart(id))}`;
        try {
          await needed(glance, 'Glance').change('DELETE', path, { signal, subject: name });
        } catch (error) {
          if (isMissing(error)) throw noSnapshot(call.name, id);
          throw error;
        }
        return { warnings: [] };
      }),
  };
}
