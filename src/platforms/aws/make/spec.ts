/** What a new instance is asked with, as types. */
import { type Bytes, bytes, gib } from '../../../units.ts';
import type { Pairs, Settings } from '../../contract.ts';
import { readGuest, type WantedGuest } from '../../lib/seed/guest-spec.ts';
import { numberIn, pairsIn, refused, rowsIn, textIn, wordsIn } from '../../lib/spec-values.ts';
import { gibOf, typeOf } from '../storage/volumes.ts';

export interface MakeSpec {
  readonly name: string;
  readonly image: string;
  readonly arch: string;
  /** '': by vCPUs and memory. */
  readonly type: string;
  readonly vcpus: number;
  readonly memory: Bytes;
  /** GiB and the type of each volume. */
  readonly disks: readonly { readonly size: number; readonly type: string }[];
  readonly nics: readonly { readonly subnet: string; readonly ip: string }[];
  readonly groups: readonly string[];
  readonly keyPair: string;
  readonly zone: string;
  readonly spot: boolean;
  readonly publicIp: boolean | undefined;
  readonly instanceProfile: string;
  readonly placementGroup: string;
  readonly sourceDestCheck: boolean;
  readonly isProtected: boolean;
  readonly start: boolean;
  readonly plan: string;
  readonly profile: string;
  readonly metadata: Pairs;
  readonly domain: string;
  readonly reserveDns: boolean;
  readonly guest: WantedGuest;
}

/** Throws op.refused for what no instance can be. */
export function readSpec(spec: Settings): MakeSpec {
  const name = textIn(spec, 'name');
  const image = textIn(spec, 'image');
  if (image === '') throw refused(`${name}: an instance is made of an image`, 'name one: --image');
  const domain = textIn(spec, 'domain');
  const reserveDns = spec['reserve-dns'] === true;
  if (reserveDns && domain === '') throw refused(`${name}: a name is reserved in a domain`, 'name one: --domain');
  const nics = rowsIn(spec, 'nic').map((row) => ({ subnet: textIn(row, 'network'), ip: textIn(row, 'ip') }));
  const said = textIn(spec, 'public-ip');
  if (said !== '' && nics.length > 1)
    throw refused(`${name}: EC2 gives an instance with several NICs no public address of its own`, 'associate one');
  return {
    name,
    image,
    arch: textIn(spec, 'arch') || 'x86_64',
    type: textIn(spec, 'type'),
    vcpus: numberIn(spec, 'vcpus') ?? 2,
    memory: bytes(numberIn(spec, 'memory') ?? gib(1)),
    disks: rowsIn(spec, 'disk').map((row) => ({
      size: gibOf(name, bytes(numberIn(row, 'size') ?? gib(10))),
      type: typeOf(name, textIn(row, 'storage')).type,
    })),
    nics,
    groups: wordsIn(textIn(spec, 'securitygroups')),
    keyPair: textIn(spec, 'keypair'),
    zone: textIn(spec, 'zone'),
    spot: spec['spot'] === true,
    publicIp: said === '' ? undefined : said === 'yes',
    instanceProfile: textIn(spec, 'instance-profile'),
    placementGroup: textIn(spec, 'placement-group'),
    sourceDestCheck: spec['source-dest-check'] !== false,
    isProtected: spec['termination-protection'] === true,
    start: spec['start'] !== false,
    plan: textIn(spec, 'plan'),
    profile: textIn(spec, 'profile'),
    metadata: pairsIn(spec, 'metadata'),
    domain,
    reserveDns,
    // Names are reserved in Route 53, when EC2 has given the address.
    guest: readGuest({ ...spec, 'reserve-dns': false }, image),
  };
}
