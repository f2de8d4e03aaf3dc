/** Disks and drives of a VM: devices that ReconfigVM_Task adds, changes and takes away (vSphere Web Services API). */
import { FleetError } from '../../../errors.ts';
import { type DiskId, diskId, nativeOfPart, type VmId, vmOf } from '../../../ids.ts';
import { spellBytes } from '../../../units.ts';
import type { DiskOps, DiskSpec, LossPlan, VmOps } from '../../contract.ts';
import { refuseImage } from '../../lib/empty-disks.ts';
import { refusePlanned } from '../../lib/listed.ts';
import { listDisks, noPart } from '../../lib/parts.ts';
import { oneOf, refused } from '../../lib/spec-values.ts';
import type { XmlElement } from '../../transport/xml.ts';
import { type DiskDevice, readDevices } from '../devices.ts';
import { BUSES } from '../form/fields.ts';
import { changeVm, DEVICES, HARDWARE_PATHS } from '../hardware/change-vm.ts';
import { addDisk, growDisk, type NewDisk, removeDevice } from '../hardware/disks.ts';
import { putMedium } from '../hardware/drives.ts';
import { createSlots } from '../hardware/slots.ts';
import { type Catalog, readCatalog } from '../place/catalog.ts';
import { chooseStore } from '../place/choose.ts';
import { placeOf, reachableStores } from '../place/of-vm.ts';
import { retrieveOne } from '../properties.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { findFile, pathIn, type StoreFile, splitPath } from '../storage/browse.ts';
import { conflict, done, onVm, refuseTemplate, type VmCall, type VmCalls } from '../vm-call.ts';
import { planDisk, usersOfDisk } from './plan-delete.ts';

export function createDiskOps(calls: VmCalls, info: VmOps['info']): Required<Omit<DiskOps, 'move'>> {
  const { session } = calls;
  const on = <T>(id: DiskId, signal: AbortSignal, work: (call: VmCall, disk: DiskDevice) => Promise<T>) =>
    onVm(calls, vmOf(id), HARDWARE_PATHS, signal, async (call) => {
      const disk = disksOf(call).find(({ label }) => label === nativeOfPart(id));
      if (!disk) throw noPart('disk', call.name, id);
      return work(call, disk);
    });

  return {
    list: listDisks(info),
    create: (vm, spec, signal) =>
      onVm(calls, vm, HARDWARE_PATHS, signal, async (call) => {
        refuseTemplate(call);
        refuseImage(spec, 'vSphere');
        const catalog = await readCatalog(session, signal);
        const wanted = spec.volume === '' ? newDisk(call, catalog, spec) : await fileOf(calls, call, catalog, spec);
        const slots = createSlots(call.values.get(DEVICES));
        const disk = addDisk(slots, wanted);
        await changeVm(calls, call, { deviceChange: xml`${[...slots.controllers(), disk]}` });
        return { ...done(), id: await newcomer(calls, vm, call) };
      }),
    detach: (id, signal) =>
      on(id, signal, async (call, disk) => {
        if (disk.readOnly) throw refused(`${disk.label} of ${call.name} is a drive`, 'eject what is in it');
        return change(calls, call, removeDevice(disk.element));
      }),
    planDelete: (id, signal) => on(id, signal, (call, disk) => planDisk(session, call, disk)),
    delete: (id, signal) =>
      on(id, signal, async (call, disk) => {
        const plan: LossPlan = await planDisk(session, call, disk);
        refusePlanned(plan);
        return change(calls, call, removeDevice(disk.element, 'destroy'));
      }),
    resize: (id, size, signal) =>
      on(id, signal, async (call, disk) => {
        if (disk.readOnly) throw refused(`${disk.label} of ${call.name} is a drive`);
        if (disk.size !== undefined && size < disk.size) {
          throw refused(
            `${disk.label} of ${call.name} has ${spellBytes(disk.size)}: it only grows, since a smaller one would be cut off`,
          );
        }
        refuseWithSnapshots(call);
        return change(calls, call, growDisk(disk.element, size));
      }),
    insert: (id, volume, signal) =>
      on(id, signal, async (call, drive) => {
        if (!drive.readOnly) throw refused(`${drive.label} of ${call.name} is a disk, not a drive`);
        if (volume === '') return change(calls, call, putMedium(drive.element, ''));
        const catalog = await readCatalog(session, signal);
        const medium = await findFile(calls, reachableStores(catalog, call), volume, 'iso', signal);
        return change(calls, call, putMedium(drive.element, medium.path));
      }),
  };
}

