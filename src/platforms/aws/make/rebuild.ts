/** A new root disk for an instance that runs, made of an image; the old one stays as a volume (CreateReplaceRootVolumeTask). */
import { randomUUID } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import type { LossPlan, VmOps, Warning } from '../../contract.ts';
import { type FoundImage, findImage } from '../image/images.ts';
import type { AwsRegion } from '../region.ts';
import { untilSo } from '../until.ts';
import { conflict, done, onInstance, type VmCall } from '../vm-call.ts';

/** It takes a minute or two; what is seen of it until then is said, and the rest can be looked at. */
const SEEN_MS = 40_000;

export function createRebuild(region: AwsRegion): Required<Pick<VmOps, 'planRebuild' | 'rebuild'>> {
  /** Undefined: as it was launched. */
  const imageOf = (call: VmCall, word: string, signal: AbortSignal): Promise<FoundImage> | undefined =>
    word === '' ? undefined : findImage(region, word, call.instance.Architecture ?? '', { subject: call.name, signal });

  return {
    planRebuild: (id, { image }, signal) =>
      onInstance(region, id, signal, async (call): Promise<LossPlan> => {
        await imageOf(call, image, signal);
        const root = rootOf(call);
        const others = (call.instance.BlockDeviceMappings ?? []).flatMap(({ Ebs }) =>
          Ebs?.VolumeId === undefined || Ebs.VolumeId === root ? [] : Ebs.VolumeId,
        );
        return {
          goes: ['what the guest has not written to its disks'],
          stays: [
            `${root} (its root disk until now: a volume of no VM then, which costs until it is deleted)`,
            ...others,
          ],
          ...(call.machine.state !== 'running' && {
            refused: `${call.name} is not running: EC2 replaces the root disk of those that do`,
          }),
        };
      }),
    rebuild: (id, { image }, signal) =>
      onInstance(region, id, signal, async (call) => {
        const { machine, name, read, change } = call;
        const found = await imageOf(call, image, signal);
        const root = rootOf(call);
        if (machine.state !== 'running')
          throw conflict(
            name,
            `is ${machine.rawState}: EC2 replaces the root disk of an instance that runs`,
            'start it first',
          );
        const { ReplaceRootVolumeTask: task } = await change('CreateReplaceRootVolumeTask', {
          InstanceId: machine.id,
          // Said twice, it is done once.
          ClientToken: randomUUID(),
          DeleteReplacedRootVolume: false,
          ...(found && { ImageId: found.id }),
        });
        const asked = task?.ReplaceRootVolumeTaskId;
        if (asked === undefined)
          throw new FleetError('outcome.unknown', `${name}: EC2 does not say which task replaces its root disk`, {
            fix: `look at it: aws ec2 describe-replace-root-volume-tasks --filters Name=instance-id,Values=${machine.id}`,
          });
        // The row shows the name of its image by this tag, as kcli does.
        const untagged: Warning[] = [];
        if (found)
          await change('CreateTags', {
            Resources: [machine.id],
            Tags: [{ Key: 'image', Value: found.name }],
          }).catch((error: unknown) => {
            const detail = `its tag image is not ${found.name}, what it is made of now: ${whyOf(error, signal)}`;
            untagged.push({ feature: 'vm.rebuild', detail });
          });

        // What EC2 works on by now can't be refused any more: what is not known of it is said.
        let untold = '';
        let state: string | undefined;
        await untilSo(region, `${name} has its new root disk`, SEEN_MS, signal, async () => {
          const answer = await read('DescribeReplaceRootVolumeTasks', { ReplaceRootVolumeTaskIds: [asked] });
          state = answer.ReplaceRootVolumeTasks?.[0]?.TaskState;
          return state === 'succeeded' || state?.startsWith('fail') === true;
        }).catch((error: unknown) => {
          const why = whyOf(error, signal);
          if (!(error instanceof FleetError) || error.code !== 'op.timeout') untold = why;
        });
        if (state?.startsWith('fail'))
          throw new FleetError('op.failed', `${name}: its root disk was not replaced (${state})`, {
            fix: `its old one is ${root}; the task is ${asked}`,
          });
        const kept = {
          feature: 'vm.rebuild',
          detail: `${root}, its root disk until now, stays and costs money: drover volume delete ${root}`,
        };
        if (state === 'succeeded') return done(kept, ...untagged);
        const how = untold === '' ? 'it is still being replaced' : `how far it is can't be read (${untold})`;
        const detail = `${how}: aws ec2 describe-replace-root-volume-tasks --replace-root-volume-task-ids ${asked}`;
        return done({ feature: 'vm.rebuild', detail }, kept, ...untagged);
      }),
  };
}

/** Throws what is no answer of EC2. */
function whyOf(error: unknown, signal: AbortSignal): string {
  signal.throwIfAborted();
  if (error instanceof FleetError) return error.message;
  throw error;
}

/** Rejects with op.unsupported for a root disk that is a part of the host. */
function rootOf({ instance, name }: VmCall): string {
  const { RootDeviceName, BlockDeviceMappings = [] } = instance;
  const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName)?.Ebs?.VolumeId;
  if (root !== undefined) return root;
  throw new FleetError('op.unsupported', `${name} has no root volume of EBS: its root disk can't be replaced`);
}
