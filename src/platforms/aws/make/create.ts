/** A new instance: everything is looked up first, then one request makes it. */
import { randomUUID } from 'node:crypto';
import type { BlockDeviceMapping, RunInstancesCommandInput, Tag } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, vmId } from '../../../ids.ts';
import type { VmOps, Warning } from '../../contract.ts';
import { writeUserData } from '../../lib/seed/seed.ts';
import { refused } from '../../lib/spec-values.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import type { About } from '../api.ts';
import { type FoundImage, findImage } from '../image/images.ts';
import { lookAt } from '../list-machines.ts';
import { reserveName } from '../names/reserved-name.ts';
import { findZone } from '../names/zones.ts';
import { listKeyPairs } from '../network/key-pairs.ts';
import { readGroups } from '../network/security-groups.ts';
import { listSubnets } from '../network/subnets.ts';
import { type AwsRegion, meant, where } from '../region.ts';
import { speedOf } from '../storage/volumes.ts';
import { DOMAIN_TAG, ENTRY_TAG, refuseOwnTags } from '../tags.ts';
import { untilSo } from '../until.ts';
import { chooseType } from './choose-type.ts';
import { type MakeSpec, readSpec } from './spec.ts';

/** It may be launched for some minutes. */
const LAUNCH_MS = 300_000;
const ADDRESS_MS = 100_000;
/** EC2 takes so much of user data. */
const MOST_USER_DATA = 16_384;

export const createMaker =
  (region: AwsRegion): Required<VmOps>['create'] =>
  async (_of, settings, signal) => {
    const spec = readSpec(settings);
    const about: About = { subject: spec.name, signal };
    const input = await inputFor(region, spec, about);
    const { Instances = [] } = await region.api.change('RunInstances', input.run, about);
    const id = Instances[0]?.InstanceId;
    if (id === undefined)
      throw new FleetError('outcome.unknown', `${spec.name}: EC2 does not say what it has launched`, {
        fix: 'look at the instances before you repeat it',
      });
    const made: Made[] = [
      {
        what: `the instance ${id}`,
        command: `aws ec2 terminate-instances --instance-ids ${id}`,
        undo: () => region.api.change('TerminateInstances', { InstanceIds: [id] }, about),
      },
    ];
    try {
      await finish(region, spec, id, made, about);
    } catch (error) {
      throw await takeBack(error, made);
    } finally {
      region.touched(id);
    }
    return { id: vmId(region.endpoint, id), warnings: input.warnings, takesUpToMs: LAUNCH_MS };
  };

/** What EC2 does not take with the launch. */
async function finish(region: AwsRegion, spec: MakeSpec, id: string, made: Made[], about: About): Promise<void> {
  const { api } = region;
  const { signal } = about;
  if (!spec.sourceDestCheck)
    await api.change('ModifyInstanceAttribute', { InstanceId: id, SourceDestCheck: { Value: false } }, about);
  if (spec.reserveDns) {
    let address: string | undefined;
    await untilSo(region, `${spec.name} has an address`, ADDRESS_MS, signal, async () => {
      [address] = (await lookAt(api, [id], about))[0]?.ips ?? [];
      return address !== undefined;
    });
    await reserveName(region, id, { name: spec.name, domain: spec.domain, address: address ?? '' }, made, about);
  }
  if (!spec.start) {
    // EC2 launches what it makes, and stops nothing that is on its way.
    await untilSo(region, `${spec.name} is launched`, LAUNCH_MS, signal, async () => {
      const [machine] = await lookAt(api, [id], about);
      if (machine?.failure !== undefined) throw new FleetError('op.failed', `${spec.name}: ${machine.failure}`);
      return machine?.state === 'running';
    });
    await api.change('StopInstances', { InstanceIds: [id] }, about);
  }
}

interface Launch {
  readonly run: RunInstancesCommandInput;
  readonly warnings: readonly Warning[];
}

async function inputFor(region: AwsRegion, spec: MakeSpec, about: About): Promise<Launch> {
  const { api, endpoint } = region;
  const named = await api.machines({ Filters: [where('tag:Name', spec.name)] }, about);
  if (named.items.some(({ gone }) => !gone))
    throw new FleetError('op.conflict', `${endpoint} has an instance ${spec.name} already`, {
      fix: 'choose another name',
    });
  const image = await findImage(region, spec.image, spec.arch, about);
  const network = await networkOf(region, spec, about);
  if (spec.keyPair !== '') meant('keypair', endpoint, await listKeyPairs(region, about), spec.keyPair);
  const zone = spec.reserveDns ? (await findZone(region, spec.domain, about)).name : '';
  const type = spec.type || (await chooseType(region, { ...spec, arch: image.arch ?? spec.arch }, about));
  const user = await userDataOf(region, spec, image, about);
  const tags = tagsFor(spec, image, zone);
  const run: RunInstancesCommandInput = {
    // Said twice, it makes one.
    ClientToken: randomUUID(),
    MinCount: 1,
    MaxCount: 1,
    ImageId: image.id,
    InstanceType: type as never,
    ...network,
    ...(spec.disks.length > 0 && { BlockDeviceMappings: disksOf(spec, image) }),
    ...(spec.keyPair !== '' && { KeyName: spec.keyPair }),
    ...(user.text !== undefined && { UserData: Buffer.from(user.text).toString('base64') }),
    ...(spec.spot && { InstanceMarketOptions: { MarketType: 'spot' as const } }),
    ...(spec.instanceProfile !== '' && {
      IamInstanceProfile: spec.instanceProfile.startsWith('arn:')
        ? { Arn: spec.instanceProfile }
        : { Name: spec.instanceProfile },
    }),
    ...((spec.zone !== '' || spec.placementGroup !== '') && {
      Placement: {
        ...(spec.zone !== '' && { AvailabilityZone: spec.zone }),
        ...(spec.placementGroup !== '' && { GroupName: spec.placementGroup }),
      },
    }),
    ...(spec.isProtected && { DisableApiTermination: true }),
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags.filter(({ Key }) => Key === 'Name' || Key === 'plan') },
    ],
  };
  return { run, warnings: user.warnings };
}

