import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { ownCommands } from '../../src/cli/own-commands.ts';
import { plainText, printedBy, printedObjects } from '../../src/cli/schema/printed.ts';
import { result } from '../../src/cli/schema/result.ts';
import type { Schema } from '../../src/cli/schema/schema.ts';
import { parseBytes } from '../../src/units.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });

/** What is wrong with a value, one line for each; none when it is as the schema says. */
function faultsOf(schema: Schema, value: unknown): readonly string[] {
  const validate = ajv.compile(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 40, latency: 0 } }));
  const config = JSON.parse(simulated({ demo: { vms: 40, latency: 0 } }));
  const gone = { platform: 'kvm', host: '127.0.0.1', port: 1, transport: 'tcp' };
  await desk.write(
    JSON.stringify({
      endpoints: { ...config.endpoints, gone: { ...gone, enabled: false } },
      profiles: { small: { numcpus: 1, disks: [10] } },
      pools: {
        lab: {
          nodes: ['demo'],
          variables: { NET: 'br0' },
          storages: { images: { type: 'dir', path: '/srv/defined' } },
        },
      },
    }),
  );
  await desk.run('template', 'add', 'Lab/web', 'any', '-P', 'memory=512');
  await desk.run('template', 'export', 'Lab/web', join(desk.home, 'web.tar.gz'));
  await desk.run('schedule', 'add', 'nightly', '--every', 'day', '--', 'vm', 'start', 'web1');
  await writeFile(join(desk.home, 'tiny.img'), Buffer.alloc(65_536));
  await mkdir(join(desk.home, '.aws'));
  await writeFile(join(desk.home, '.aws', 'config'), '[default]\nregion = eu-west-1\n');
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJNPQvPqPdNWgSimulatedKeyOfATest somebody';
  await writeFile(join(desk.home, 'id.pub'), publicKey);
  const keys = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n';
  await writeFile(join(desk.home, '.aws', 'credentials'), `[default]\n${keys}`);
});
afterAll(() => desk.clear());

interface Row {
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly state: string;
  readonly memory: number;
  readonly node: string | null;
  readonly tags: readonly string[];
}
const list = async (...more: readonly string[]) =>
  (await desk.run('vm', 'list', '-o', 'json', '-C', 'demo', ...more)).json<Row[]>();

async function callOfDisk(command: string): Promise<readonly string[]> {
  const ids = (await list()).map(({ id }) => id);
  const all = (await desk.run('disk', 'list', ...ids, '-o', 'json')).json<DiskRow[]>();
  const [disk, drive] = [
    all.find(({ type }) => type === 'disk')?.id ?? '',
    all.find(({ type }) => type === 'cdrom')?.id ?? '',
  ];
  const behind: Readonly<Record<string, readonly string[]>> = {
    'disk create': [ids[0] ?? '', '--size', '1GiB'],
    'disk resize': [disk, '--size', '900GiB'],
    'disk detach': [disk, '--dry-run'],
    'disk move': [disk, '--storage', 'scratch-fra-01', '--dry-run'],
    'disk delete': [disk, '--yes', '--dry-run'],
    'disk insert': [drive, '--medium', 'debian-12.iso'],
    'disk eject': [drive],
  };
  return [...command.split(' '), ...(behind[command] ?? [disk])];
}
interface DiskRow {
  readonly id: string;
  readonly type: string;
}

