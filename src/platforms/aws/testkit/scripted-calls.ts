/** EC2 with answers that are given beforehand: for what operations make of answers that the pretended region never has. */
import type { Instance } from '@aws-sdk/client-ec2';
import { systemClock } from '../../../clock.ts';
import { endpointName, vmId } from '../../../ids.ts';
import type { Api } from '../api.ts';
import { createCatalog } from '../catalog.ts';
import { machinesIn } from '../machine.ts';
import type { AwsRegion } from '../region.ts';

export const CLOUD = endpointName('cloud');
export const ID = 'i-0123456789abcdef0';
export const WEB1 = vmId(CLOUD, ID);

/** By the name of the request. An Error is thrown, a function is called each time with what was sent. */
export type Answers = Readonly<Record<string, unknown>>;

export interface ScriptedApi {
  readonly api: Api;
  /** In the order in which they came. */
  readonly asked: readonly (readonly [name: string, input: object])[];
}

export function scriptedApi(answers: Answers): ScriptedApi {
  const asked: [string, object][] = [];
  const ask = async (name: string, input: object): Promise<never> => {
    asked.push([name, input]);
    if (!(name in answers)) throw new Error(`no answer is scripted for ${name}`);
    const found = answers[name];
    const answer = typeof found === 'function' ? found(input) : found;
    if (answer instanceof Error) throw answer;
    return answer as never;
  };
  return {
    asked,
    api: {
      read: ask,
      change: ask,
      machines: async (input) => machinesIn(await ask('DescribeInstances', input)),
      service: () => ({ read: ask, change: ask, link: ask }),
      metricData: (input) => ask('GetMetricData', input),
    },
  };
}

export interface ScriptedInstance extends ScriptedApi {
  readonly calls: AwsRegion;
  /** Instances that were changed, for the watch. */
  readonly touched: readonly string[];
}

/** One instance, which is as `instance` says, in a region that changes whatever it is told to. */
export function scriptedInstance(instance: Instance, answers: Answers = {}): ScriptedInstance {
  const changes = [
    'StartInstances',
    'StopInstances',
    'RebootInstances',
    'TerminateInstances',
    'ModifyInstanceAttribute',
  ];
  const { api, asked } = scriptedApi({
    DescribeInstances: instancesAnswer({ InstanceId: ID, Tags: [{ Key: 'Name', Value: 'web1' }], ...instance }),
    DescribeInstanceTypes: {},
    DescribeImages: {},
    DescribeInstanceAttribute: {},
    DescribeAddresses: {},
    DescribeVolumes: {},
    CreateTags: {},
    DeleteTags: {},
    ...Object.fromEntries(changes.map((name) => [name, {}])),
    ...answers,
  });
  const touched: string[] = [];
  const calls: AwsRegion = {
    ...{ api, catalog: createCatalog(api), clock: systemClock, endpoint: CLOUD, region: 'eu-test-1' },
    touched: (id) => void touched.push(id),
  };
  return { api, asked, touched, calls };
}

export const instancesAnswer = (...instances: readonly Instance[]) => ({ Reservations: [{ Instances: instances }] });

/** What was sent to change something. */
export const changesIn = ({ asked }: ScriptedApi): ScriptedApi['asked'] =>
  asked.filter(([name]) => !/^(Describe|Get|List)/.test(name));
