/** Words of other tools, so that their users find what there is, or read that it is not there yet. */
import { commandOfKind } from './words-of-kinds.ts';

/** What a word means here: commands of drover, or a sentence without a full stop where there is none. */
export type Meaning = { readonly use: readonly string[]; readonly note?: string } | { readonly missing: string };

const use = (...commands: readonly string[]): Meaning => ({ use: commands });
const noted = (note: string, ...commands: readonly string[]): Meaning => ({ use: commands, note });
const missing = (what: string): Meaning => ({ missing: `drover can't ${what} yet` });

const CREATE = use('vm create NAME');
const CLONE = use('vm clone VM NAME');
const MIGRATE = use('vm migrate NAME', 'node evacuate NODE');
const DISKS = use('disk list NAME', 'disk create NAME');
const NICS = use('nic list NAME', 'nic create VM NETWORK');
const IMAGE_OF_VM = use('vm export VM NAME');
const BACKUP = use('backup create NAME');
const FILES = use('vm cp NAME:PATH FILE', 'vm cp FILE NAME:PATH', 'node get NODE PATH', 'node put NODE FILE PATH');
const GRAPHICS = use('vm console NAME --graphic', 'vm console NAME --viewer');
const USERS = missing('manage users and rights');
const RENAME = use('vm edit NAME --name NEW');
const CUT = noted(
  'destroy is read in two ways: kill cuts the power and keeps the VM, delete takes it away with its disks',
  'vm kill NAME',
  'vm delete NAME',
);

