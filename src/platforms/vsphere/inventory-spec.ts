/** What of the inventory is read for rows and samples: few values per object, each a plain one. */
import { filterSpec, type Reach, type Wanted, way } from './properties.ts';
import type { MoRef, Xml } from './soap/envelope.ts';
import { xml } from './soap/envelope.ts';

/** kcli keeps its metadata among the VM's extra options. */
export const kcliPath = (key: 'plan' | 'profile' | 'image' | 'owner'): string => `config.extraConfig["${key}"].value`;

/** Values that only samples are made of: a change of them is no change of a row. */
export const FIGURES: ReadonlySet<string> = new Set([
  'summary.quickStats.overallCpuUsage',
  'summary.quickStats.guestMemoryUsage',
  'summary.quickStats.overallMemoryUsage',
]);

const PLACE = ['name', 'parent'];

export const WANTED: readonly Wanted[] = [
  { type: 'Folder', paths: PLACE },
  { type: 'Datacenter', paths: PLACE },
  { type: 'ComputeResource', paths: PLACE },
  {
    type: 'HostSystem',
    paths: [
      ...PLACE,
      'runtime.connectionState',
      'runtime.powerState',
      'runtime.inMaintenanceMode',
      'summary.hardware.cpuMhz',
      'summary.hardware.memorySize',
      'summary.hardware.numCpuCores',
      'summary.hardware.numCpuThreads',
      'summary.config.product.fullName',
      'summary.quickStats.overallCpuUsage',
      'summary.quickStats.overallMemoryUsage',
    ],
  },
  {
    type: 'VirtualMachine',
    paths: [
      ...PLACE,
      'config.instanceUuid',
      'config.template',
      kcliPath('plan'),
      kcliPath('profile'),
      kcliPath('image'),
      kcliPath('owner'),
      'guest.ipAddress',
      'runtime.bootTime',
      'runtime.connectionState',
      'runtime.host',
      'runtime.powerState',
      'runtime.question.text',
      'summary.config.guestFullName',
      'summary.config.memorySizeMB',
      'summary.config.numCpu',
      'summary.config.numEthernetCards',
      'summary.config.numVirtualDisks',
      'summary.quickStats.overallCpuUsage',
      'summary.quickStats.guestMemoryUsage',
      'summary.storage.committed',
      'summary.storage.uncommitted',
    ],
  },
];

/** What others change in a moment; a time of boot that belongs to an earlier run must not stay beside a new power state. */
export const POWER_OF_VMS: readonly Wanted[] = [
  { type: 'VirtualMachine', paths: ['runtime.bootTime', 'runtime.connectionState', 'runtime.powerState'] },
];

const DOWN = ['folder', 'vms', 'hosts', 'host', 'vapp'];

/** From the root through folders, datacenters and clusters; VMs of a vApp hang on that, not on a folder. */
const WAYS: Xml = xml`${[
  way('folder', 'Folder', 'childEntity', DOWN),
  way('vms', 'Datacenter', 'vmFolder', DOWN),
  way('hosts', 'Datacenter', 'hostFolder', DOWN),
  way('host', 'ComputeResource', 'host', []),
  way('vapp', 'VirtualApp', 'vm', []),
]}`;

export const wholeInventory = (rootFolder: MoRef): Reach => ({ from: [rootFolder], ways: WAYS });

/** What lies in the folders of one kind of each datacenter. A cluster of datastores (StoragePod) is a folder, too. */
export const inFolders = (rootFolder: MoRef, path: 'datastoreFolder' | 'networkFolder'): Reach => ({
  from: [rootFolder],
  ways: xml`${[
    way('folder', 'Folder', 'childEntity', ['folder', 'inside']),
    way('inside', 'Datacenter', path, ['folder']),
  ]}`,
});

export const inventoryFilter = (rootFolder: MoRef): Xml => filterSpec(WANTED, wholeInventory(rootFolder));

const TASK_PATHS = ['info.descriptionId', 'info.entity', 'info.error', 'info.progress', 'info.state'];

/** Tasks that run, and those that ended some minutes ago. */
export const taskFilter = (taskManager: MoRef): Xml =>
  filterSpec([{ type: 'Task', paths: TASK_PATHS }], {
    from: [taskManager],
    ways: way('tasks', 'TaskManager', 'recentTask', []),
  });
