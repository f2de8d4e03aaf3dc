/** A datacenter with a cluster and a single host, folders, a vApp, a template: with the properties that the API has for them. */
import type { Ref, Value, World } from './property-collector.ts';

export type Properties = Readonly<Record<string, Value>>;

const PLACE: Properties = { name: undefined, parent: undefined };
const HOST: Properties = {
  ...PLACE,
  'runtime.bootTime': '2026-01-01T00:00:00Z',
  'runtime.connectionState': 'connected',
  'runtime.inMaintenanceMode': 'false',
  'runtime.powerState': 'poweredOn',
  'summary.config.product': '<fullName>VMware ESXi 8.0.2</fullName>',
  'summary.config.product.fullName': 'VMware ESXi 8.0.2',
  'summary.hardware': undefined,
  'summary.hardware.cpuMhz': '2000',
  'summary.hardware.memorySize': '8589934592',
  'summary.hardware.numCpuCores': '4',
  'summary.hardware.numCpuThreads': '8',
  'summary.quickStats': undefined,
  'summary.quickStats.overallCpuUsage': '4000',
  'summary.quickStats.overallMemoryUsage': '2048',
  vm: { refs: [] },
};
const VM: Properties = {
  ...PLACE,
  'config.annotation': undefined,
  'config.bootOptions.bootOrder': undefined,
  'config.changeVersion': undefined,
  'config.cpuHotAddEnabled': undefined,
  'config.createDate': undefined,
  'config.extraConfig': undefined,
  'config.files.vmPathName': undefined,
  'config.firmware': undefined,
  'config.guestFullName': undefined,
  'config.hardware.device': undefined,
  'config.hardware.memoryMB': undefined,
  'config.hardware.numCPU': undefined,
  'config.hardware.numCoresPerSocket': undefined,
  'config.instanceUuid': undefined,
  'config.memoryHotAddEnabled': undefined,
  'config.nestedHVEnabled': undefined,
  'config.template': 'false',
  'config.uuid': undefined,
  'config.version': undefined,
  customValue: undefined,
  datastore: undefined,
  'guest.hostName': undefined,
  'guest.ipAddress': undefined,
  'guest.net': undefined,
  'guest.toolsRunningStatus': undefined,
  'runtime.bootTime': undefined,
  'runtime.connectionState': 'connected',
  'runtime.host': { ref: 'HostSystem:host-1' },
  'runtime.powerState': 'poweredOff',
  'runtime.question.text': undefined,
  'layoutEx.disk': undefined,
  'layoutEx.file': undefined,
  'layoutEx.snapshot': undefined,
  network: undefined,
  resourcePool: undefined,
  snapshot: undefined,
  'summary.config.guestFullName': undefined,
  'summary.config.instanceUuid': undefined,
  'summary.config.memorySizeMB': '1024',
  'summary.config.numCpu': '1',
  'summary.config.numEthernetCards': undefined,
  'summary.config.numVirtualDisks': undefined,
  'summary.config.template': 'false',
  'summary.config.vmPathName': undefined,
  'summary.quickStats.guestMemoryUsage': undefined,
  'summary.quickStats.overallCpuUsage': undefined,
  'summary.storage.committed': undefined,
  'summary.storage.uncommitted': undefined,
};

export const A_TASK: Properties = {
  'info.descriptionId': undefined,
  'info.entity': undefined,
  'info.error': undefined,
  'info.progress': undefined,
  'info.state': 'running',
};

const folder = (name: string, parent: Ref | undefined, ...childEntity: readonly Ref[]): Properties => ({
  name,
  parent: parent && { ref: parent },
  childEntity: { refs: childEntity },
});
export const aHost = (name: string, parent: Ref, more: Properties = {}): Properties => ({
  ...HOST,
  name,
  parent: { ref: parent },
  ...more,
});
export const aVm = (name: string, parent: Ref | undefined, more: Properties = {}): Properties => ({
  ...VM,
  name,
  parent: parent && { ref: parent },
  ...more,
});

