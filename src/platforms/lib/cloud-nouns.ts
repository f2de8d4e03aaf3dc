/** What clouds have and other platforms have not, or not yet. */
import type { Absences, GroupName } from '../contract.ts';

const NOUNS = {
  backup: 'backups',
  volumesnapshot: 'snapshots of volumes',
  subnet: 'subnets',
  securitygroup: 'security groups',
  securityrule: 'rules of security groups',
  keypair: 'key pairs',
  address: 'public addresses',
  bucket: 'buckets',
  file: 'files in buckets',
  zone: 'DNS zones',
  balancer: 'load balancers',
  router: 'routers',
} as const satisfies Partial<Record<GroupName, string>>;

/** Why a platform has none of these nouns, but for those that it has in part or whole. */
export const noCloudNouns = (title: string, has: readonly (keyof typeof NOUNS)[] = []): Absences =>
  Object.fromEntries(
    Object.entries(NOUNS).flatMap(([noun, many]) =>
      has.some((one) => one === noun) ? [] : [[noun, `drover manages no ${many} of ${title}`]],
    ),
  );
