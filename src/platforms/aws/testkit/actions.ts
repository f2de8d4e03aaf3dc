/** Every action that is answered, with the parameters that it may carry (API reference; names as they go over the wire). */
import * as tell from './describe.ts';
import type { Form } from './form.ts';
import * as power from './power.ts';
import type { World } from './world.ts';
import type { Xml } from './xml.ts';

interface Action {
  readonly takes: readonly RegExp[];
  readonly answer: (world: World, form: Form) => { readonly [name: string]: Xml };
}

const FILTER = /^Filter\.\d+\.(Name|Value\.\d+)$/;
const PAGE = /^(MaxResults|NextToken)$/;
const IDS = /^InstanceId\.\d+$/;
const ID = /^InstanceId$/;

export const actions: Readonly<Record<string, Action>> = {
  DescribeInstances: { takes: [IDS, FILTER, PAGE], answer: tell.describeInstances },
  DescribeVolumes: { takes: [FILTER, PAGE], answer: tell.describeVolumes },
  DescribeAddresses: { takes: [FILTER], answer: tell.describeAddresses },
  DescribeSpotPriceHistory: {
    takes: [PAGE, /^StartTime$/, /^ProductDescription\.\d+$/],
    answer: () => tell.spotPrices,
  },
  DescribeInstanceTypes: { takes: [FILTER, PAGE], answer: tell.describeTypes },
  DescribeImages: { takes: [FILTER, PAGE, /^IncludeDeprecated$/, /^Owner\.\d+$/], answer: tell.describeImages },
  DescribeAvailabilityZones: { takes: [], answer: tell.describeZones },
  DescribeInstanceAttribute: { takes: [ID, /^Attribute$/], answer: power.protection },
  GetConsoleOutput: { takes: [ID, /^Latest$/], answer: (_world, form) => power.consoleOutput(form) },
  StartInstances: { takes: [IDS], answer: power.startInstances },
  StopInstances: { takes: [IDS, /^(Force|Hibernate|SkipOsShutdown)$/], answer: power.stopInstances },
  RebootInstances: { takes: [IDS], answer: power.rebootInstances },
  TerminateInstances: { takes: [IDS], answer: power.terminateInstances },
  ModifyInstanceAttribute: {
    takes: [
      ID,
      /^(InstanceType|DisableApiTermination)\.Value$/,
      /^BlockDeviceMapping\.\d+\.(DeviceName|Ebs\.DeleteOnTermination)$/,
    ],
    answer: power.modifyAttribute,
  },
  CreateReplaceRootVolumeTask: {
    takes: [ID, /^(ClientToken|DeleteReplacedRootVolume|ImageId)$/],
    answer: power.replaceRootVolume,
  },
  DescribeReplaceRootVolumeTasks: {
    takes: [/^ReplaceRootVolumeTaskId\.\d+$/],
    answer: (_world, form) => power.replaceTasks(form),
  },
  CreateTags: {
    takes: [/^ResourceId\.\d+$/, /^Tag\.\d+\.(Key|Value)$/],
    answer: (world, form) => power.changeTags(world, form, true),
  },
  DeleteTags: {
    takes: [/^ResourceId\.\d+$/, /^Tag\.\d+\.(Key|Value)$/],
    answer: (world, form) => power.changeTags(world, form, false),
  },
};
