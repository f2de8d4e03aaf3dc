/** What hangs on an instance, or is said of it elsewhere. Who may not know it is told as much as may be told. */
import type { Address, Volume } from '@aws-sdk/client-ec2';
import { unlessRefused } from '../lib/unless-refused.ts';
import { REFUSED } from './refused.ts';
import type { VmCall } from './vm-call.ts';

/** A page is more than an instance can have. */
const PAGE = 500;

export async function readVolumes({ machine, read }: VmCall): Promise<readonly Volume[]> {
  const Filters = [{ Name: 'attachment.instance-id', Values: [machine.id] }];
  return (await unlessRefused(read('DescribeVolumes', { Filters, MaxResults: PAGE }), REFUSED))?.Volumes ?? [];
}

export async function readAddresses({ machine, read }: VmCall): Promise<readonly Address[]> {
  const Filters = [{ Name: 'instance-id', Values: [machine.id] }];
  return (await unlessRefused(read('DescribeAddresses', { Filters }), REFUSED))?.Addresses ?? [];
}

/** Whether it is protected against termination, as far as the login may know. */
export async function readProtection({ machine, read }: VmCall): Promise<boolean> {
  const asked = read('DescribeInstanceAttribute', { InstanceId: machine.id, Attribute: 'disableApiTermination' });
  return (await unlessRefused(asked, REFUSED))?.DisableApiTermination?.Value === true;
}
