/** What changes instances, with the refusals of the real service. */

import { stateXml } from './describe.ts';
import type { Form } from './form.ts';
import { Refusal } from './refusal.ts';
import type { StateName, World, WorldInstance } from './world.ts';
import type { Xml } from './xml.ts';

type Fields = { readonly [name: string]: Xml };

const BY_USER = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};
const HIBERNATED = {
  code: 'Client.UserInitiatedHibernate',
  message: 'Client.UserInitiatedHibernate: User initiated hibernate',
};

function eachOf(world: World, form: Form, work: (instance: WorldInstance) => void): Fields {
  const items = form.list('InstanceId').map((id) => {
    const instance = world.instances.get(id);
    if (!instance) throw new Refusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    const previousState = stateXml(instance);
    work(instance);
    return { instanceId: id, currentState: stateXml(instance), previousState };
  });
  return { instancesSet: items };
}

function demand(instance: WorldInstance, states: readonly StateName[], verb: string): void {
  if (states.includes(instance.state)) return;
  throw new Refusal(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${verb}.`,
  );
}

export const startInstances = (world: World, form: Form): Fields =>
  eachOf(world, form, (instance) => {
    demand(instance, ['stopped', 'pending', 'running'], 'started');
    if (instance.state !== 'stopped') return;
    instance.reason = undefined;
    world.begin(instance, 'pending', 'running');
  });

export const stopInstances = (world: World, form: Form): Fields =>
  eachOf(world, form, (instance) => {
    const hibernate = form.text('Hibernate') === 'true';
    if (hibernate && !instance.hibernates) {
      throw new Refusal('UnsupportedHibernationConfiguration', `${instance.id} is not configured for hibernation`);
    }
    demand(instance, ['running', 'stopping', 'stopped'], 'stopped');
    if (instance.state !== 'running') return;
    instance.reason = hibernate ? HIBERNATED : BY_USER;
    world.begin(instance, 'stopping', 'stopped');
  });

export function rebootInstances(world: World, form: Form): Fields {
  eachOf(world, form, (instance) => demand(instance, ['running'], 'rebooted'));
  return { return: true };
}

export const terminateInstances = (world: World, form: Form): Fields =>
  eachOf(world, form, (instance) => {
    if (instance.protected) {
      throw new Refusal(
        'OperationNotPermitted',
        `The instance '${instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    }
    instance.reason = BY_USER;
    world.begin(instance, 'shutting-down', 'terminated');
  });

export function modifyAttribute(world: World, form: Form): Fields {
  const id = form.text('InstanceId') ?? '';
  const instance = world.instances.get(id);
  if (!instance) throw new Refusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  const type = form.text('InstanceType.Value');
  if (type !== undefined) {
    demand(instance, ['stopped'], 'modified');
    instance.type = type;
  }
  const protect = form.text('DisableApiTermination.Value');
  if (protect !== undefined) instance.protected = protect === 'true';
  for (const index of form.entries('BlockDeviceMapping')) {
    const device = form.text(`BlockDeviceMapping.${index}.DeviceName`);
    const volume = instance.volumes.find((one) => one.device === device);
    if (!volume) throw new Refusal('InvalidInstanceAttributeValue', `No device is currently mapped at ${device}`);
    volume.deleteOnTermination = form.text(`BlockDeviceMapping.${index}.Ebs.DeleteOnTermination`) === 'true';
  }
  return { return: true };
}

export function changeTags(world: World, form: Form, add: boolean): Fields {
  for (const id of form.list('ResourceId')) {
    const tags = world.instances.get(id)?.tags;
    for (const index of form.entries('Tag')) {
      const key = form.text(`Tag.${index}.Key`) ?? '';
      if (add) tags?.set(key, form.text(`Tag.${index}.Value`) ?? '');
      else tags?.delete(key);
    }
  }
  return { return: true };
}

export function protection(world: World, form: Form): Fields {
  const instance = world.instances.get(form.text('InstanceId') ?? '');
  return { instanceId: instance?.id, disableApiTermination: { value: instance?.protected ?? false } };
}

export const consoleOutput = (form: Form): Fields => ({
  instanceId: form.text('InstanceId'),
  timestamp: '2026-03-01T10:01:00.000Z',
  output: Buffer.from('[    0.000000] Linux version 6.12.0\r\nlogin: ').toString('base64'),
});

export function replaceRootVolume(world: World, form: Form): Fields {
  const id = form.text('InstanceId') ?? '';
  const instance = world.instances.get(id);
  if (!instance) throw new Refusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  demand(instance, ['running'], 'given another root volume');
  return { replaceRootVolumeTask: taskOf(`replacevol-${id.slice(2)}`, 'pending') };
}

export const replaceTasks = (form: Form): Fields => ({
  replaceRootVolumeTaskSet: form.list('ReplaceRootVolumeTaskId').map((id) => taskOf(id, 'succeeded')),
});

const taskOf = (replaceRootVolumeTaskId: string, taskState: string): Fields => ({
  replaceRootVolumeTaskId,
  instanceId: replaceRootVolumeTaskId.replace('replacevol', 'i'),
  taskState,
});
