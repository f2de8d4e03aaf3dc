/** What the region tells, in the elements of the API reference. */
import type { Form } from './form.ts';
import { Refusal } from './refusal.ts';
import { LAUNCHED, type World, type WorldInstance } from './world.ts';
import type { Xml } from './xml.ts';

const REGION = 'eu-test-1';
const OWNER = '123456789012';
const IMAGE = 'ami-0123456789abcdef0';

const CODES = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48, stopping: 64, stopped: 80 } as const;

type Fields = { readonly [name: string]: Xml };

export const stateXml = ({ state }: Pick<WorldInstance, 'state'>): Fields => ({ code: CODES[state], name: state });

export function describeInstances(world: World, form: Form): Fields {
  const ids = form.list('InstanceId');
  for (const id of ids) {
    if (!world.instances.has(id)) {
      throw new Refusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    }
  }
  const filters = form.filters();
  const all = [...world.instances.values()].filter(
    ({ id }) =>
      (ids.length === 0 || ids.includes(id)) &&
      filters.every(({ name, values }) => name === 'instance-id' && values.includes(id)),
  );
  const reservations = Map.groupBy(all, ({ reservation }) => reservation);
  const { page, nextToken } = pageOf([...reservations], form);
  return {
    reservationSet: page.map(([reservationId, instances]) => ({
      reservationId,
      ownerId: OWNER,
      groupSet: [],
      instancesSet: instances.map(instanceXml),
    })),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

function pageOf<Item>(items: readonly Item[], form: Form) {
  const start = Number(form.text('NextToken') ?? 0);
  const size = Number(form.text('MaxResults') ?? items.length);
  const page = items.slice(start, start + size);
  return { page, nextToken: start + size < items.length ? String(start + size) : undefined };
}

function instanceXml(instance: WorldInstance): Fields {
  const { id, state, reason, zone, type, tags, volumes, address, lifecycle } = instance;
  const live = state !== 'terminated';
  return {
    instanceId: id,
    imageId: IMAGE,
    instanceState: stateXml(instance),
    privateDnsName: live ? 'ip-10-0-0-5.eu-test-1.compute.internal' : '',
    dnsName: '',
    reason: reason?.message ?? '',
    amiLaunchIndex: 0,
    instanceType: type,
    launchTime: new Date(instance.launchedAt).toISOString(),
    placement: { availabilityZone: zone, groupName: '', tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: live ? 'subnet-0a1' : undefined,
    vpcId: live ? 'vpc-0a1' : undefined,
    privateIpAddress: live ? '10.0.0.5' : undefined,
    ipAddress: address,
    stateReason: reason && { code: reason.code, message: reason.message },
    architecture: 'x86_64',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/xvda',
    blockDeviceMapping: volumes.map((volume) => ({
      deviceName: volume.device,
      ebs: {
        volumeId: volume.id,
        status: 'attached',
        attachTime: new Date(LAUNCHED).toISOString(),
        deleteOnTermination: volume.deleteOnTermination,
      },
    })),
    instanceLifecycle: lifecycle,
    tagSet: [...tags].map(([key, value]) => ({ key, value })),
    networkInterfaceSet: live
      ? [
          {
            networkInterfaceId: `eni-${id.slice(2)}`,
            subnetId: 'subnet-0a1',
            vpcId: 'vpc-0a1',
            macAddress: '06:00:00:00:00:01',
            attachment: { attachmentId: `eni-attach-${id.slice(2)}`, deviceIndex: 0, deleteOnTermination: true },
            privateIpAddressesSet: [{ privateIpAddress: '10.0.0.5', primary: true }],
            interfaceType: 'interface',
          },
        ]
      : [],
    cpuOptions: { coreCount: 1, threadsPerCore: 2 },
    hibernationOptions: { configured: instance.hibernates },
    platformDetails: 'Linux/UNIX',
  };
}

export function describeVolumes(world: World, form: Form): Fields {
  const ids = form.filters().find(({ name }) => name === 'attachment.instance-id')?.values ?? [];
  const volumes = ids.flatMap((id) => world.instances.get(id)?.volumes ?? []);
  return {
    volumeSet: volumes.map(({ id, sizeGib }) => ({ volumeId: id, size: sizeGib, volumeType: 'gp3', status: 'in-use' })),
  };
}

export function describeAddresses(world: World, form: Form): Fields {
  const ids = form.filters().find(({ name }) => name === 'instance-id')?.values ?? [];
  const mine = [...world.addresses].filter(([, instance]) => ids.includes(instance));
  return {
    addressesSet: mine.map(([allocationId, instanceId]) => ({
      allocationId,
      instanceId,
      publicIp: '198.51.100.7',
      domain: 'vpc',
    })),
  };
}

const TYPES = [
  { name: 't3.micro', cpus: 2, memory: 1024, arch: 'x86_64', disk: undefined },
  { name: 't3.large', cpus: 2, memory: 8192, arch: 'x86_64', disk: undefined },
  { name: 'm6gd.large', cpus: 2, memory: 8192, arch: 'arm64', disk: 118 },
] as const;

export function describeTypes(_world: World, form: Form): Fields {
  const wanted = form.filters().find(({ name }) => name === 'instance-type')?.values;
  const all = TYPES.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const { page, nextToken } = pageOf(all, form);
  return {
    instanceTypeSet: page.map(({ name, cpus, memory, arch, disk }) => ({
      instanceType: name,
      hypervisor: 'nitro',
      bareMetal: false,
      processorInfo: { supportedArchitectures: [arch], sustainedClockSpeedInGhz: 2.5 },
      vCpuInfo: { defaultVCpus: cpus, defaultCores: 1 },
      memoryInfo: { sizeInMiB: memory },
      instanceStorageSupported: disk !== undefined,
      instanceStorageInfo: disk && { totalSizeInGB: disk, nvmeSupport: 'required' },
    })),
    nextToken,
  };
}

export const IMAGE_NAME = 'debian-13-amd64-20260301';

/** The only one there is, unless a filter asks for another. */
export function describeImages(_world: World, form: Form): Fields {
  const has: Readonly<Record<string, string>> = { 'image-id': IMAGE, name: IMAGE_NAME };
  const fits = form.filters().every(({ name, values }) => !(name in has) || values.includes(has[name] ?? ''));
  return { imagesSet: fits ? [{ imageId: IMAGE, name: IMAGE_NAME }] : [] };
}

export const spotPrices: Fields = {
  spotPriceHistorySet: ['a', 'b'].map((letter, index) => ({
    instanceType: 't3.micro',
    productDescription: 'Linux/UNIX',
    spotPrice: `0.00${4 + index}`,
    availabilityZone: `${REGION}${letter}`,
    timestamp: '2026-03-01T10:00:00.000Z',
  })),
};

export const describeZones = (): Fields => ({
  availabilityZoneInfo: ['a', 'b'].map((letter, index) => ({
    zoneName: `${REGION}${letter}`,
    zoneState: 'available',
    optInStatus: 'opt-in-not-required',
    regionName: REGION,
    zoneId: `eut1-az${index + 1}`,
    groupName: REGION,
    networkBorderGroup: REGION,
    zoneType: 'availability-zone',
    messageSet: [],
  })),
});
