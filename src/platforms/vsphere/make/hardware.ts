/** The hardware of a new VM: of one without a template all of it, of a clone what differs from its template. */
import { formatBytes, gib } from '../../../units.ts';
import type { Warning } from '../../contract.ts';
import type { XmlElement } from '../../transport/xml.ts';
import { type ConfigParts, extraConfig } from '../config-spec.ts';
import { readDevices } from '../devices.ts';
import type { MakeSpec, WantedDisk, WantedNic } from '../form/spec.ts';
import { addDisk, growDisk, removeDevice } from '../hardware/disks.ts';
import { addDrive, putMedium } from '../hardware/drives.ts';
import { addNic, findNetwork, renewMac } from '../hardware/nics.ts';
import { createSlots } from '../hardware/slots.ts';
import type { Catalog, Net } from '../place/catalog.ts';
import { chooseStore, type Place } from '../place/choose.ts';
import { nothing, type Xml, xml } from '../soap/envelope.ts';
import { pathIn } from '../storage/browse.ts';
import { withKeys } from '../vm/metadata.ts';

/** What was looked up before anything is made. */
export interface Hardware {
  readonly catalog: Catalog;
  readonly place: Place;
  /** In the order of the NICs that are asked for. */
  readonly networks: readonly Net[];
  readonly nics: readonly WantedNic[];
  /** Path of the medium; '' for none. */
  readonly iso: string;
  /** Keys of metadata that come with the template. */
  readonly metadataKeys: readonly string[];
}

const USUAL_NETWORK = 'VM Network';
const USUAL_SIZE = gib(10);
const USUAL_GUEST = 'otherLinux64Guest';

/** One card where none is named and there is no template; none where there is no such network. */
export function chooseNics(
  catalog: Catalog,
  place: Place,
  { nics, image }: MakeSpec,
): Pick<Hardware, 'nics' | 'networks'> {
  const find = (network: string) => findNetwork(catalog, place.hosts, place.datacenter, network);
  if (nics.length > 0 || image !== '') return { nics, networks: nics.map(({ network }) => find(network)) };
  const isThere = [...catalog.networks.values()].some(
    ({ name, ref }) => name === USUAL_NETWORK && place.hosts.some(({ networks }) => networks.includes(ref.value)),
  );
  const usual: readonly WantedNic[] = isThere ? [{ network: USUAL_NETWORK, model: 'vmxnet3', mac: '' }] : [];
  return { nics: usual, networks: usual.map(({ network }) => find(network)) };
}

/** Sizes and words, alike for both. */
function commonParts(spec: MakeSpec, { metadataKeys }: Hardware): ConfigParts {
  const said = <Value extends string | number | boolean>(tag: string, value: Value | undefined): Xml =>
    value === undefined || value === '' ? nothing : xml`<${tag}>${value}</${tag}>`;
  return {
    annotation: said('annotation', spec.description),
    guestId: said('guestId', spec.guestId),
    numCPUs: said('numCPUs', spec.vcpus),
    numCoresPerSocket: said('numCoresPerSocket', spec.cores),
    memoryMB: said('memoryMB', spec.memoryMib),
    memoryHotAddEnabled: said('memoryHotAddEnabled', spec.memoryHotAdd),
    cpuHotAddEnabled: said('cpuHotAddEnabled', spec.cpuHotAdd),
    nestedHVEnabled: said('nestedHVEnabled', spec.nested),
    extraConfig: extraConfig(withKeys(spec.metadata, metadataKeys)),
    ...(spec.firmware !== '' && { firmware: xml`<firmware>${spec.firmware === 'bios' ? 'bios' : 'efi'}</firmware>` }),
    ...(spec.firmware === 'efi-secure' && {
      bootOptions: xml`<bootOptions><efiSecureBootEnabled>true</efiSecureBootEnabled></bootOptions>`,
    }),
  };
}

