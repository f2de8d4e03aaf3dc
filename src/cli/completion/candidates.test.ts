import { describe, expect, it } from 'vitest';
import { ownCommands } from '../own-commands.ts';
import { complete } from './candidates.ts';
import type { LiveNames } from './live-names.ts';

const names: LiveNames = {
  endpoints: ['desk', 'db1'],
  groups: ['lab'],
  profiles: ['small', 'web'],
  pools: ['Production', 'QA Lab'],
  definitions: new Map([['Production', ['images', 'lab']]]),
  views: ['busy', 'mine'],
  platforms: ['kvm', 'fake'],
  vms: [
    ['web1', 'desk/1'],
    ['web2', 'desk/2'],
    ['twin', 'desk/3'],
    ['twin', 'db1/9'],
    ['-rf', 'desk/4'],
    ['two\nlines', 'desk/5'],
    ['\x1b[31mred', 'desk/6'],
    ['\u202etxt', 'desk/\x1b[2J'],
  ],
  nodes: [['node1', 'desk/n1']],
  listed: new Map([
    [
      'network',
      [
        ['default', 'desk/default'],
        ['default', 'lab/default'],
        ['dmz', 'lab/dmz'],
      ],
    ],
    ['storage', [['vms', 'desk/vms']]],
  ]),
};

/** `vm start we` is what stands there, up to the cursor; the last word is completed. */
function offered(line: string): readonly string[] {
  const words = line.split(' ');
  return complete(words.slice(0, -1), words.at(-1) ?? '', ownCommands, names).candidates.map(({ value }) => value);
}
const kindAfter = (line: string) =>
  complete(line.split(' ').slice(0, -1), line.split(' ').at(-1) ?? '', ownCommands, names).kind;

