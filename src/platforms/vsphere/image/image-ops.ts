/** Templates that are deleted: Destroy_Task, after a look at who lies on their disks. */
import { FleetError } from '../../../errors.ts';
import { endpointOf, type ImageId, nativeOfListed, vmId } from '../../../ids.ts';
import type { ImageOps, LossPlan } from '../../contract.ts';
import { noListed, refusePlanned } from '../../lib/listed.ts';
import { nothing } from '../soap/envelope.ts';
import { DESTROY_FOLLOW_MS, DOOMED_PATHS, planDoomed } from '../vm/delete.ts';
import { onVm, type VmCall, type VmCalls } from '../vm-call.ts';

const templateOf = (id: ImageId) => vmId(endpointOf(id), nativeOfListed(id));

/** As `onVm`; rejects with image.not-found for what is no template. */
export const onTemplate = <T>(
  calls: VmCalls,
  id: ImageId,
  paths: readonly string[],
  signal: AbortSignal,
  work: (call: VmCall) => Promise<T>,
): Promise<T> =>
  onVm(calls, templateOf(id), paths, signal, async (call) => {
    if (call.values.get('config.template')?.text !== 'true') throw noListed('image', id);
    return work(call);
  }).catch((error: unknown) => {
    if (error instanceof FleetError && error.code === 'vm.not-found') throw noListed('image', id);
    throw error;
  });

export function createImageChanges(calls: VmCalls): Required<Pick<ImageOps, 'planDelete' | 'delete'>> {
  const on = <T>(id: ImageId, signal: AbortSignal, work: (call: VmCall, plan: LossPlan) => Promise<T>) =>
    onTemplate(calls, id, DOOMED_PATHS, signal, async (call) => {
      const { goes, stays, refused } = await planDoomed(calls, templateOf(id), call);
      const plan = { goes: [`the template ${call.name}`, ...goes], stays, ...(refused !== undefined && { refused }) };
      return work(call, plan);
    });
  return {
    planDelete: (id, signal) => on(id, signal, async (_call, plan) => plan),
    delete: (id, signal) =>
      on(id, signal, async (call, plan) => {
        refusePlanned(plan);
        return call.task('Destroy_Task', nothing, { followMs: DESTROY_FOLLOW_MS });
      }),
  };
}