const disksOf = ({ values }: VmCall): readonly DiskDevice[] => readDevices(values.get(DEVICES)).disks;

async function change(calls: VmCalls, call: VmCall, device: Xml) {
  await changeVm(calls, call, { deviceChange: device });
  return done();
}

/** vSphere lets no disk grow that a snapshot holds. */
function refuseWithSnapshots({ name, values }: VmCall): void {
  if (values.get('snapshot'))
    throw conflict(name, 'has snapshots, which hold its disks as they are', 'delete them first');
}

function newDisk(call: VmCall, catalog: Catalog, spec: DiskSpec): NewDisk {
  if (spec.shareable) throw refused('a new disk is of one VM alone', 'make a volume, and attach that as shareable');
  const first = disksOf(call).find(({ readOnly }) => !readOnly);
  const wanted = spec.storage || splitPath(first?.path ?? call.values.get('config.files.vmPathName')?.text ?? '').store;
  const store = chooseStore(catalog, placeOf(catalog, call), wanted);
  if (store.free !== undefined && !isThin(spec) && spec.size > store.free) {
    throw refused(`${store.name} has ${spellBytes(store.free)} free`, 'take another datastore, or a thin disk');
  }
  return {
    file: pathIn(store.name, ''),
    isNew: true,
    size: spec.size,
    isThin: isThin(spec),
    bus: busFor(call, spec),
    isShareable: false,
  };
}

const FORMATS = ['', 'thin', 'thick', 'vmdk'] as const;
const isThin = ({ format }: DiskSpec): boolean => oneOf(FORMATS, format, 'format') !== 'thick';

/** That of the first disk, unless one is named. */
function busFor(call: VmCall, { bus }: DiskSpec) {
  const first = disksOf(call).find(({ readOnly }) => !readOnly);
  const own = first?.bus === 'ahci' ? 'sata' : first?.bus;
  const usual = BUSES.find((one) => one === own) ?? BUSES[0];
  return oneOf(BUSES, bus || usual, 'bus');
}

async function fileOf(calls: VmCalls, call: VmCall, catalog: Catalog, spec: DiskSpec): Promise<NewDisk> {
  const { signal, name } = call;
  const file: StoreFile = await findFile(calls, reachableStores(catalog, call), spec.volume, 'disk', signal);
  const own = disksOf(call).find(({ path }) => path === file.path);
  if (own) throw new FleetError('op.conflict', `${file.path} is ${own.label} of ${name} already`);
  const others = await usersOfDisk(calls.session, { store: file.store.ref.value, path: file.path }, undefined, signal);
  if (others.length > 0 && !spec.shareable) {
    throw new FleetError('op.conflict', `${file.path} is a disk of ${others.join(', ')}`, {
      fix: 'detach it there first',
    });
  }
  return {
    file: file.path,
    isNew: false,
    size: file.size ?? 0,
    isThin: false,
    bus: busFor(call, spec),
    isShareable: spec.shareable,
  };
}

/** The disk that was not there before: the server chooses what it is called. */
async function newcomer({ session }: VmCalls, vm: VmId, call: VmCall): Promise<DiskId> {
  const before = new Set(disksOf(call).map(({ key }) => key));
  const values = await retrieveOne(session, call.ref, [DEVICES], call.signal);
  const devices: XmlElement | undefined = values.get(DEVICES);
  const added = readDevices(devices).disks.find(({ key }) => !before.has(key));
  if (added) return diskId(vm, added.label);
  throw new FleetError('outcome.unknown', `${call.name}: the task is done, and there is no new disk`, {
    fix: 'look at its disks before you repeat it',
  });
}
