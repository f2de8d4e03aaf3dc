/** drover makes one thing of each kind, changes what can be changed, and takes all of it away. */
import type { EndpointName } from '../../../src/ids.ts';
import type { Connection } from '../../../src/platforms/contract.ts';
import { gib } from '../../../src/units.ts';
import { sourceOf } from '../../contract/memory-files.ts';
import { REGION } from '../../labs/aws/region.ts';
import type { OurAccount } from './our-rows.ts';

/** What stands in rows of boto3 then, in JSON. */
export const MADE: readonly string[] = [
  ...['"our-vm-renamed","stopped"', '"t3.medium","shop"', '"our-volume","gp3",5,["our-vm-renamed"]'],
  ...['"our-snapshot","our-volume",5', '"our-image","available"', '"our-vpc","10.77.0.0/16"', '"our-subnet","our-vpc"'],
  ...[
    '"our-group","our-vpc","made by drover"',
    '"in","tcp","8000-8100","10.7.0.0/16"',
    '["our-key",',
    '["our-bucket"]',
  ],
  ...['["our-bucket","a/b.txt",3]', '["our.example",false]', '["our.example","www.our.example","A",60,"192.0.2.7"]'],
];

const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBxhPMDQ5HkYU2WGrFXqS3w7kzG0T6nGqz4hOMVdAbCd made by drover';
const { signal } = new AbortController();

/** Every method of a group that there is: one that AWS lacks is not called. */
type Full = { readonly [Group in keyof Connection]-?: Required<NonNullable<Connection[Group]>> };

/** `image`: an AMI. Resolves with what takes all of it away. */
export async function makeOneOfEach(
  connection: Connection,
  account: OurAccount,
  { endpoint, image: ami }: { readonly endpoint: EndpointName; readonly image: string },
): Promise<{ takeAway(): Promise<void> }> {
  const { vm, volume, volumesnapshot, network, subnet, securitygroup, securityrule } = connection as Full;
  const { keypair, address, bucket, file, zone, dns, disk, image } = connection as Full;
  const { idOf } = account;
  const here = `${REGION}a`;
  await network.create(
    endpoint,
    { name: 'our-vpc', mode: 'isolated', cidr: '10.77.0.0/16', dhcp: true, device: '', domain: '' },
    signal,
  );
  const where = { network: 'our-vpc', cidr: '10.77.1.0/24', zone: here, gateway: '', dhcp: true, nameServers: [] };
  await subnet.create(endpoint, { name: 'our-subnet', ...where }, signal);
  await subnet.update(await idOf('subnet', 'our-subnet'), { public: true }, signal);
  await securitygroup.create(
    endpoint,
    { name: 'our-group', description: 'made by drover', network: 'our-vpc' },
    signal,
  );
  const group = await idOf('securitygroup', 'our-group');
  const rule = { direction: 'in', protocol: 'tcp', ports: [8000, 8100], peer: '10.7.0.0/16', description: '' } as const;
  await securityrule.create(group, rule, signal);
  await keypair.create(endpoint, { name: 'our-key', publicKey: PUBLIC_KEY }, signal);

  const parts = { nic: [{ network: 'our-subnet', ip: '' }], securitygroups: 'our-group', keypair: 'our-key' };
  await vm.create(
    endpoint,
    { name: 'our-vm', image: ami, type: 't3.small', plan: 'shop', start: false, ...parts },
    signal,
  );
  const id = await account.vm('our-vm');
  await vm.configure(id, 'config', { name: 'our-vm-renamed', type: 't3.medium' }, {}, signal);
  await volume.create(endpoint, { name: 'our-volume', size: gib(4), storage: `gp3@${here}`, format: '' }, signal);
  const ofVolume = await idOf('volume', 'our-volume');
  await volume.resize(ofVolume, gib(5), signal);
  await volumesnapshot.create(ofVolume, { name: 'our-snapshot', description: '' }, signal);
  const attached = { volume: 'our-volume', size: gib(5), storage: '', format: '', bus: '', shareable: false };
  const { id: ofDisk } = await disk.create(id, attached, signal);
  await vm.export(id, { name: 'our-image', storage: '' }, signal);
  const { answer: ip = '' } = await address.create(endpoint, { name: 'our-address', network: '' }, signal);
  await address.associate(id, { address: ip, privateIp: '' }, signal);

  await bucket.create(endpoint, { name: 'our-bucket', public: false }, signal);
  const ofBucket = await idOf('bucket', 'our-bucket');
  const spec = { name: 'a/b.txt', public: false, overwrite: false, metadata: {} };
  await file.upload(ofBucket, spec, sourceOf(Buffer.from('123')), signal);
  await zone.create(endpoint, { name: 'our.example', description: '', network: '', email: '' }, signal);
  await dns.create(endpoint, { name: 'www', zone: 'our.example', type: 'A', ttl: 60, data: '192.0.2.7' }, signal);

  return {
    async takeAway() {
      const ofAddress = await idOf('address', 'our-address');
      await address.disassociate(ofAddress, signal);
      await address.delete(ofAddress, signal);
      await disk.detach(ofDisk, signal);
      await vm.delete(id, { keepDisks: false, snapshots: false }, signal);
      await image.delete(await idOf('image', 'our-image'), signal);
      await volumesnapshot.delete(await idOf('volumesnapshot', 'our-snapshot'), signal);
      await volume.delete(ofVolume, signal);
      await keypair.delete(await idOf('keypair', 'our-key'), signal);
      await securitygroup.delete(group, signal);
      await subnet.delete(await idOf('subnet', 'our-subnet'), signal);
      await network.delete(await idOf('network', 'our-vpc'), signal);
      await bucket.delete(ofBucket, { files: true }, signal);
      await zone.delete(await idOf('zone', 'our.example'), { records: true }, signal);
    },
  };
}