/** Of every command: how it is called in the demo. Verbs on VMs get one that they fit. */
async function callOf(command: string): Promise<readonly (readonly string[])[]> {
  const words = command.split(' ');
  const inState = async (state: string) => (await list('--filter', `state:${state}`))[0]?.id ?? '';
  switch (command) {
    case 'vm lock': {
      const id = await inState('running');
      // What is locked is refused by commands that come later.
      return [
        [...words, id],
        ['vm', 'unlock', id],
      ];
    }
    case 'vm list':
      return [
        words,
        [...words, '--columns', 'name,cpu,mem,ip,tag,trouble,disk,version'],
        [...words, '-C', 'demo,gone'],
      ];
    case 'vm info': {
      const [one, two] = await list();
      return [
        [...words, one?.id ?? ''],
        [...words, one?.uuid ?? '', two?.id ?? ''],
        [...words, one?.id ?? '', '--fields', 'id,ips'],
        [...words, one?.id ?? '', '--category', 'disks'],
      ];
    }
    case 'vm screenshot':
      return [[...words, await inState('running'), join(desk.home, 'shown.png')]];
    case 'vm status':
    case 'vm log':
    case 'vm history':
      return [[...words, await inState('running')]];
    case 'node list':
      return [words, [...words, '--columns', 'name,cpu,mem,net,ip,note']];
    case 'vm count':
      return [words, [...words, '--by', 'tag']];
    case 'plan list':
      return [words];
    case 'pool summary':
      return [words, [...words, '--fields', 'cpus,vmCpu,storage']];
    case 'node count':
      return [words, [...words, '--by', 'state']];
    case 'vm top':
    case 'node top':
      return [words];
    case 'node history':
      return [[...words, 'fra-01']];
    case 'vm delete':
      return [[...words, await inState('stopped'), '--snapshots', '--yes', '--dry-run']];
    case 'vm edit':
      return [[...words, await inState('stopped'), '--memory', '1GiB']];
    case 'vm resume':
      return [[...words, await inState('paused')]];
    case 'vm start': {
      const one = await inState('stopped');
      return [
        [...words, one],
        [...words, one, await inState('running')],
        [...words, 'nothere'],
      ];
    }
    case 'vm create':
      return [
        [...words, 'made-here', '--dry-run', '-C', 'demo'],
        [...words, 'made', '--count', '2', '--dry-run', '-C', 'demo'],
      ];
    case 'template info':
      return [[...words, 'Lab/web']];
    case 'template vms':
      return [[...words, 'Lab/web', '-C', 'demo']];
    case 'template add':
      return [[...words, 'Lab/new', 'any', '-P', 'memory=512']];
    case 'template edit':
      return [[...words, 'Lab/web', 'memory=640']];
    case 'template clone':
      return [[...words, 'Lab/web', 'other']];
    case 'template rename':
      return [[...words, 'Lab/web', 'third', '--dry-run']];
    case 'template move':
      return [[...words, 'Lab/web', 'Prod', '--dry-run']];
    case 'template delete':
      return [[...words, 'Lab/web', '--yes', '--dry-run']];
    case 'template export':
      return [[...words, 'Lab/web', join(desk.home, 'again.tar.gz')]];
    case 'template import':
      return [[...words, join(desk.home, 'web.tar.gz'), 'Lab/imported']];
    case 'template-group add':
      return [[...words, 'More']];
    case 'template-group rename':
      return [[...words, 'Lab', 'Other', '--dry-run']];
    case 'template-group delete':
      return [[...words, 'Lab', '--yes', '--dry-run']];
    case 'vm rebuild':
      return [[...words, await inState('stopped'), '--yes', '--dry-run']];
    case 'vm migrate':
      return [[...words, await inState('stopped'), '--policy', '--dry-run']];
    case 'node evacuate':
      return [[...words, 'fra-01', '--dry-run']];
    case 'vm clone':
      return [[...words, await inState('stopped'), 'copied-here', '--dry-run']];
    case 'vm save':
      return [[...words, await inState('running'), '--path', '/srv/saved/one', '--dry-run']];
    case 'vm restore':
      return [[...words, '/srv/saved/one', '-C', 'demo', '--dry-run']];
    case 'vm export':
      return [[...words, await inState('stopped'), 'exported-here', '--dry-run']];
    case 'vm define':
      return [[...words, await inState('stopped'), '--text', 'description = by a test', '--yes']];
    case 'disk list':
    case 'nic list':
      return [[...words, ...(await list()).map(({ id }) => id)]];
    case 'disk info':
    case 'disk create':
    case 'disk resize':
    case 'disk move':
    case 'disk detach':
    case 'disk delete':
    case 'disk insert':
    case 'disk eject':
      return [await callOfDisk(command)];
    case 'nic info':
    case 'nic delete':
      return [[...words, await inState('running'), 'eth0']];
    case 'nic create':
      return [[...words, await inState('stopped'), 'dmz']];
    case 'vm detach-disks':
      return [[...words, await inState('stopped'), '--dry-run']];
    case 'network edit':
      return [[...words, 'lab', '--no-dhcp', '--yes', '-C', 'demo']];
    case 'nic connect':
      return [[...words, await inState('stopped'), 'eth0', '--network', 'dmz']];
    case 'snapshot list':
      return [[...words, ...(await list()).map(({ id }) => id)]];
    case 'snapshot info':
    case 'snapshot revert':
    case 'snapshot delete': {
      const ids = (await list()).map(({ id }) => id);
      const [one, two] = (await desk.run('snapshot', 'list', ...ids, '-o', 'json')).json<Row[]>();
      if (command === 'snapshot info')
        return [
          [...words, one?.id ?? ''],
          [...words, one?.id ?? '', two?.id ?? ''],
        ];
      return [[...words, one?.id ?? '', '--yes', '--dry-run']];
    }
    case 'network list':
    case 'storage list':
    case 'volume list':
    case 'image list':
    case 'lease list':
    case 'dns list':
    case 'flavor list':
    case 'subnet list':
    case 'zone list':
    case 'balancer list':
    case 'router list':
    case 'bucket list':
    case 'address list':
    case 'keypair list':
    case 'backup list':
    case 'volumesnapshot list':
    case 'securitygroup list':
      return [words, [...words, '--filter', 'e']];
    case 'network info':
      return [
        [...words, 'lan'],
        [...words, 'lan', 'demo/lab'],
      ];
    case 'storage info':
      return [[...words, 'vms']];
    case 'lease info':
      return [[...words, 'printer']];
    case 'dns info':
      return [[...words, 'gateway']];
    case 'volume info':
      return [[...words, 'retired-web.qcow2']];
    case 'image info':
      return [[...words, 'debian-13']];
    case 'flavor info':
      return [[...words, 'medium']];
    case 'subnet info':
      return [[...words, 'lan-a']];
    case 'subnet create':
      return [[...words, 'made-here', '--network', 'lan', '--cidr', '10.0.200.0/24']];
    case 'subnet update':
      return [[...words, 'storage-a', '--public']];
    case 'subnet delete':
      return [[...words, 'demo/old-a', '--yes', '--dry-run']];
    case 'securitygroup info':
    case 'securityrule list':
      return [[...words, 'web']];
    case 'securitygroup create':
      return [[...words, 'made-here']];
    case 'securitygroup delete':
      return [[...words, 'demo/lan/web', '--yes', '--dry-run']];
    case 'securityrule info':
      return [
        [...words, 'web', 'in tcp 80 from 0.0.0.0/0'],
        [...words, 'demo/lan/web#in tcp 80 from 0.0.0.0/0'],
      ];
    case 'securityrule create':
      return [[...words, 'web', 'udp/53', '--peer', '10.0.0.0/8']];
    case 'securityrule delete':
      return [[...words, 'web', 'in tcp 443 from 0.0.0.0/0']];
    case 'backup info':
      return [[...words, 'nightly-db']];
    case 'backup create':
      return [[...words, await inState('running')]];
    case 'backup restore':
      return [[...words, 'nightly-db', '--name', 'brought-back']];
    case 'backup delete':
      return [[...words, 'demo/vms/nightly-db', '--yes', '--dry-run']];
    case 'volumesnapshot info':
      return [[...words, 'before-retiring']];
    case 'volume snapshot':
      return [[...words, 'retired-web.qcow2', 'made-here']];
    case 'volumesnapshot restore':
      return [[...words, 'before-retiring', '--name', 'brought-back.qcow2']];
    case 'volumesnapshot delete':
      return [[...words, 'demo/before-retiring', '--yes', '--dry-run']];
    case 'keypair info':
      return [[...words, 'admins']];
    case 'keypair create':
      return [[...words, 'made-here', '--file', join(desk.home, 'made-here')]];
    case 'keypair import':
      return [[...words, 'brought-here', '--file', join(desk.home, 'id.pub')]];
    case 'keypair delete':
      return [[...words, 'demo/admins', '--yes', '--dry-run']];
    case 'address info':
      return [[...words, '203.0.113.11']];
    case 'address create':
      return [[...words, '--name', 'made-here']];
    case 'address associate':
      return [[...words, await inState('running'), '203.0.113.11']];
    case 'address disassociate':
      return [[...words, '203.0.113.10']];
    case 'address delete':
      return [[...words, 'demo/203.0.113.12', '--yes', '--dry-run']];
    case 'bucket info':
    case 'file list':
      return [[...words, 'backups']];
    case 'bucket create':
      return [[...words, 'made-here', '--public']];
    case 'bucket update':
      return [[...words, 'site', '--no-public']];
    case 'bucket delete':
      return [[...words, 'demo/empty', '--yes', '--dry-run']];
    case 'file info':
    case 'file link':
      return [[...words, 'site', 'index.html']];
    case 'file upload':
      return [[...words, 'site', join(desk.home, '.aws', 'config')]];
    case 'file download':
      return [[...words, 'site', 'index.html', '--file', join(desk.home, 'received-file')]];
    case 'file delete':
      return [[...words, 'demo/backups#2026/october/db.dump', '--yes', '--dry-run']];
    case 'zone info':
      return [[...words, 'demo.example']];
    case 'zone create':
      return [[...words, 'made-here.example']];
    case 'zone delete':
      return [[...words, 'demo/demo.example', '--yes', '--dry-run']];
    case 'balancer info':
      return [[...words, 'shop']];
    case 'balancer create':
      return [[...words, 'made-here', '--ports', '80', '--vms', await inState('running').then(nativeOfId)]];
    case 'balancer delete':
      return [[...words, 'demo/shop', '--yes', '--dry-run']];
    case 'router info':
      return [[...words, 'gate']];
    case 'router create':
      return [[...words, 'made-here', '--outside', 'lan']];
    case 'router update':
      return [[...words, 'gate', '--outside', 'dmz', '--yes']];
    case 'router connect':
      return [[...words, 'gate', '--network', 'dmz']];
    case 'router disconnect':
      return [[...words, 'gate', '--network', 'lan', '--yes', '--dry-run']];
    case 'router delete':
      return [[...words, 'demo/made-here', '--yes', '--dry-run']];
    case 'network create':
      return [[...words, 'made-here', '--cidr', '10.77.0.0/24']];
    case 'storage create':
      return [[...words, 'made-here', '--path', '/srv/made-here']];
    case 'volume create':
      return [[...words, 'made-here', '--storage', 'vms', '--size', '1GiB']];
    case 'volume offer':
      return [[...words, 'retired-web.qcow2', '--file', join(desk.home, 'offer'), '--yes']];
    case 'volume withdraw':
      return [[...words, 'retired-web.qcow2']];
    case 'volume accept':
      return [[...words, join(desk.home, 'offer'), '--dry-run']];
    case 'volume upload':
      return [[...words, 'sent-here', '--storage', 'vms', '--file', join(desk.home, '.aws', 'config')]];
    case 'volume download':
      return [[...words, 'retired-web.qcow2', '--file', join(desk.home, 'received')]];
    case 'image upload':
      return [[...words, 'sent-image', '--file', join(desk.home, '.aws', 'config')]];
    case 'image download':
      return [[...words, 'debian-13', '--file', join(desk.home, 'received-image')]];
    case 'image update':
      return [[...words, 'debian-13', '--properties', 'owner=web']];
    case 'lease create':
      return [[...words, '192.168.150.99', '--mac', '52:54:00:0a:0b:0d', '--network', 'lab']];
    case 'dns create':
      return [[...words, 'made-here', '--data', '192.168.150.99', '--zone', 'lab']];
    case 'dns point':
      return [[...words, await inState('running'), 'lab', '--name', 'points-here']];
    case 'lease delete':
      return [[...words, 'demo/lab/192.168.150.20', '--yes', '--dry-run']];
    case 'dns delete':
      return [[...words, 'demo/lab/A/gateway/192.168.150.1', '--yes', '--dry-run']];
    case 'image create':
      return [[...words, 'made-here', '--url', 'https://images.example/tiny.qcow2']];
    case 'network start':
      return [[...words, 'old']];
    case 'network stop':
      return [[...words, 'lab', '--yes']];
    case 'storage start':
      return [[...words, 'scratch-fra-02']];
    case 'storage stop':
      return [[...words, 'scratch-fra-01', '--yes']];
    case 'storage refresh':
      return [[...words, 'iso']];
    case 'volume resize':
      return [[...words, 'retired-web.qcow2', '--size', '900GiB']];
    case 'network delete':
      return [[...words, 'demo/lab', '--yes', '--dry-run']];
    case 'storage delete':
      return [[...words, 'demo/scratch-fra-02', '--yes', '--dry-run']];
    case 'volume delete':
      return [[...words, 'demo//srv/vms/retired-web.qcow2', '--yes', '--dry-run']];
    case 'image delete':
      return [[...words, 'demo/debian-13', '--yes', '--dry-run']];
    case 'snapshot create':
      return [[...words, await inState('running'), 'made-here', '--memory']];
    case 'vm cp':
      return [[...words, `${await inState('running')}:/etc/motd`, desk.home]];
    case 'vm view':
      return [[...words, await inState('running'), '--dry-run']];
    case 'vm upload':
      return [[...words, await inState('running'), '--file', join(desk.home, '.aws', 'config'), '--dry-run']];
    case 'vm download':
      return [[...words, await inState('running'), '--path', '/etc/motd']];
    case 'node run':
      return [
        [...words, 'fra-01', '--', 'hostname'],
        [...words, 'fra-01', 'fra-02', '--', 'hostname'],
      ];
    case 'node setup':
      return [
        [...words, 'demo'],
        [...words, 'demo', '--apply', '--yes'],
      ];
    case 'node enter-maintenance':
    case 'node exit-maintenance':
      return [[...words, 'fra-01', '--dry-run']];
    case 'node files':
      return [[...words, 'fra-01', '/etc']];
    case 'node get':
      return [[...words, 'fra-01', '/etc/motd', join(desk.home, 'motd')]];
    case 'node put':
      return [[...words, 'fra-01', join(desk.home, '.aws', 'config'), '/root/sent']];
    case 'node mkdir':
      return [[...words, 'fra-01', '/root/made']];
    case 'node mv':
      return [[...words, 'fra-01', '/root/notes.txt', 'older.txt', '--dry-run']];
    case 'node rm':
      return [[...words, 'fra-01', '/root/notes.txt', '--yes']];
    case 'node info': {
      const [one] = (await desk.run('node', 'list', '-o', 'json')).json<Row[]>();
      return [
        [...words, one?.id ?? ''],
        [...words, one?.id ?? '', '--fields', 'id,addresses'],
      ];
    }
    case 'node move':
      return [[...words, 'demo', 'lab']];
    case 'node note':
      return [[...words, 'fra-01', 'loud']];
    case 'vm note':
      return [[...words, await inState('running'), 'moves on Friday']];
    case 'pool add':
      return [[...words, 'fresh']];
    case 'pool rename':
      return [[...words, 'fresh', 'newer']];
    case 'pool nest':
      return [[...words, 'newer', 'lab']];
    case 'pool remove':
      return [[...words, 'newer', '--yes']];
    case 'pool set':
      return [[...words, 'lab', 'NET=br1']];
    case 'pool info':
      return [[...words, 'lab']];
    case 'definition list':
      return [words, [...words, 'lab']];
    case 'definition info':
    case 'definition apply':
      return [[...words, 'lab', 'images']];
    case 'definition add-storage':
      return [[...words, 'lab', 'more', '--path', '/srv/more']];
    case 'definition add-network':
      return [[...words, 'lab', 'inner', '--cidr', '10.78.0.0/24']];
    case 'definition edit':
      return [[...words, 'lab', 'images', 'description=of the lab']];
    case 'definition test':
      return [[...words, 'lab', 'images', '-C', 'demo']];
    case 'definition detach':
    case 'definition remove':
      return [[...words, 'lab', 'images', '--yes']];
    case 'vm application':
      return [[...words, (await list())[0]?.id ?? '']];
    case 'vm application-details':
      return [[...words, await inState('running'), '--port', '8080']];
    case 'vm open': {
      const id = await inState('running');
      return [
        ['vm', 'application-details', id, '--host', '192.0.2.7'],
        [...words, id],
      ];
    }
    case 'appliance info':
      return [[...words, 'debian13']];
    case 'appliance import':
      return [[...words, join(desk.home, 'tiny.img'), 'Lab/brought', '-C', 'demo', '--dry-run']];
    case 'profile info':
      return [[...words, 'small']];
    case 'profile create':
      return [[...words, 'made-here', 'memory=1024']];
    case 'profile update':
      return [[...words, 'small', 'memory=1024']];
    case 'profile delete':
      return [[...words, 'small', '--yes']];
    case 'endpoint add':
      return [[...words, 'more', '--platform', 'kvm', '--host', 'h.test', '--untested']];
    case 'endpoint edit':
      return [[...words, 'gone', '--host', '127.0.0.2']];
    case 'endpoint enable':
    case 'endpoint disable':
    case 'endpoint trust':
      return [[...words, 'gone']];
    case 'endpoint remove':
      return [[...words, 'gone', '--yes']];
    case 'endpoint switch':
    case 'endpoint info':
    case 'endpoint test':
    case 'endpoint connect':
      return [[...words, 'demo']];
    case 'schedule add':
      return [[...words, 'often', '--every', '30m', '--', 'vm', 'start', 'web1']];
    case 'schedule enable':
    case 'schedule disable':
    case 'schedule remove':
      return [[...words, 'nightly']];
    case 'task info': {
      await desk.run('vm', 'start', await inState('stopped'));
      return [[...words, (await desk.run('task', 'list', '-o', 'name')).stdout.split('\n')[0] ?? '']];
    }
    case 'import':
      await writeFile(join(desk.home, 'vm.conf'), "memory = 256\nvcpus = 1\ndisk = ['file:/a,hda,w']\nvif = []\n");
      return [
        [...words, 'aws', '--dry-run'],
        [...words, 'convirt', join(desk.home, 'vm.conf'), '--dry-run'],
      ];
    default:
      return [noun(command) === 'vm' ? [...words, await inState('running')] : words];
  }
}
/** The exit code: no VM is called nothere, and the endpoint that is gone does not answer. */
function endOf(call: readonly string[]): number {
  if (call.includes('nothere')) return 1;
  // nothing answers at the addresses of simulated VMs
  if (['vm cp', 'vm download'].includes(call.slice(0, 2).join(' '))) return 3;
  // some of its VMs are suspended, which stay
  if (call.slice(0, 2).join(' ') === 'node evacuate') return 3;
  return ['doctor', 'endpoint trust gone'].includes(call.join(' ')) ? 4 : 0;
}
const nativeOfId = (id: string): string => id.slice(id.indexOf('/') + 1);
const noun = (command: string): string => command.split(' ')[0] ?? '';