/** A VM without a template. */
export function partsOfNew(spec: MakeSpec, hardware: Hardware): ConfigParts {
  const { catalog, place, iso } = hardware;
  const slots = createSlots(undefined);
  const disks: readonly WantedDisk[] =
    spec.disks.length > 0 ? spec.disks : [{ size: USUAL_SIZE, storage: '', bus: 'scsi', isThin: true }];
  const first = chooseStore(catalog, place, disks[0]?.storage ?? '', sizeOf(disks[0]));
  const added = disks.map((disk) => {
    const store = disk.storage === '' ? first : chooseStore(catalog, place, disk.storage);
    return addDisk(slots, {
      ...disk,
      file: pathIn(store.name, ''),
      isNew: true,
      size: sizeOf(disk),
      isShareable: false,
    });
  });
  const drive = addDrive(slots, iso);
  const nics = hardware.nics.map((nic, at) => newNic(hardware, slots, nic, at));
  return {
    ...commonParts(spec, hardware),
    name: xml`<name>${spec.name}</name>`,
    guestId: xml`<guestId>${spec.guestId || USUAL_GUEST}</guestId>`,
    files: xml`<files><vmPathName>${pathIn(first.name, '')}</vmPathName></files>`,
    deviceChange: xml`${[...slots.controllers(), ...added, drive, ...nics]}`,
  };
}

const sizeOf = (disk: WantedDisk | undefined): number => disk?.size ?? USUAL_SIZE;

const newNic = (
  { catalog, networks }: Hardware,
  slots: ReturnType<typeof createSlots>,
  nic: WantedNic,
  at: number,
): Xml => {
  const net = networks[at];
  return net === undefined ? nothing : addNic(catalog, slots, net, nic.model, nic.mac);
};

export interface ClonePlan {
  readonly parts: ConfigParts;
  readonly warnings: readonly Warning[];
}

/** A clone as it is now, with `devices` of its own; its first disks are those of the template. */
export function partsOfClone(spec: MakeSpec, hardware: Hardware, devices: XmlElement | undefined): ClonePlan {
  const { catalog, place, iso, networks } = hardware;
  const slots = createSlots(devices);
  const has = readDevices(devices);
  const warnings: Warning[] = [];
  const disks = has.disks.filter(({ readOnly }) => !readOnly);
  const changes = spec.disks.map((wanted, at): Xml => {
    const there = disks[at];
    if (!there) {
      const store = chooseStore(catalog, place, wanted.storage);
      return addDisk(slots, {
        ...wanted,
        file: pathIn(store.name, ''),
        isNew: true,
        size: sizeOf(wanted),
        isShareable: false,
      });
    }
    if (wanted.size === undefined || there.size === undefined || wanted.size === there.size) return nothing;
    if (wanted.size > there.size) return growDisk(there.element, wanted.size);
    const detail = `${there.label} has the ${formatBytes(there.size)} of its template, since that is larger`;
    warnings.push({ feature: 'disk', detail });
    return nothing;
  });
  const nics = spec.nics.map((wanted, at) => {
    const there = has.nics[at];
    return there ? renewMac(catalog, there.element, networks[at], wanted.mac) : newNic(hardware, slots, wanted, at);
  });
  const surplus =
    spec.nics.length === 0 ? [] : has.nics.slice(spec.nics.length).map((nic) => removeDevice(nic.element));
  const renewed = spec.nics.length === 0 ? has.nics.map((nic) => renewMac(catalog, nic.element, undefined)) : [];
  const drive = has.disks.find(({ readOnly }) => readOnly);
  const medium = iso === '' ? [] : [drive ? putMedium(drive.element, iso) : addDrive(slots, iso)];
  const deviceChange = [...changes, ...nics, ...surplus, ...renewed, ...medium];
  return {
    parts: { ...commonParts(spec, hardware), deviceChange: xml`${[...slots.controllers(), ...deviceChange]}` },
    warnings,
  };
}
