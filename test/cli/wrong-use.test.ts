import { afterAll, beforeAll, expect, it } from 'vitest';
import { platforms } from '../../src/platforms/registry.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeAll(async () => {
  const config = JSON.parse(simulated({ demo: { vms: 12 }, two: { vms: 2 } }));
  const views = { half: { filter: 'memory>' }, wrong: { filter: 'state:runing' } };
  await openDesk(JSON.stringify({ ...config, pools: { Lab: {} }, views })).then((opened) => {
    desk = opened;
  });
});
afterAll(() => desk.clear());

const PLATFORMS = platforms.flatMap(({ manifest }) => (manifest.tier === 'demo' ? [] : [manifest.id])).join(', ');

/** What is typed, the exit code, and all that stderr has. */
it.each([
  ['vm info', 2, 'which VM? Name it, or say --filter QUERY\n'],
  ['vm log', 2, 'which VM? Name one\n'],
  ['vm log vm-1 vm-2', 2, 'which VM? Name one\n'],
  ['node shell', 2, 'which node? Name one\n'],
  ['node info', 2, 'which node? Name one\n'],
  ['node info demo two', 2, 'which node? Name one\n'],
  ['node info nonode', 1, 'there is no node "nonode"\n'],
  [
    'node info fra-01',
    2,
    /^2 nodes are called "fra-01": demo\/fra-01, two\/fra-01\n {2}use one of these ids, or -C NAME to/,
  ],
  ['pool info', 2, 'which pool? Name one\n'],
  ['pool info Lob', 1, 'there is no pool "Lob" (did you mean Lab?)\n'],
  ['pool set', 2, 'which pool? Name one\n'],
  [
    'pool set Lab',
    2,
    'which variables? Give them as NAME=VALUE; NAME= takes one away\n  drover pool info Lab shows those that are there\n',
  ],
  ['pool set Lab A', 2, '"A" is no NAME=VALUE: there is no =\n'],
  ['pool set Lab =x', 2, '"=x" is no NAME=VALUE: a variable has letters, digits, _ . and - only\n'],
  ['pool add', 2, 'pool add takes one name\n'],
  ['pool add a b c', 2, 'pool add takes one name\n'],
  ['pool rename Lab', 2, 'New name is needed\n'],
  ['pool remove Lob --yes', 1, 'there is no pool "Lob" (did you mean Lab?)\n'],
  ['node move', 2, 'node move takes one name\n'],
  ['node move nonode Lab', 1, 'there is no node "nonode"\n'],
  ['endpoint info', 2, 'which endpoint? Name one\n'],
  ['endpoint test dmeo', 1, 'there is no endpoint "dmeo" (did you mean demo?)\n  drover endpoint list shows them\n'],
  ['endpoint list -C dmeo', 1, 'there is no endpoint "dmeo" (did you mean demo?)\n  drover endpoint list shows them\n'],
  ['endpoint remove', 2, 'endpoint remove takes one name\n'],
  [
    'endpoint remove demo',
    2,
    'lost: the endpoint demo from the configuration; its VMs, their disks and what definitions made there stay as they are\n' +
      'remove endpoint takes demo out of the configuration, and there is no terminal to ask at; nothing was done\n' +
      '  add --yes if that is what you want\n',
  ],
  ['endpoint add', 2, 'which name? Give the endpoint one\n'],
  [
    'endpoint add a/b',
    2,
    '"a/b" can\'t be an endpoint\'s name\n  a name has letters, digits, dot, dash and underscore, as in db1\n',
  ],
  [
    'endpoint add demo',
    2,
    'there is an endpoint demo already\n  take another name, or change that one: drover endpoint edit demo\n',
  ],
  ['endpoint add new', 2, `which platform? --platform, one of ${PLATFORMS}\n`],
  ['endpoint add new --platform kwm', 2, `there is no platform "kwm" (did you mean kvm?)\n  one of ${PLATFORMS}\n`],
  ['endpoint add new --platform vsphere --url h', 2, 'User is needed: --user\n'],
  ['endpoint add new --platform kvm --vms 3', 2, 'unknown flag "--vms"\n  add --help to see the flags\n'],
  ['endpoint edit demo', 2, 'nothing to change: give the new values as flags\n'],
  ['endpoint edit demo --host x', 2, 'this platform has no --host\n'],
  [
    'endpoint edit demo --password hunter2',
    2,
    '--password would show the secret in the list of processes\n' +
      '  give a reference: --password env:NAME, file:PATH or cmd:COMMAND\n',
  ],
  ['vm info demo/vm-1 --fields ,', 2, '--fields names no key\n'],
  [
    'vm info demo/vm-1 --fields nmae',
    2,
    /^there is no key "nmae" \(did you mean name\?\)\n {2}one of id, uuid, name, /,
  ],
  ['vm list --filter state:running,memory>', 2, /^--filter: .+ \(at character \d+\)\n$/],
  ['vm list --filter memory>', 2, '--filter: memory> does not say what (at character 1)\n'],
  ['vm list --view wrong', 2, /^the filter of the view wrong: .*runing/],
  ['vm list --view half', 2, 'the filter of the view half: memory> does not say what\n'],
  [
    'vm list --view hlf',
    2,
    /^there is no view "hlf" \(did you mean half\?\)\n {2}there are .*, half, wrong; drover help columns/,
  ],
  ['vm list --sort cpu:up', 2, '--sort: cpu:up is no order: write cpu:asc or cpu:desc\n'],
  ['vm list -o tabel', 2, /^-o: Output must be table, json, .* or wide \(did you mean table\?\)\n/],
  ['vm kill --filter name:nothing', 0, 'no VM matches; nothing was done\n'],
  [
    'completion bsh',
    2,
    'for which shell? bash, zsh, fish (did you mean bash?)\n' +
      '  eval "$(drover completion bash)" in ~/.bashrc; drover completion fish | source\n',
  ],
  ['completion', 2, /^for which shell\? bash, zsh, fish\n/],
  ['import', 2, 'import from what?\n  one of kcli, pvetui, govc, openstack, aws, convirt\n'],
  ['import kcli x', 2, 'import takes one tool\n  drover import kcli --only NAME picks\n'],
  ['help nod', 2, 'there is no help on "nod" (did you mean node?)\n  drover help lists what there is\n'],
] as const)('drover %s', async (line, code, said) => {
  const ran = await desk.run(...line.split(' '));
  expect([ran.code, ran.stderr]).toEqual([code, typeof said === 'string' ? said : expect.stringMatching(said)]);
  expect(ran.stdout).toBe('');
});

it('without endpoints says how to make one, and how to look around without', async () => {
  const empty = await openDesk('');
  const { code, stderr } = await empty.run('vm', 'list');
  await empty.clear();
  expect(code).toBe(2);
  // What of this machine is offered first depends on the machine.
  expect(stderr).toContain(
    `${empty.config} has no endpoints\n  drover endpoint add NAME makes one; --demo shows a simulated fleet\n`,
  );
});