/** By what is typed behind the tool's own name; the longest match counts. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // what many have
  list: use('vm list'),
  ls: use('vm list'),
  ps: use('vm list', 'vm list --filter state:running'),
  show: use('vm info NAME'),
  info: use('vm info NAME'),
  inspect: use('vm info NAME -o json'),
  status: use('vm status NAME'),
  start: use('vm start NAME'),
  run: CREATE,
  stop: use('vm stop NAME', 'vm kill NAME'),
  shutdown: use('vm stop NAME'),
  poweroff: use('vm stop NAME', 'vm kill NAME'),
  kill: use('vm kill NAME'),
  destroy: CUT,
  reboot: use('vm restart NAME'),
  restart: use('vm restart NAME'),
  reset: use('vm restart NAME --force'),
  pause: use('vm pause NAME'),
  unpause: use('vm resume NAME'),
  resume: use('vm resume NAME'),
  suspend: noted(
    'suspend of virsh and pause here keep the memory; suspend here writes it to disk',
    'vm pause NAME',
    'vm suspend NAME',
  ),
  delete: use('vm delete NAME'),
  remove: use('vm delete NAME'),
  rm: use('vm delete NAME'),
  edit: use('vm edit NAME'),
  update: use('vm edit NAME'),
  set: use('vm edit NAME'),
  console: use('vm console NAME'),
  attach: use('vm console NAME'),
  logs: use('vm log NAME'),
  log: use('vm log NAME'),
  ssh: use('vm ssh NAME', 'node shell NAME'),
  shell: use('node shell NAME', 'vm console NAME'),
  exec: use('vm ssh NAME -- COMMAND', 'node run NODE -- COMMAND'),
  scp: FILES,
  cp: FILES,
  top: use('vm list --sort cpu'),
  stats: use('vm list --sort cpu'),
  create: CREATE,
  new: CREATE,
  clone: CLONE,
  copy: CLONE,
  migrate: MIGRATE,
  move: noted('node move is about pools', 'vm migrate NAME', 'node move NODE POOL'),
  rename: RENAME,
  resize: use('disk resize VM NAME --size 20GiB', 'vm edit NAME --flavor FLAVOR'),
  rollback: use('snapshot revert VM NAME'),
  revert: use('snapshot revert VM NAME'),
  backup: BACKUP,
  restore: use('backup restore NAME', 'vm restore NAME'),
  template: noted('a template here is a recipe', 'template add NAME PLATFORM GROUP'),
  export: noted(
    'vm export makes an image; lists are exported as they are printed',
    'vm export VM NAME',
    'vm list -o csv',
  ),
  vnc: GRAPHICS,
  spice: use('vm console NAME --viewer'),
  // virsh
  dominfo: use('vm info NAME'),
  domstate: use('vm status NAME'),
  domid: use('vm info NAME --fields id'),
  domuuid: use('vm info NAME --fields uuid'),
  domname: use('vm info NAME --fields name'),
  domifaddr: use('vm info NAME --fields ips'),
  domiflist: NICS,
  domifstat: use('vm list --columns name,net,rx,tx'),
  domblklist: use('vm info NAME --fields disks'),
  domblkinfo: use('vm info NAME --fields disks'),
  domblkstat: use('vm list --columns name,disk,read,write'),
  dommemstat: use('vm list --columns name,mem,memory'),
  domstats: use('vm list -o wide'),
  domdisplay: GRAPHICS,
  vncdisplay: GRAPHICS,
  domrename: RENAME,
  dumpxml: use('vm define NAME', 'vm info NAME -o json'),
  desc: use('vm edit NAME --description TEXT'),
  undefine: noted('undefine leaves the disks', 'vm delete NAME --keep-disks'),
  autostart: use('vm autostart NAME'),
  setmem: use('vm edit NAME --memory 4GiB'),
  setmaxmem: use('vm edit NAME --max-memory 8GiB'),
  setvcpus: use('vm edit NAME --vcpus 4'),
  vcpuinfo: use('vm info NAME'),
  managedsave: use('vm suspend NAME'),
  save: use('vm save NAME', 'vm suspend NAME'),
  ttyconsole: use('vm console NAME'),
  define: CREATE,
  blockresize: use('disk resize VM NAME --size 20GiB'),
  'change-media': use('disk insert VM NAME', 'disk eject VM NAME'),
  nodeinfo: use('node info NAME'),
  hostname: use('node list'),
  sysinfo: use('node info NAME'),
  'node-memstats': use('node info NAME'),
  event: noted('events are on the screen: E', 'vm list'),
  connect: use('endpoint add NAME', 'endpoint connect NAME'),
  uri: use('endpoint list'),
  // qm, pct, pvesh
  config: use('vm info NAME'),
  terminal: use('vm console NAME'),
  listsnapshot: use('snapshot list NAME'),
  delsnapshot: use('snapshot delete VM NAME'),
  importdisk: DISKS,
  monitor: missing('open the monitor of QEMU'),
  unlock: use('vm unlock NAME'),
  get: use('vm list', 'node list'),
  // govc
  'vm.power': use('vm start NAME', 'vm stop NAME', 'vm kill NAME', 'vm restart NAME'),
  'vm.info': use('vm info NAME'),
  'vm.change': use('vm edit NAME'),
  'vm.destroy': use('vm delete NAME'),
  'vm.create': CREATE,
  'vm.clone': CLONE,
  'vm.migrate': MIGRATE,
  'vm.ip': use('vm info NAME --fields ips'),
  'vm.console': GRAPHICS,
  'host.info': use('node info NAME'),
  find: use('vm list --filter QUERY'),
  about: use('endpoint test NAME'),
  // openstack
  'server list': use('vm list'),
  'server show': use('vm info NAME'),
  'server start': use('vm start NAME'),
  'server stop': use('vm stop NAME'),
  'server reboot': use('vm restart NAME'),
  'server pause': use('vm pause NAME'),
  'server unpause': use('vm resume NAME'),
  'server suspend': use('vm suspend NAME'),
  'server resume': use('vm resume NAME'),
  'server delete': use('vm delete NAME'),
  'server set': use('vm edit NAME'),
  'server create': CREATE,
  'server resize': use('vm edit NAME --flavor FLAVOR'),
  'server migrate': MIGRATE,
  'server ssh': use('vm ssh NAME'),
  'server image': IMAGE_OF_VM,
  server: use('vm list', 'vm info NAME'),
  'console log': use('vm log NAME'),
  'console url': GRAPHICS,
  hypervisor: use('node list', 'node info NAME'),
  // aws
  'describe-instances': use('vm list', 'vm info NAME'),
  'describe-instance-status': use('vm status NAME'),
  'start-instances': use('vm start NAME'),
  'stop-instances': use('vm stop NAME'),
  'reboot-instances': use('vm restart NAME'),
  'terminate-instances': use('vm delete NAME'),
  'run-instances': CREATE,
  'modify-instance-attribute': use('vm edit NAME'),
  'get-console-output': use('vm log NAME'),
  'describe-volumes': DISKS,
  'describe-availability-zones': use('node list'),
  'describe-images': use('image list'),
  'describe-instance-types': use('flavor list'),
  'create-image': IMAGE_OF_VM,
  // kcli, by verb and noun
  plan: noted('drover shows plans, and can’t create them yet', 'plan list', 'vm list --filter plan:NAME'),
  plans: noted('drover shows plans, and can’t create them yet', 'plan list', 'vm list --filter plan:NAME'),
  kube: missing('manage Kubernetes clusters'),
  cluster: missing('manage Kubernetes clusters'),
  product: missing('install products'),
  switch: noted('all endpoints are there at once', 'vm list -C NAME'),
  sync: use('endpoint list'),
  download: use('image create NAME'),
  // nouns
  user: USERS,
  users: USERS,
  role: USERS,
  instance: use('vm list', 'vm info NAME'),
  instances: use('vm list'),
  domain: use('vm list', 'vm info NAME'),
  guest: use('vm list', 'vm info NAME'),
  machine: use('vm list', 'vm info NAME'),
  container: noted('containers of Proxmox are in the list of VMs', 'vm list'),
};

/** Families of commands: everything that starts like this. */
const FAMILIES: readonly (readonly [start: RegExp, meaning: Meaning])[] = [
  [/^checkpoint-/, missing('manage checkpoints')],
  [/^(attach|detach|update)-interface|^vm\.network\./, NICS],
  [/^((attach|detach)-(disk|device)|block|vm\.disk\.)/, DISKS],
  [/^(iface|nwfilter)-/, missing('manage interfaces and filters of nodes')],
  [/^migrate/, MIGRATE],
  [/^nodedev-/, use('node info NAME')],
  [/^node/, use('node info NAME')],
  [/^secret-/, missing('manage secrets of libvirt')],
  [/^(dompmsuspend|domfsfreeze)$/, use('vm pause NAME')],
  [/^(dompmwakeup|domfsthaw)$/, use('vm resume NAME')],
  [/^(domhostname|domfsinfo|guestinfo|domtime|vcpucount|guestvcpus|domif-getlink)$/, use('vm info NAME')],
  [/^(setvcpu|update-memory-device)$/, use('vm edit NAME')],
  [/^(blk.*tune|dom.*tune|memtune|numatune|schedinfo|perf|iothread|.*pin$|cpu-)/, missing('tune what a VM may use')],
  [/^(send-|inject-)/, missing('send keys and signals to a guest')],
  [/^screenshot/, use('vm screenshot NAME FILE')],
  [/^dump$/, missing('take dumps')],
  [/^backup/, BACKUP],
];

