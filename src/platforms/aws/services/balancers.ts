/** Network load balancers. */
import type { LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { FleetError } from '../../../errors.ts';
import { createGate } from '../../../gate.ts';
import { balancerId } from '../../../ids.ts';
import type { Balancer, BalancerOps, BalancerSpec } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import { refused } from '../../lib/spec-values.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import type { About } from '../api.ts';
import { listMachines } from '../list-machines.ts';
import { createRecord } from '../names/dns.ts';
import { changeRecords, plainName, readRecords } from '../names/records.ts';
import { findZone, findZones } from '../names/zones.ts';
import { listSubnets } from '../network/subnets.ts';
import { listNetworks } from '../network/vpcs.ts';
import { type AwsRegion, aboutRegion, accepted, meant, namesOf, nativeId, present, readAll, where } from '../region.ts';

const PAGE = 400;
/** Which VMs are behind it costs a request for each group of targets. */
const MOST_ASKED = 100;
const AT_ONCE = 4;
const TTL = 300;
/** The zone where its name was reserved. */
const DOMAIN_TAG = 'domain';

const elbOf = ({ api }: AwsRegion) => api.service('elbv2');

interface Found {
  readonly row: Balancer;
  readonly told: LoadBalancer;
  readonly groups: readonly TargetGroup[];
}

async function readBalancers(region: AwsRegion, about: About): Promise<readonly Found[]> {
  const elb = elbOf(region);
  const page = (marker: string | undefined) => ({
    PageSize: PAGE,
    ...(marker === undefined ? {} : { Marker: marker }),
  });
  const [balancers, groups, networks] = await Promise.all([
    readAll('DescribeLoadBalancers', async (marker) => {
      const answer = await elb.read('DescribeLoadBalancers', page(marker), about);
      return { items: answer.LoadBalancers ?? [], next: answer.NextMarker || undefined };
    }),
    readAll('DescribeTargetGroups', async (marker) => {
      const answer = await elb.read('DescribeTargetGroups', page(marker), about);
      return { items: answer.TargetGroups ?? [], next: answer.NextMarker || undefined };
    }),
    listNetworks(region, about),
  ]);
  const gate = createGate(AT_ONCE);
  const asked = groups.slice(0, MOST_ASKED);
  const targets = new Map(
    await Promise.all(
      asked.map(async ({ TargetGroupArn = '' }) => {
        const health = gate.run(about.signal, () => elb.read('DescribeTargetHealth', { TargetGroupArn }, about));
        const { TargetHealthDescriptions = [] } = await health;
        return [TargetGroupArn, TargetHealthDescriptions.flatMap(({ Target }) => Target?.Id ?? [])] as const;
      }),
    ),
  );
  const names = await namesOf(
    region,
    [...targets.values()].flat().filter((id) => id.startsWith('i-')),
    about,
  );
  return balancers.map((told): Found => {
    const own = groups.filter(({ LoadBalancerArns = [] }) => LoadBalancerArns.includes(told.LoadBalancerArn ?? ''));
    const members = own.flatMap(({ TargetGroupArn = '' }) => targets.get(TargetGroupArn) ?? []);
    const isKnown = own.every(({ TargetGroupArn = '' }) => targets.has(TargetGroupArn));
    const name = told.LoadBalancerName ?? '';
    const vpc = networks.find(({ id }) => nativeId(id) === told.VpcId);
    return {
      told,
      groups: own,
      row: {
        id: balancerId(region.endpoint, name),
        name,
        type: told.Type,
        address: told.DNSName,
        ports: [...new Set(own.flatMap(({ Port }) => Port ?? []))].sort((a, b) => a - b),
        members: isKnown ? [...new Set(members.map((id) => names.get(id) ?? id))] : undefined,
        internal: told.Scheme === 'internal',
        status: told.State?.Code,
        network: vpc?.name ?? told.VpcId,
      },
    };
  });
}

export function createBalancerOps(region: AwsRegion): Required<BalancerOps> {
  const { endpoint } = region;
  const found = async (id: string, about: About): Promise<Found> =>
    present(
      'balancer',
      id,
      (await readBalancers(region, about)).find(({ row }) => row.id === id),
    );

  return {
    list: async (_of, signal) => (await readBalancers(region, aboutRegion(region, signal))).map(({ row }) => row),
    async create(_of, spec, signal) {
      const about = { subject: spec.name, signal };
      const all = (await readBalancers(region, about)).map(({ row }) => row);
      refuseTakenName('balancer', endpoint, all, spec.name);
      const zone = spec.domain === '' ? undefined : (await findZone(region, spec.domain, about)).name;
      const place = { ...(await placeFor(region, spec, about)), zone };
      const made: Made[] = [];
      try {
        await make(region, spec, place, made, about);
      } catch (error) {
        throw await takeBack(error, made);
      }
      return { ...accepted, id: balancerId(endpoint, spec.name) };
    },
    async planDelete(id, signal) {
      const about = aboutRegion(region, signal);
      const one = await found(id, about);
      const entry = await entryOf(region, one, about);
      return {
        goes: [
          `the load balancer ${one.row.name}`,
          ...one.groups.map(({ TargetGroupName }) => `the target group ${TargetGroupName}`),
          ...(entry ? [`the DNS entry ${entry.name}`] : []),
        ],
        stays: one.row.members ?? [],
      };
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const { told, groups, row } = await found(id, about);
      const entry = await entryOf(region, { told, groups, row }, about);
      const elb = elbOf(region);
      const subject = { ...about, subject: row.name };
      if (entry) await changeRecords(region, entry.zone, [{ Action: 'DELETE', ResourceRecordSet: entry.set }], subject);
      await elb.change('DeleteLoadBalancer', { LoadBalancerArn: told.LoadBalancerArn }, subject);
      for (const { TargetGroupArn } of groups) await elb.change('DeleteTargetGroup', { TargetGroupArn }, subject);
      return accepted;
    },
  };
}

/** The entry that was made with it. */
async function entryOf(region: AwsRegion, { told }: Found, about: About) {
  const ResourceArns = [told.LoadBalancerArn ?? ''];
  const { TagDescriptions = [] } = await elbOf(region).read('DescribeTags', { ResourceArns }, about);
  const domain = TagDescriptions[0]?.Tags?.find(({ Key }) => Key === DOMAIN_TAG)?.Value;
  if (domain === undefined) return undefined;
  // A public zone and private ones may be called alike.
  for (const zone of (await findZones(region, about)).filter(({ name }) => name === domain)) {
    const set = (await readRecords(region, zone, about)).find(
      ({ Type, ResourceRecords = [] }) =>
        Type === 'CNAME' && ResourceRecords.some(({ Value }) => Value === told.DNSName),
    );
    if (set) return { zone, set, name: plainName(set.Name ?? '') };
  }
  return undefined;
}

interface Place {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly targets: readonly string[];
}

interface PlaceAndZone extends Place {
  /** The name of the zone of its entry. */
  readonly zone: string | undefined;
}

/** Rejects with vm.not-found, name.ambiguous and subnet.not-found. */
async function placeFor(region: AwsRegion, spec: BalancerSpec, about: About): Promise<Place> {
  const machines = (await listMachines(region.api, about)).filter(({ gone }) => !gone);
  const targets = spec.vms.map((word) => {
    const found = machines.filter(({ id, name }) => id === word || name === word);
    const [one, ...others] = found;
    if (!one) throw new FleetError('vm.not-found', `${region.endpoint} has no instance ${JSON.stringify(word)}`);
    if (others.length > 0) throw new FleetError('name.ambiguous', `${found.length} instances are called ${word}`);
    return one.id;
  });
  const subnets = await listSubnets(region, about);
  const { Reservations = [] } =
    targets.length === 0
      ? {}
      : await region.api.read('DescribeInstances', { Filters: [where('instance-id', ...targets)] }, about);
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const [wanted] = spec.subnet === '' ? [] : [nativeId(meant('subnet', region.endpoint, subnets, spec.subnet).id)];
  const usual = subnets.find(({ network }) => network === 'default');
  const own = [...new Set(instances.flatMap(({ SubnetId }) => SubnetId ?? []))];
  const chosen = wanted === undefined ? (own.length > 0 ? own : usual ? [nativeId(usual.id)] : []) : [wanted];
  const { Subnets = [] } = await region.api.read('DescribeSubnets', { SubnetIds: chosen }, about);
  const vpcs = [...new Set(Subnets.map(({ VpcId }) => VpcId))];
  if (vpcs.length !== 1 || vpcs[0] === undefined)
    throw refused(`${spec.name}: what is behind a load balancer is in one network`, 'name a subnet: --subnet');
  return { vpc: vpcs[0], subnets: onePerZone(Subnets), targets };
}

/** A load balancer has one subnet in each zone. */
const onePerZone = (all: readonly { AvailabilityZone?: string | undefined; SubnetId?: string | undefined }[]) => [
  ...new Map(all.map(({ AvailabilityZone, SubnetId = '' }) => [AvailabilityZone, SubnetId])).values(),
];

async function make(
  region: AwsRegion,
  spec: BalancerSpec,
  place: PlaceAndZone,
  made: Made[],
  about: About,
): Promise<void> {
  const elb = elbOf(region);
  const { name, plan, domain } = spec;
  const Tags = [
    ...(plan === undefined ? [] : [{ Key: 'plan', Value: plan }]),
    ...(place.zone === undefined ? [] : [{ Key: DOMAIN_TAG, Value: place.zone }]),
  ];
  const { LoadBalancers = [] } = await elb.change(
    'CreateLoadBalancer',
    {
      Name: name,
      Type: 'network',
      Scheme: spec.internal ? 'internal' : 'internet-facing',
      Subnets: [...place.subnets],
      ...(Tags.length > 0 && { Tags }),
    },
    about,
  );
  const { LoadBalancerArn = '', DNSName = '' } = LoadBalancers[0] ?? {};
  made.push({
    what: `the load balancer ${name}`,
    command: `aws elbv2 delete-load-balancer --load-balancer-arn ${LoadBalancerArn}`,
    undo: () => elb.change('DeleteLoadBalancer', { LoadBalancerArn }, about),
  });
  for (const Port of spec.ports) {
    const check = String(spec.checkPort ?? spec.ports[0] ?? Port);
    const { TargetGroups = [] } = await elb.change(
      'CreateTargetGroup',
      {
        Name: `${name.slice(0, 25)}-${Port}`,
        Protocol: 'TCP',
        Port,
        VpcId: place.vpc,
        TargetType: 'instance',
        HealthCheckPort: check,
        HealthCheckProtocol: spec.checkPath === '' ? 'TCP' : 'HTTP',
        ...(spec.checkPath !== '' && { HealthCheckPath: spec.checkPath }),
      },
      about,
    );
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
    // Below the balancer: a group that a listener leads to can't be deleted.
    made.unshift({
      what: `a target group of ${name}`,
      command: `aws elbv2 delete-target-group --target-group-arn ${TargetGroupArn}`,
      undo: () => elb.change('DeleteTargetGroup', { TargetGroupArn }, about),
    });
    if (place.targets.length > 0)
      await elb.change('RegisterTargets', { TargetGroupArn, Targets: place.targets.map((Id) => ({ Id })) }, about);
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
    await elb.change('CreateListener', { LoadBalancerArn, Protocol: 'TCP', Port, DefaultActions }, about);
  }
  if (domain !== '') await createRecord(region, { name, zone: domain, type: 'CNAME', data: DNSName, ttl: TTL }, about);
}