const DC: Ref = 'Datacenter:dc-1';
const CLUSTER: Ref = 'ClusterComputeResource:domain-c1';
const SINGLE: Ref = 'ComputeResource:domain-s1';

const OBJECTS = (): readonly (readonly [Ref, Properties])[] => [
  ['Folder:group-d1', folder('Datacenters', undefined, 'Folder:group-eu')],
  ['Folder:group-eu', folder('Europe', 'Folder:group-d1', DC)],
  [
    DC,
    {
      name: 'Berlin',
      parent: { ref: 'Folder:group-eu' },
      vmFolder: { ref: 'Folder:group-v1' },
      datastoreFolder: { ref: 'Folder:group-s1' },
      networkFolder: { ref: 'Folder:group-n1' },
      hostFolder: { ref: 'Folder:group-h1' },
    },
  ],
  ['Folder:group-h1', folder('host', DC, CLUSTER, 'Folder:group-h2')],
  ['Folder:group-h2', folder('spare', 'Folder:group-h1', SINGLE)],
  [
    CLUSTER,
    {
      name: 'Fast',
      parent: { ref: 'Folder:group-h1' },
      configurationEx: undefined,
      host: { refs: ['HostSystem:host-1', 'HostSystem:host-2'] },
    },
  ],
  [SINGLE, { name: 'esx3', parent: { ref: 'Folder:group-h2' }, host: { refs: ['HostSystem:host-3'] } }],
  ['HostSystem:host-1', aHost('esx1', CLUSTER)],
  ['HostSystem:host-2', aHost('esx2', CLUSTER, { 'runtime.inMaintenanceMode': 'true' })],
  ['HostSystem:host-3', aHost('esx3', SINGLE, { 'runtime.connectionState': 'notResponding' })],
  ['Folder:group-v1', folder('vm', DC, 'VirtualMachine:vm-143', 'Folder:group-v2', 'VirtualApp:vapp-1')],
  ['Folder:group-v2', folder('Team', 'Folder:group-v1', 'VirtualMachine:vm-2', 'VirtualMachine:vm-3')],
  ['VirtualApp:vapp-1', { ...PLACE, name: 'shop', vm: { refs: ['VirtualMachine:vm-4'] } }],
  [
    'VirtualMachine:vm-143',
    aVm('web1', 'Folder:group-v1', {
      'config.extraConfig["image"].value': 'debian12',
      'config.extraConfig["plan"].value': 'lab',
      'config.extraConfig["profile"].value': 'small',
      'config.instanceUuid': '5012-aa',
      'guest.ipAddress': '10.0.0.7',
      'runtime.bootTime': '2026-01-01T10:00:00Z',
      'runtime.powerState': 'poweredOn',
      'summary.config.memorySizeMB': '2048',
      'summary.config.numCpu': '2',
      'summary.quickStats.guestMemoryUsage': '512',
      'summary.quickStats.overallCpuUsage': '1000',
      'summary.config.numEthernetCards': '1',
      'summary.config.numVirtualDisks': '1',
      'summary.storage.committed': String(2 * 1024 ** 3),
      'summary.storage.uncommitted': String(6 * 1024 ** 3),
    }),
  ],
  ['VirtualMachine:vm-2', aVm('ci%2f2', 'Folder:group-v2', { 'runtime.host': { ref: 'HostSystem:host-9' } })],
  [
    'VirtualMachine:vm-3',
    aVm('golden', 'Folder:group-v2', { 'config.template': 'true', 'summary.config.template': 'true' }),
  ],
  [
    'VirtualMachine:vm-4',
    aVm('shop1', undefined, { 'runtime.powerState': 'suspended', 'runtime.host': { ref: 'HostSystem:host-2' } }),
  ],
  ['Folder:group-s1', folder('datastore', DC)],
  ['Folder:group-n1', folder('network', DC)],
  ['TaskManager:TaskManager', { recentTask: { refs: [] } }],
];

export const smallWorld = (): World =>
  new Map(OBJECTS().map(([ref, properties]) => [ref, new Map(Object.entries(properties))] as const));
