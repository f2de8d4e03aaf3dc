import {
  addressId,
  balancerId,
  bucketId,
  type EndpointName,
  fileId,
  keyPairId,
  routerId,
  securityGroupId,
  securityRuleId,
  subnetId,
  zoneId,
} from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type {
  Address,
  Balancer,
  Bucket,
  BucketFile,
  KeyPair,
  Router,
  SecurityGroup,
  SecurityRule,
  Subnet,
  Zone,
} from '../../contract.ts';
import { nameOfRule } from '../../lib/security-rules.ts';
import { type Collection, collection } from '../collection.ts';

/** What clouds have beside VMs, disks and networks. */
export interface CloudCollections {
  readonly subnet: Collection<'subnet'>;
  readonly securitygroup: Collection<'securitygroup'>;
  readonly securityrule: Collection<'securityrule'>;
  readonly keypair: Collection<'keypair'>;
  readonly address: Collection<'address'>;
  readonly bucket: Collection<'bucket'>;
  readonly file: Collection<'file'>;
  readonly zone: Collection<'zone'>;
  readonly balancer: Collection<'balancer'>;
  readonly router: Collection<'router'>;
}

/** What they are computed from. */
interface Place {
  readonly endpoint: EndpointName;
}

export const createCloudCollections = (place: Place): CloudCollections => ({
  subnet: collection('subnet', () => subnets(place)),
  securitygroup: collection('securitygroup', () => securityGroups(place)),
  securityrule: collection('securityrule', () => securityRules(place)),
  keypair: collection('keypair', () => keyPairs(place)),
  address: collection('address', () => addresses(place)),
  bucket: collection('bucket', () => buckets(place)),
  file: collection('file', () => files(place)),
  zone: collection('zone', () => zones(place)),
  balancer: collection('balancer', () => balancers(place)),
  router: collection('router', () => routers(place)),
});

function subnets({ endpoint }: Place): readonly Subnet[] {
  const one = (name: string, network: string, cidr: string, gateway: string): Subnet => ({
    id: subnetId(endpoint, name),
    name,
    network,
    cidr,
    gateway,
    dhcp: true,
    zone: undefined,
    public: false,
    free: 200,
    nameServers: ['10.0.0.2'],
  });
  return [
    one('lan-a', 'lan', '10.0.0.0/17', '10.0.0.1'),
    one('storage-a', 'storage', '10.2.0.0/17', '10.2.0.1'),
    one('old-a', 'old', '192.168.99.0/25', '192.168.99.1'),
  ];
}

function securityGroups({ endpoint }: Place): readonly SecurityGroup[] {
  const one = (name: string, description: string): SecurityGroup => ({
    id: securityGroupId(endpoint, `lan/${name}`),
    name,
    network: 'lan',
    description,
    rules: undefined,
  });
  return [one('default', 'All VMs'), one('web', 'What the web may reach')];
}

function securityRules({ endpoint }: Place): readonly SecurityRule[] {
  const one = (group: string, ports: string, peer: string): SecurityRule => {
    const words = { direction: 'in', protocol: 'tcp', ports, peer } as const;
    const name = nameOfRule(words);
    const id = securityRuleId(securityGroupId(endpoint, `lan/${group}`), name);
    return { ...words, id, name, group, description: undefined };
  };
  return [one('default', '22', '10.0.0.0/8'), one('web', '80', '0.0.0.0/0'), one('web', '443', '0.0.0.0/0')];
}

const keyPairs = ({ endpoint }: Place): readonly KeyPair[] => [
  {
    id: keyPairId(endpoint, 'admins'),
    name: 'admins',
    type: 'ed25519',
    fingerprint: 'SHA256:c2ltdWxhdGVkIGtleSBvZiB0aGUgYWRtaW5zIG9mIGE=',
    created: undefined,
  },
];

function addresses({ endpoint }: Place): readonly Address[] {
  const one = (ip: string, user?: string): Address => ({
    id: addressId(endpoint, ip),
    name: ip,
    ip,
    network: 'public',
    user,
    privateIp: undefined,
  });
  return [one('203.0.113.10', 'the gateway of lan'), one('203.0.113.11'), one('203.0.113.12')];
}

function buckets({ endpoint }: Place): readonly Bucket[] {
  const one = (name: string, isPublic: boolean): Bucket => ({
    id: bucketId(endpoint, name),
    name,
    created: undefined,
    region: 'fra',
    public: isPublic,
    files: undefined,
    size: undefined,
  });
  return [one('backups', false), one('site', true), one('empty', false)];
}

function files({ endpoint }: Place): readonly BucketFile[] {
  const one = (bucket: string, name: string, size: number): BucketFile => ({
    id: fileId(bucketId(endpoint, bucket), name),
    name,
    bucket,
    size: bytes(size),
    modified: undefined,
    type: undefined,
  });
  return [
    one('backups', '2026/november/db.dump', 5_300),
    one('backups', '2026/october/db.dump', 5_200),
    one('site', 'index.html', 5_000),
  ];
}

function zones({ endpoint }: Place): readonly Zone[] {
  const one = (name: string, networks: readonly string[]): Zone => ({
    id: zoneId(endpoint, name),
    name,
    records: undefined,
    private: networks.length > 0,
    networks,
    nameServers: ['ns1.demo.example', 'ns2.demo.example'],
    description: undefined,
  });
  // What the network `lab` answers for is a zone of its own.
  return [one('lab', ['lab']), one('demo.example', [])];
}

const balancers = ({ endpoint }: Place): readonly Balancer[] => [
  {
    id: balancerId(endpoint, 'shop'),
    name: 'shop',
    type: 'network',
    address: '198.51.100.200',
    ports: [80, 443],
    members: [],
    internal: false,
    status: 'active',
    network: 'lan',
  },
];

const routers = ({ endpoint }: Place): readonly Router[] => [
  {
    id: routerId(endpoint, 'gate'),
    name: 'gate',
    outside: 'public',
    address: '198.51.100.1',
    networks: ['lan'],
    active: true,
  },
];
