import { FleetError } from '../../errors.ts';
import { isPairs, keysThatDiffer, type Settings, type VmOps } from '../contract.ts';
import { type ChangeStep, sendSteps } from '../lib/change-steps.ts';
import { refuseStale } from '../lib/refuse-stale.ts';
import { readProtection } from './attachments.ts';
import { manifest } from './manifest.ts';
import { metadataIn, refuseOwnTags } from './tags.ts';
import { conflict, done, onInstance, type VmCall, type VmCalls } from './vm-call.ts';

/** Settings by the keys of the manifest. EC2 keeps one set of them, whether the instance runs or not. */
export function createSettings(calls: VmCalls): Required<Pick<VmOps, 'settings' | 'configure'>> {
  return {
    settings: (id, _target, signal) => onInstance(calls, id, signal, read),
    configure: (id, _target, changes, basedOn, signal) =>
      onInstance(calls, id, signal, async (call) => {
        const now = await read(call);
        refuseStale(manifest.settings, call.name, basedOn, now);
        const steps = keysThatDiffer(manifest.settings, changes, now).flatMap((key) =>
          key === 'metadata'
            ? metadataSteps(call, changes[key])
            : [{ keys: [key], send: stepFor(call, key, changes[key]) }],
        );
        await sendSteps(
          steps,
          (made, failed, why) => `${call.name}: ${made.join(', ')} changed, but not ${failed.join(', ')}: ${why}`,
        );
        return done();
      }),
  };
}

async function read(call: VmCall): Promise<Settings> {
  const { tags, type } = call.machine;
  const isProtected = await readProtection(call);
  return {
    name: tags.get('Name') ?? '',
    type,
    plan: tags.get('plan') ?? '',
    profile: tags.get('profile') ?? '',
    metadata: metadataIn(tags),
    'termination-protection': isProtected === true,
  };
}

/** One tag; empty, it is taken away. Tags are deleted whatever their value is. */
function tagStep({ machine, change }: VmCall, Key: string, value: Settings[string] | undefined) {
  const Resources = [machine.id];
  if (value === '' || value === null) return () => change('DeleteTags', { Resources, Tags: [{ Key }] });
  return () => change('CreateTags', { Resources, Tags: [{ Key, Value: String(value) }] });
}

/** What is new or another now in one request, and what is left out in one behind it. Throws op.refused for names that mean more. */
function metadataSteps({ machine, name, change }: VmCall, value: Settings[string] | undefined): readonly ChangeStep[] {
  const wanted = isPairs(value) ? value : {};
  refuseOwnTags(name, wanted, machine.tags);
  const now = metadataIn(machine.tags);
  const Resources = [machine.id];
  const changed = Object.keys(wanted).filter((key) => now[key] !== wanted[key]);
  const dropped = Object.keys(now).filter((key) => !Object.hasOwn(wanted, key));
  const step = (keys: readonly string[], send: ChangeStep['send']): readonly ChangeStep[] =>
    keys.length === 0 ? [] : [{ keys: keys.map((key) => `the tag ${key}`), send }];
  return [
    ...step(changed, () =>
      change('CreateTags', { Resources, Tags: changed.map((Key) => ({ Key, Value: wanted[Key] })) }),
    ),
    ...step(dropped, () => change('DeleteTags', { Resources, Tags: dropped.map((Key) => ({ Key })) })),
  ];
}

function stepFor(call: VmCall, key: string, value: Settings[string] | undefined): () => Promise<unknown> {
  const { machine, name, change } = call;
  const InstanceId = machine.id;
  switch (key) {
    case 'name':
      return tagStep(call, 'Name', value);
    case 'plan':
    case 'profile':
      return tagStep(call, key, value);
    case 'type':
      if (machine.state === 'stopped') {
        return () => change('ModifyInstanceAttribute', { InstanceId, InstanceType: { Value: String(value) } });
      }
      throw conflict(name, `is ${machine.rawState}: its type can only be changed while it is off`, 'stop it first');
    case 'termination-protection':
      return () => change('ModifyInstanceAttribute', { InstanceId, DisableApiTermination: { Value: value === true } });
    default:
      throw new FleetError('usage', `${key} is no setting of an EC2 instance`);
  }
}
