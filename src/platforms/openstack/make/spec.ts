/** What is asked of a new server: the values of the manifest's settings, as types. */
import type { Pairs, Settings } from '../../contract.ts';
import { readGuest, type WantedGuest } from '../../lib/seed/guest-spec.ts';
import { numberIn, pairsIn, refused, rowsIn, textIn, wordsIn } from '../../lib/spec-values.ts';
import { checkedPairs } from '../vm/metadata.ts';
import { gibOf } from '../volume/cinder.ts';

export interface WantedNic {
  /** '' where a port is named. */
  readonly network: string;
  readonly port: string;
  readonly ip: string;
}

export interface WantedDisk {
  /** GiB. */
  readonly size: number;
  /** Of a volume type; '' is the cloud's choice. */
  readonly type: string;
}

export interface MakeSpec {
  readonly name: string;
  readonly image: string;
  /** A volume that it boots from, as it is. */
  readonly volume: string;
  /** A snapshot of a volume: it boots from a new volume that is made of it. */
  readonly snapshot: string;
  readonly flavor: string;
  readonly vcpus: number;
  /** Bytes. */
  readonly memory: number;
  /** The first is what it boots from, unless it boots from one that is there. */
  readonly disks: readonly WantedDisk[];
  readonly nics: readonly WantedNic[];
  readonly securityGroups: readonly string[];
  readonly keyPair: string;
  readonly serverGroup: string;
  readonly zone: string;
  readonly floating: string;
  readonly configDrive: boolean;
  readonly description: string;
  readonly tags: readonly string[];
  readonly guest: WantedGuest;
  readonly plan: string;
  readonly profile: string;
  readonly metadata: Pairs;
  readonly start: boolean;
}

/** Characters of a name (API reference of Compute, "Create Server"). */
const MOST = 255;

/** Throws op.refused for values that no cloud could take. */
export function readSpec(spec: Settings): MakeSpec {
  const text = (key: string): string => textIn(spec, key).trim();
  const name = text('name');
  if (name === '' || name.length > MOST || /\p{Cc}/u.test(name))
    throw refused(`${JSON.stringify(name)} is no name of a server: 1 to ${MOST} characters`);
  const [image, volume, snapshot] = [text('image'), text('volume'), text('snapshot')];
  if ([image, volume, snapshot].filter(Boolean).length > 1)
    throw refused('a server boots from an image, a volume or a snapshot', 'name only one of them');
  if (image === '' && volume === '' && snapshot === '')
    throw refused('there is nothing to boot from', 'name an image, a volume or a snapshot of a volume');
  return {
    ...{ name, image, volume, snapshot },
    flavor: text('flavor'),
    vcpus: numberIn(spec, 'vcpus') ?? 1,
    memory: numberIn(spec, 'memory') ?? 0,
    disks: rowsIn(spec, 'disk').map((row) => ({
      size: gibOf(numberIn(row, 'size') ?? 0),
      type: textIn(row, 'storage'),
    })),
    nics: rowsIn(spec, 'nic').map(readNic),
    securityGroups: wordsIn(text('security-groups')),
    keyPair: text('key-pair'),
    serverGroup: text('server-group'),
    zone: text('zone'),
    floating: text('floating'),
    configDrive: spec['config-drive'] === true,
    description: text('description'),
    tags: [
      ...new Set(
        text('tags')
          .split(',')
          .map((tag) => tag.trim()),
      ),
    ].filter(Boolean),
    guest: readGuest(spec, image),
    plan: text('plan'),
    profile: text('profile'),
    metadata: checkedPairs(pairsIn(spec, 'metadata')),
    start: spec['start'] !== false,
  };
}

function readNic(row: Settings): WantedNic {
  const [network, port, ip] = [textIn(row, 'network'), textIn(row, 'port'), textIn(row, 'ip')];
  if (network === '' && port === '') throw refused('a NIC without a network');
  if (port !== '' && (network !== '' || ip !== ''))
    throw refused('a port has its network and address already', 'name the port alone');
  return { network, port, ip };
}
