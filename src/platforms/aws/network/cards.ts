/** Network interfaces: what has an address somewhere. */
import type { Filter, NetworkInterface } from '@aws-sdk/client-ec2';
import type { About } from '../api.ts';
import { type AwsRegion, namesOf, pageOf, readAll } from '../region.ts';

const PAGE = 500;

export const readCards = ({ api }: AwsRegion, filter: Filter, about: About): Promise<readonly NetworkInterface[]> =>
  readAll('DescribeNetworkInterfaces', async (marker) => {
    const answer = await api.read('DescribeNetworkInterfaces', { ...pageOf(PAGE, marker), Filters: [filter] }, about);
    return { items: answer.NetworkInterfaces ?? [], next: answer.NextToken || undefined };
  });

/** What has these interfaces, by name: instances, and what a service of AWS has said of its own. */
export async function usersOf(
  region: AwsRegion,
  cards: readonly NetworkInterface[],
  about: About,
): Promise<readonly string[]> {
  const names = await namesOf(
    region,
    cards.map(({ Attachment }) => Attachment?.InstanceId),
    about,
  );
  const users = cards.map(({ Attachment, Description, NetworkInterfaceId }) => {
    const instance = Attachment?.InstanceId;
    return instance === undefined ? Description || NetworkInterfaceId || '' : (names.get(instance) ?? instance);
  });
  return [...new Set(users)];
}
