import { FleetError } from '../../errors.ts';
import { keysThatDiffer, type Settings, type VmOps } from '../contract.ts';
import { sendSteps } from '../lib/change-steps.ts';
import { refuseStale } from '../lib/refuse-stale.ts';
import { readProtection } from './attachments.ts';
import { manifest } from './manifest.ts';
import { conflict, done, onInstance, type VmCall, type VmCalls } from './vm-call.ts';

/** Settings by the keys of the manifest. EC2 keeps one set of them, whether the instance runs or not. */
export function createSettings(calls: VmCalls): Required<Pick<VmOps, 'settings' | 'configure'>> {
  return {
    settings: (id, _target, signal) => onInstance(calls, id, signal, read),
    configure: (id, _target, changes, basedOn, signal) =>
      onInstance(calls, id, signal, async (call) => {
        const now = await read(call);
        refuseStale(manifest.settings, call.name, basedOn, now);
        const steps = keysThatDiffer(manifest.settings, changes, now).map((key) => ({
          keys: [key],
          send: stepFor(call, key, changes[key]),
        }));
        await sendSteps(
          steps,
          (made, failed, why) => `${call.name}: ${made.join(', ')} changed, but not ${failed.join(', ')}: ${why}`,
        );
        return done();
      }),
  };
}

async function read(call: VmCall): Promise<Settings> {
  const { machine } = call;
  const isProtected = await readProtection(call);
  return {
    name: machine.tags.get('Name') ?? '',
    type: machine.type,
    'termination-protection': isProtected === true,
  };
}

function stepFor(call: VmCall, key: string, value: Settings[string] | undefined): () => Promise<unknown> {
  const { machine, name, change } = call;
  const InstanceId = machine.id;
  switch (key) {
    case 'name':
      if (value === '') return () => change('DeleteTags', { Resources: [InstanceId], Tags: [{ Key: 'Name' }] });
      return () => change('CreateTags', { Resources: [InstanceId], Tags: [{ Key: 'Name', Value: String(value) }] });
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