describe('completion', () => {
  it('knows groups behind -C alone, and profiles where they are named', () => {
    expect(offered('vm list -C ')).toEqual(['desk', 'db1', 'lab']);
    expect(offered('endpoint test ')).toEqual(['desk', 'db1']);
    expect(offered('vm create --profile ')).toEqual(['small', 'web']);
    expect(offered('profile update ')).toEqual(['small', 'web']);
    expect(offered('profile update small ')).toEqual([]);
    expect(offered('profile create ')).toEqual([]);
  });

  it('knows the definitions of the pool that is named, and pools where a VM can be made', () => {
    expect(offered('definition edit Production ')).toEqual(['images', 'lab']);
    expect(offered('definition apply Other ')).toEqual([]);
    expect(offered('vm create web --pool P')).toEqual(['Production']);
  });

  it('knows nouns and the commands about drover itself', () => {
    expect(offered('')).toEqual([
      'vm',
      'node',
      'pool',
      'platform',
      'task',
      'notification',
      'schedule',
      'snapshot',
      'backup',
      'disk',
      'nic',
      'network',
      'subnet',
      'router',
      'securitygroup',
      'securityrule',
      'keypair',
      'address',
      'bucket',
      'file',
      'lease',
      'zone',
      'dns',
      'balancer',
      'storage',
      'volume',
      'volumesnapshot',
      'image',
      'flavor',
      'endpoint',
      'definition',
      'profile',
      'plan',
      'template',
      'template-group',
      'appliance',
      'help',
      'doctor',
      'play',
      'import',
      'completion',
      'version',
    ]);
    expect(offered('no')).toEqual(['node', 'notification']);
  });

  it('knows the verbs of a noun, in both orders and under other names', () => {
    expect(offered('vm st')).toEqual(['status', 'start', 'stop']);
    expect(offered('hosts t')).toEqual(['test', 'trust']);
    expect(offered('start ')).toEqual(['vm', 'network', 'storage']);
    expect(offered('list ')).toContain('pool');
    expect(offered('start vm w')).toEqual(['web1', 'web2']);
    expect(offered('network delete ')).toEqual(['desk/default', 'lab/default', 'dmz']);
    expect(offered('network create ')).toEqual([]);
    expect(offered('volume create data1 --storage ')).toEqual(['vms']);
  });

  it('knows the names of VMs, and takes ids for those that share one or can’t be typed', () => {
    expect(offered('vm start ')).toEqual(['web1', 'web2', 'desk/3', 'db1/9', 'desk/4', 'desk/5', 'desk/6']);
    expect(offered('vm start web1 w')).toEqual(['web2']);
    expect(offered('vm console web1 w')).toEqual([]);
  });

  it('knows what else is named: nodes, pools, endpoints', () => {
    expect(offered('node info ')).toEqual(['node1', 'desk', 'db1']);
    expect(offered('node move node1 P')).toEqual(['Production']);
    expect(offered('node move node1 --to P')).toEqual(['Production']);
    expect(offered('pool rename ')).toEqual(['Production', 'QA Lab']);
    expect(offered('pool rename Production ')).toEqual([]);
    expect(offered('pool add new ')).toEqual(['Production', 'QA Lab']);
    expect(offered('endpoint trust d')).toEqual(['desk', 'db1']);
    expect(offered('endpoint add ')).toEqual([]);
    expect(offered('-C d')).toEqual(['desk', 'db1']);
  });

  it('knows flags and their values', () => {
    expect(offered('vm stop --f')).toEqual(['--force', '--filter']);
    expect(offered('vm stop -- -')).toEqual([]);
    expect(offered('vm list -o j')).toEqual(['json', 'jsoncompact']);
    expect(offered('vm list --output=y')).toEqual(['--output=yaml']);
    expect(offered('-o json vm li')).toEqual(['list']);
    expect(offered('endpoint add x --platform ')).toEqual(['kvm', 'fake']);
    expect(offered('endpoint add x --platform kvm --transport ')).toEqual(['ssh', 'unix', 'tls', 'tcp']);
    expect(kindAfter('vm list --config ')).toBe('files');
    expect(kindAfter('endpoint add x --platform kvm --key ~/.ssh/')).toBe('files');
  });

  it('knows the filter language', () => {
    expect(offered('vm list --filter st')).toEqual(['state:', 'storage>']);
    expect(offered('vm list --filter state:run')).toEqual(['state:running']);
    expect(offered('vm list --filter !endpoint:d')).toEqual(['!endpoint:desk', '!endpoint:db1']);
    expect(complete(['vm', 'list', '--filter'], 'cpu>80 pl', ownCommands, names)).toMatchObject({
      kind: 'partial',
      candidates: [{ value: 'cpu>80 platform:' }, { value: 'cpu>80 plan:' }],
    });
  });

  it('knows columns, what can be sorted by, and saved views', () => {
    expect(offered('vm list --sort cp')).toEqual(['cpu', 'cpus']);
    expect(offered('vm list --columns=name,sta')).toEqual(['--columns=name,state']);
    expect(offered('vm list --columns name,state,na')).toEqual([]);
    expect(offered('vm list --view ')).toEqual(['busy', 'mine']);
  });

  it('knows the topics and what else help is about', () => {
    expect(offered('help ex')).toEqual(['exit-codes']);
    expect(offered('help vm st')).toEqual(['status', 'start', 'stop']);
    expect(offered('completion ')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('completion bash ')).toEqual([]);
  });

  it('knows the values of switches, and what the filter language names', () => {
    expect(offered('vm list --yes=')).toEqual(['--yes=yes', '--yes=no']);
    expect(offered('vm list --filter pool:')).toEqual(['pool:Production']);
    expect(offered('vm list --filter platform:')).toEqual(['platform:kvm', 'platform:fake']);
    expect(offered('vm list --filter node:n')).toEqual(['node:node1']);
    expect(offered('vm list --filter=node:n')).toEqual(['--filter=node:node1']);
    expect(offered('vm list --sort=cp')).toEqual(['--sort=cpu', '--sort=cpus']);
    expect(offered('vm list --view=b')).toEqual(['--view=busy']);
    expect(offered('--client=de')).toEqual(['--client=desk']);
    expect(offered('endpoint add x --platform=k')).toEqual(['--platform=kvm']);
    expect(offered('vm list --nonsense=x')).toEqual([]);
    expect(kindAfter('vm list --columns na')).toBe('partial');
    expect(kindAfter('vm list --sort na')).toBe('words');
    expect(offered('vm list --sort tr')).not.toContain('trend');
    expect(offered('vm list --columns tr')).not.toContain('trend');
  });

  it('names a switch that is on by how it is switched off, and goes on behind a switch and behind --', () => {
    const flag = { label: 'Loud', help: 'Say more.\nMuch more.', kind: 'flag' } as const;
    const flags = [
      { ...flag, key: 'loud', default: true },
      { ...flag, key: 'loose', default: false },
    ];
    const own = { word: 'speak', help: '', takes: '', flags, candidates: () => [], run: async () => 0 };
    expect(complete(['speak'], '--', [own], names).candidates.slice(0, 2)).toEqual([
      { value: '--no-loud', help: 'Say more.' },
      { value: '--loose', help: 'Say more.' },
    ]);
    expect(offered('vm start -y w')).toEqual(['web1', 'web2']);
    expect(offered('vm start -- w')).toEqual(['web1', 'web2']);
    expect(offered('vm start -- --filter w')).toEqual(['web1', 'web2']);
    expect(offered('-- vm sta')).toEqual(['status', 'start']);
    expect(offered('vm -C desk start w')).toEqual(['web1', 'web2']);
    expect(offered('import --only ')).toEqual([]);
    expect(offered('import --on')).toEqual(['--only']);
    expect(offered('import ')).toEqual(['kcli', 'pvetui', 'govc', 'openstack', 'aws', 'convirt']);
    expect(offered('import kcli ')).toEqual([]);
    expect(offered('doctor ')).toEqual([]);
    expect(offered('version ')).toEqual([]);
    expect(offered('help vm start ')).toEqual([]);
  });

  it('goes on with the keys of a row', () => {
    const item = [
      { key: 'size', label: 'Size', help: 'How big.', kind: 'bytes' },
      { key: 'bus', label: 'Bus', help: 'Which bus.', kind: 'choice', options: ['virtio', 'sata'] },
    ] as const;
    const disk = { key: 'disk', label: 'Disks', help: 'Disks.', kind: 'list', one: 'disk', many: 'disks' } as const;
    const flags = [{ ...disk, identity: 'device', item }];
    const own = { word: 'make', help: '', takes: '', flags, candidates: () => [], run: async () => 0 };
    const said = (before: readonly string[], current: string) => complete(['make', ...before], current, [own], names);
    expect(said(['--disk'], 'size=1GiB,b')).toEqual({
      kind: 'partial',
      candidates: [{ value: 'size=1GiB,bus=', help: 'Which bus.' }],
    });
    expect(said([], '--disk=bus=s').candidates).toEqual([{ value: '--disk=bus=sata', help: '' }]);
  });

  it('has a few words of help beside each', () => {
    const { candidates } = complete(['vm'], 'sta', ownCommands, names);
    expect(candidates.map(({ help }) => help)).toEqual([
      'Print the state of a VM: running, stopped, paused …',
      'Power a VM on, or resume one that is paused.',
    ]);
    const help = (before: readonly string[], current: string) =>
      complete(before, current, ownCommands, names).candidates.map((one) => `${one.value}: ${one.help}`);
    expect(help([], 'po')).toEqual(['pool: list, add, rename, nest, remove, info, set, summary']);
    expect(help([], 'ver')).toEqual(['version: Say which version this is, and of which Node.']);
    expect(help(['vm', 'start'], 'web1')).toEqual(['web1: desk/1']);
    expect(help(['vm', 'start'], 'desk/3')).toEqual(['desk/3: twin']);
    expect(help(['vm', 'start'], 'desk/5')).toEqual(['desk/5: two lines']);
    expect(help(['vm', 'list'], '--sor')).toEqual([
      '--sort: Sort by this column; with :asc or :desc behind it, that way.',
    ]);
    expect(help(['vm', 'list', '--sort'], 'mem')).toEqual(['mem: memory in use now', 'memory: memory that it has']);
    expect(help(['vm', 'list', '--columns'], 'name,mem')).toEqual([
      'name,mem: memory in use now',
      'name,memory: memory that it has',
    ]);
    expect(help(['rename'], '')).toEqual([
      'pool: Give a pool another name; its nodes stay in it.',
      'template: Give a template another name; VMs that were made of it keep the former one.',
      'template-group: Give a group another name; VMs that were made of its templates keep the former one.',
    ]);
  });

  it('says nothing where nothing is known', () => {
    expect(offered('nonsense ')).toEqual([]);
    expect(offered('nonsense more ')).toEqual([]);
    expect(offered('vm nonsense ')).toEqual([]);
  });
});