const all = [...commands.map((command) => `${command.noun} ${command.verb}`), ...ownCommands.map(({ word }) => word)];
const last = (command: string) => Number(/disable|delete/.test(command)) + 2 * Number(/remove/.test(command));

describe('machine output', () => {
  it.each(all.filter((command) => !plainText.includes(command)).sort((a, b) => last(a) - last(b)))(
    'F-242 of drover %s is as its schema says',
    { timeout: 60_000 },
    async (command) => {
      const printed = printedBy(command);
      for (const call of await callOf(command)) {
        const { code, stdout, stderr } = await desk.run('-o', 'json', ...call);
        expect([call.join(' '), code, stderr]).toEqual([call.join(' '), endOf(call), stderr]);
        const other = printed?.others?.find(({ when }) => call.includes(when))?.schema;
        const schema = other ?? printed?.schema ?? {};
        expect(stdout, `${call.join(' ')}: ${stderr}`).not.toBe('');
        expect(faultsOf(schema, JSON.parse(stdout)), `${call.join(' ')}: ${stdout.slice(0, 600)}`).toEqual([]);
      }
    },
  );

  it('names the same thing alike in list, info and status', async () => {
    const schemas = new Map(printedObjects.map((schema) => [schema.title, schema.properties ?? {}]));
    for (const [short, long] of [
      ['vm', 'vm info'],
      ['vm status', 'vm info'],
      ['node', 'node info'],
    ] as const) {
      expect(schemas.get(long), `${short} in ${long}`).toMatchObject(schemas.get(short) ?? {});
    }
    const [one] = await list();
    const info = (await desk.run('vm', 'info', one?.id ?? '', '-o', 'json')).json<Row>();
    // what the list does not know of it, its details may
    expect(info).toMatchObject(Object.fromEntries(Object.entries(one ?? {}).filter(([, value]) => value !== null)));
  });

  it('says the unit of every figure that a list can have', () => {
    const chosen = JSON.stringify(printedBy('vm list')?.others);
    const figure = (help: string) => `{"type":["number","null"],"minimum":0,"description":"${help}"}`;
    expect(chosen).toContain(`"cpu":${figure('CPU load now, of its own virtual CPUs, in percent')}`);
    expect(chosen).toContain(`"rx":${figure('bytes a second that it receives, in bytes')}`);
    expect(chosen).not.toContain('"trend"');
  });

  it('is what a schema refuses when a key is missing, unknown or of another kind', async () => {
    const [one] = await list();
    const schema = printedBy('vm status')?.schema ?? {};
    const { id, uuid, name, state } = one as Row;
    const good = { id, uuid, name, endpoint: 'demo', state, rawState: state, error: null, staleSince: null };
    expect(faultsOf(schema, good)).toEqual([]);
    expect(faultsOf(schema, { ...good, extra: 1 })).not.toEqual([]);
    expect(faultsOf(schema, { ...good, state: 'up' })).not.toEqual([]);
    expect(faultsOf(schema, { ...good, id: undefined })).not.toEqual([]);
    expect(faultsOf(result, { result: 'failure' })).not.toEqual([]);
  });
});