/** What stands before a tool's own words: its name, and the services of a cloud. */
const TOOLS = new Set(
  'virsh virt-manager qm pct pvesh pve govc openstack nova aws ec2 kcli docker podman lxc incus multipass vagrant gcloud az compute'.split(
    ' ',
  ),
);
const NOUNS = new Set(['vm', 'vms', 'node', 'nodes']);

/** The meaning of the words that were typed, first to last; undefined for words of no known tool. */
export function meaningOf(typed: readonly string[]): Meaning | undefined {
  const words = typed.map((word) => word.toLowerCase());
  const start = words.findIndex((word) => !TOOLS.has(word));
  const [first = '', second = ''] = start < 0 ? [] : words.slice(start);
  const listed = NOUNS.has(first) ? undefined : commandOfKind(first, second);
  if (listed) return 'use' in listed ? use(listed.use) : missing(listed.missing);
  const keys = NOUNS.has(first)
    ? [second]
    : [`${first} ${second}`, first, ...(NOUNS.has(second) || second === '' ? [] : [`${second} ${first}`])];
  const found = keys.find((key) => Object.hasOwn(MEANINGS, key));
  // kcli and others say the verb first: `create plan` is about plans.
  const noun = ABOUT_NOUNS.has(first) && Object.hasOwn(MEANINGS, second) ? second : undefined;
  const key = noun ?? found;
  if (key !== undefined) return MEANINGS[key];
  const word = NOUNS.has(first) ? second : first;
  const family = FAMILIES.find(([start]) => start.test(word))?.[1];
  if (family || start < 1) return family;
  return missing(`do what ${words[0]} ${word} does`);
}

const ABOUT_NOUNS = new Set(['create', 'delete', 'list', 'info', 'add', 'remove', 'update', 'get', 'show', 'download']);

/** What to say of it, without a full stop: the advice below an error. */
export function spellMeaning(meaning: Meaning): string {
  if ('missing' in meaning) return meaning.missing;
  const commands = meaning.use.map((command) => `drover ${command}`).join(', or ');
  return meaning.note === undefined ? commands : `${commands} (${meaning.note})`;
}
