import type {
  AddressOps,
  BalancerOps,
  BucketOps,
  FileOps,
  KeyPairOps,
  RouterOps,
  SecurityGroupOps,
  SecurityRuleOps,
  SubnetOps,
  ZoneOps,
} from '../../contract.ts';
import type { Calls } from '../call.ts';
import type { FakeServer } from '../server.ts';
import { createAddressOps } from './address-ops.ts';
import { createBalancerOps } from './balancer-ops.ts';
import { createBucketOps, createFileOps } from './bucket-ops.ts';
import { createKeyPairOps } from './key-pair-ops.ts';
import { createRouterOps } from './router-ops.ts';
import { createSecurityGroupOps, createSecurityRuleOps } from './security-ops.ts';
import { createSubnetOps } from './subnet-ops.ts';
import { createZoneOps } from './zone-ops.ts';

/** The groups of what clouds have beside VMs, disks and networks. */
export interface CloudOps {
  readonly subnet: Required<SubnetOps>;
  readonly securitygroup: Required<SecurityGroupOps>;
  readonly securityrule: Required<SecurityRuleOps>;
  readonly keypair: Required<KeyPairOps>;
  readonly address: Required<AddressOps>;
  readonly bucket: Required<BucketOps>;
  readonly file: Required<FileOps>;
  readonly zone: Required<ZoneOps>;
  readonly balancer: Required<BalancerOps>;
  readonly router: Required<RouterOps>;
}

export const createCloudOps = (server: FakeServer, calls: Calls): CloudOps => ({
  subnet: createSubnetOps(server, calls),
  securitygroup: createSecurityGroupOps(server, calls),
  securityrule: createSecurityRuleOps(server, calls),
  keypair: createKeyPairOps(server, calls),
  address: createAddressOps(server, calls),
  bucket: createBucketOps(server, calls),
  file: createFileOps(server, calls),
  zone: createZoneOps(server, calls),
  balancer: createBalancerOps(server, calls),
  router: createRouterOps(server, calls),
});