describe('what is printed', () => {
  it('can be given back: ids, uuids, names, sizes', async () => {
    const [one] = await list('--filter', 'state:stopped');
    if (!one) throw new Error('no VM is stopped');
    for (const word of [one.id, one.uuid, one.id.slice('demo/'.length)]) {
      expect((await desk.run('vm', 'info', word, '-o', 'name')).stdout.trim(), word).toBe(one.id);
    }
    expect(parseBytes(String(one.memory))).toBe(one.memory);
    const bySize = await list('--filter', `memory=${one.memory}`);
    expect(bySize.map(({ id }) => id)).toContain(one.id);
    expect(new Set(bySize.map(({ memory }) => memory))).toEqual(new Set([one.memory]));
    const edited = await desk.run('vm', 'edit', one.id, '--memory', String(2 * 1024 ** 3), '-o', 'json');
    expect(edited.json(), edited.stderr).toEqual({ result: 'success' });
  });

  it('is ambiguous where two VMs have the same id at their platforms', async () => {
    const twins = await openDesk(simulated({ a: { vms: 3 }, b: { vms: 3 } }));
    const { code, stderr } = await twins.run('vm', 'kill', 'vm-1');
    await twins.clear();
    expect(stderr).toMatch(/^2 VMs are called "vm-1": a\/vm-1 on fra-01, b\/vm-1 on fra-01$/m);
    expect(code).toBe(2);
  });

  it('has no small number taken for bytes', async () => {
    const [one] = await list();
    const { code, stderr } = await desk.run('vm', 'edit', one?.id ?? '', '--memory', '2048');
    expect(code).toBe(2);
    expect(stderr).toContain('--memory: Memory needs a unit: 2048MiB, 2048GiB');
  });

  it('F-355 is sorted by name', async () => {
    const names = (await list()).map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  it('F-354 of vm status is one word, and exit code 1 for a VM that is not there', async () => {
    const [one] = await list('--filter', 'state:running');
    expect(await desk.run('vm', 'status', one?.id ?? '')).toMatchObject({ code: 0, stdout: 'running\n' });
    expect(await desk.run('vm', 'status', 'nothere', '-C', 'demo')).toMatchObject({ code: 1, stdout: '' });
  });

  it('holds no object by its default text in CSV: lists of objects are JSON', async () => {
    const [one] = await list();
    const { stdout } = await desk.run('vm', 'info', one?.id ?? '', '-o', 'csv');
    expect(stdout).not.toContain('[object');
    expect(stdout).toContain('""device"":""vda""');
    const nodes = await desk.run('node', 'list', '-o', 'name');
    const node = await desk.run('node', 'info', nodes.stdout.split('\n')[0] ?? '', '-o', 'csv');
    expect(node.stdout).toMatch(/""device"":""eno1"",""address"":""10\.255\./);
  });

  it('F-323 has only the keys of --fields, in their order', async () => {
    const [one] = await list('--filter', 'state:running');
    const words = ['vm', 'info', one?.id ?? '', '--fields', 'name,tags,memory'];
    expect((await desk.run(...words)).stdout).toBe(
      `name: ${one?.name}\ntags: ${one?.tags.join(' ') || '-'}\nmemory: ${one?.memory}\n`,
    );
    expect((await desk.run(...words, '-o', 'csv')).stdout.split('\n')[0]).toBe('name,tags,memory');
    const wrong = await desk.run('vm', 'info', one?.id ?? '', '--fields', 'nme');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean name?') });
  });
});