/** As kcli keeps it: plan, profile and image in tags of their own, and metadata beside them. */
function tagsFor({ name, plan, profile, metadata }: MakeSpec, image: FoundImage, zone: string): Tag[] {
  refuseOwnTags(
    name,
    metadata,
    new Map(
      zone === ''
        ? []
        : [
            [DOMAIN_TAG, zone],
            [ENTRY_TAG, zone],
          ],
    ),
  );
  const all = { Name: name, plan, profile, image: image.name, [DOMAIN_TAG]: zone, ...metadata };
  return Object.entries(all).flatMap(([Key, Value]) => (Value === '' && Key !== 'Name' ? [] : { Key, Value }));
}

/** The first is that of the image; others get the devices behind it. */
function disksOf({ name, disks }: MakeSpec, image: FoundImage): BlockDeviceMapping[] {
  const letters = 'fghijklmnop';
  if (disks.length > letters.length + 1) throw refused(`${name}: EC2 takes at most ${letters.length + 1} disks`);
  return disks.map(({ size, type }, at) => {
    if (at === 0 && size < (image.rootSize ?? 0))
      throw refused(`${name}: the image ${image.name} needs a first disk of ${image.rootSize}GiB`);
    return {
      DeviceName: at === 0 ? (image.rootDevice ?? '/dev/xvda') : `/dev/sd${letters[at - 1]}`,
      Ebs: { VolumeSize: size, VolumeType: type as never, DeleteOnTermination: true, ...speedOf(type, size) },
    };
  });
}

type NetworkInput = Pick<RunInstancesCommandInput, 'NetworkInterfaces' | 'SecurityGroupIds'>;

/** Rejects with network.not-found and securitygroup.not-found. */
async function networkOf(region: AwsRegion, spec: MakeSpec, about: About): Promise<NetworkInput> {
  const { endpoint } = region;
  const subnets = spec.nics.length > 0 ? await listSubnets(region, about) : [];
  const chosen = spec.nics.map(({ subnet, ip }) => {
    const found = subnets.some(({ id, name }) => nativeOfListed(id) === subnet || name === subnet);
    if (!found) throw new FleetError('network.not-found', `${endpoint} has no subnet ${JSON.stringify(subnet)}`);
    return { ip, subnet: meant('subnet', endpoint, subnets, subnet) };
  });
  const groups = spec.groups.length > 0 ? await groupsOf(region, spec, about) : [];
  const ofGroups = groups.length > 0 ? { Groups: [...groups] } : {};
  const open = spec.publicIp === undefined ? {} : { AssociatePublicIpAddress: spec.publicIp };
  // A network interface that is described is kept by EC2 when its instance goes, unless that is said.
  const goesAlong = { DeleteOnTermination: true };
  if (chosen.length === 0 && spec.publicIp === undefined)
    return groups.length > 0 ? { SecurityGroupIds: [...groups] } : {};
  if (chosen.length === 0) return { NetworkInterfaces: [{ DeviceIndex: 0, ...goesAlong, ...open, ...ofGroups }] };
  return {
    NetworkInterfaces: chosen.map(({ subnet, ip }, DeviceIndex) => ({
      DeviceIndex,
      SubnetId: nativeOfListed(subnet.id),
      ...goesAlong,
      ...(ip !== '' && { PrivateIpAddress: ip }),
      ...ofGroups,
      ...open,
    })),
  };
}

async function groupsOf(region: AwsRegion, { groups: words }: MakeSpec, about: About): Promise<readonly string[]> {
  const all = await readGroups(region, about);
  return words.map((word) => {
    const found = all.filter(({ GroupId, GroupName }) => GroupId === word || GroupName === word);
    const [one] = found;
    if (one?.GroupId === undefined)
      throw new FleetError(
        'securitygroup.not-found',
        `${region.endpoint} has no security group ${JSON.stringify(word)}`,
      );
    if (found.length > 1)
      throw new FleetError('name.ambiguous', `${found.length} security groups are called ${word}`, {
        fix: `use one of the ids: ${found.map(({ GroupId }) => GroupId).join(', ')}`,
      });
    return one.GroupId;
  });
}

async function userDataOf(region: AwsRegion, spec: MakeSpec, image: FoundImage, about: About) {
  const { seed, network } = spec.guest;
  if (network.isConfigured)
    throw refused(`${spec.name}: EC2 gives addresses by DHCP`, 'say the address of a NIC: --nic network=…,ip=…');
  const told = await writeUserData({
    name: spec.name,
    seed,
    network,
    image: image.name,
    macs: [],
    instance: '',
    date: new Date(region.clock.now()),
    metadata: { ...spec.metadata, plan: spec.plan, profile: spec.profile },
  });
  about.signal.throwIfAborted();
  if (told && Buffer.byteLength(told.text) > MOST_USER_DATA)
    throw refused(`${spec.name}: what the guest is told takes more than the 16 KiB that EC2 takes`);
  const isShut = told?.isClosed === true && spec.keyPair === '';
  const warnings: readonly Warning[] = isShut
    ? [{ feature: 'vm.create', detail: 'no key and no password lets a user in' }]
    : [];
  return { text: told?.text, warnings };
}
