/** Whether the host has what a new VM is to have: asked before anything is made. */
import { FleetError } from '../../../errors.ts';
import { formatBytes } from '../../../units.ts';
import { refused } from '../../lib/spec-values.ts';
import { attribute, child, childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import type { HostCall } from '../host/host-call.ts';
import type { Abilities } from '../make/abilities.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { CPU_MUST_FIT } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { otherDomains } from '../vm/other-domains.ts';
import { readDocument } from '../xml/document.ts';
import { type CpuFlag, type CpuWish, cpuXml } from './cpu.ts';
import { writeSet } from './cpu-set.ts';
import { nameOfPci, type PciAddress, shownPci } from './devices.ts';
import type { Hardware } from './hardware.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import { type MemoryWish, refuseBroken } from './memory.ts';

/** `pci`: all devices that it gets, NICs among them. `starts`: it is to run at once. */
export async function refuseLacking(
  call: HostCall,
  { cpu, memory }: Hardware,
  abilities: Abilities,
  pci: readonly PciAddress[],
  starts: boolean,
): Promise<void> {
  await refuseFlags(call, abilities);
  if (cpu.pins.length > 0 || memory.numa || memory.pages) {
    const facts = await readHostFacts(call);
    refusePlaces(cpu, memory, facts);
    refusePages(memory, facts, starts);
  }
  for (const device of pci) await refuseNoPci(call, device);
  await refuseUsedPci(call, pci);
}

function refusePlaces({ pins }: CpuWish, { numa }: MemoryWish, { cpus, nodes }: HostFacts): void {
  const cpu = pins.flatMap(({ host }) => host).find((one) => !cpus.has(one));
  if (cpu !== undefined)
    throw refused(`the host has no CPU ${cpu}: it has ${writeSet([...cpus].sort((a, b) => a - b))}`);
  const node = numa?.nodes.find((one) => !nodes.has(one));
  if (node !== undefined)
    throw refused(`the host has no NUMA node ${node}: it has ${writeSet([...nodes].sort((a, b) => a - b))}`);
}

function refusePages({ pages, most, cells }: MemoryWish, facts: HostFacts, starts: boolean): void {
  if (!pages) return;
  const usual = Math.min(...facts.pages.keys());
  const huge = [...facts.pages].filter(([size]) => size > usual);
  const own = pages.size === undefined ? huge : huge.filter(([size]) => size === pages.size);
  if (own.length === 0)
    throw refused(
      `the host has no huge pages${pages.size === undefined ? '' : ` of ${formatBytes(pages.size)}`}`,
      huge.length > 0 ? `it has those of ${huge.map(([size]) => formatBytes(size)).join(' and ')}` : undefined,
    );
  const room = Math.max(...own.map(([size, count]) => size * count));
  if (starts && room < most)
    throw refused(
      `the host has set aside ${formatBytes(room)} in such huge pages, and the VM needs ${formatBytes(most)}`,
    );
  if (pages.size === undefined)
    refuseBroken([most, ...cells.map(({ memory }) => memory)], Math.min(...own.map(([size]) => size)));
}

/**
 * A flag that is no word of libvirt, or that QEMU can't give a guest on this host. It is asked of the host's own CPU as guests see
 * it, since libvirt compares old models too strictly; a host that has no such CPU finds out at the start.
 */
async function refuseFlags(
  { client, signal }: HostCall,
  { type, arch, machine, flags, emulator }: Abilities,
): Promise<void> {
  if (flags.length === 0) return;
  // What is forced on the guest may be missing: only its name counts.
  const asked = flags.map(({ name, policy }): CpuFlag => ({ name, policy: policy === 'force' ? 'optional' : policy }));
  const xml = cpuXml('host-model', NO_TOPOLOGY, asked, '');
  const args = { emulator: emulator || undefined, arch, machine: machine || undefined, type, xml, flags: CPU_MUST_FIT };
  await client.call(procedures.compareCpu, args, { signal }).catch((error: unknown) => {
    if (!(error instanceof LibvirtError)) throw error;
    if (!SILENT.has(error.code)) throw refused(`the flags of its CPU: ${error.message}`);
  });
}
const NO_TOPOLOGY = { topology: undefined };
/** Drivers and older daemons that don't compare. */
const SILENT: ReadonlySet<number> = new Set([
  VIR_ERR.noSupport,
  VIR_ERR.rpc,
  VIR_ERR.configUnsupported,
  VIR_ERR.operationUnsupported,
]);

/** Class of bridges of all kinds, which no guest can have. */
const BRIDGE = /^0x06/;

async function refuseNoPci(call: HostCall, device: PciAddress): Promise<void> {
  if (BRIDGE.test(textAt(await pciOnHost(call, device), 'class') ?? ''))
    throw refused(`the PCI device ${shownPci(device)} is a bridge of the host's own`);
}

/** libvirt makes NICs of virtual functions alone: it sets their addresses by the physical function that they are of. */
export async function refuseNoFunction(call: HostCall, device: PciAddress): Promise<void> {
  const kinds = childrenOf(await pciOnHost(call, device), 'capability').map((one) => attribute(one, 'type'));
  if (!kinds.includes('phys_function'))
    throw refused(
      `the PCI device ${shownPci(device)} is no virtual function (SR-IOV), and libvirt makes NICs of those alone`,
      'give the VM the whole device in place of a NIC',
    );
}

/** Its capability as a PCI device (https://libvirt.org/formatnode.html). Rejects with op.refused where the host has none. */
async function pciOnHost({ client, signal }: HostCall, device: PciAddress): Promise<XmlElement | undefined> {
  const name = nameOfPci(device);
  const xml = await client
    .call(procedures.nodeDeviceByName, { name }, { signal })
    .then(() => client.call(procedures.nodeDeviceXml, { name, flags: 0 }, { signal }))
    .catch((error: unknown) => {
      if (error instanceof LibvirtError && error.code === VIR_ERR.noNodeDevice)
        throw refused(`the host has no PCI device ${shownPci(device)}`);
      throw error;
    });
  return childrenOf(await readDocument(xml, 'device'), 'capability').find((one) => attribute(one, 'type') === 'pci');
}

/** Throws op.conflict for a device that another VM has, as it runs or is saved; op.refused where that can't be seen. */
async function refuseUsedPci(call: HostCall, pci: readonly PciAddress[]): Promise<void> {
  if (pci.length === 0) return;
  const wanted = new Set(pci.map(shownPci));
  if (wanted.size < pci.length) throw refused('a PCI device is given to it twice');
  for await (const { what, vm, text, fault } of otherDomains(call, false)) {
    if (fault !== undefined) throw refused(`${what} can't be read, and may have the same PCI device: ${fault}`);
    const devices = child(await readDocument(text, 'domain'), 'devices');
    // Disks of NVMe are devices of the host too.
    const taken = ['hostdev', 'interface', 'disk']
      .flatMap((name) => childrenOf(devices, name))
      .filter((one) => one.name !== 'hostdev' || attribute(one, 'type') === 'pci')
      .map((one) => pciIn(child(child(one, 'source'), 'address')))
      .find((one) => one !== undefined && wanted.has(one));
    if (taken !== undefined)
      throw new FleetError('op.conflict', `the PCI device ${taken} is one of ${vm}`, {
        fix: 'take it from there first',
      });
  }
}

/** Undefined for addresses of other kinds: one of USB or SCSI has a bus as well. */
function pciIn(address: XmlElement | undefined): string | undefined {
  const part = (key: string, digits: number) => {
    const number = Number(attribute(address, key) ?? 0);
    return Number.isInteger(number) ? number.toString(16).padStart(digits, '0') : '';
  };
  if (['domain', 'bus', 'slot', 'function'].some((key) => attribute(address, key) === undefined)) return undefined;
  return `${part('domain', 4)}:${part('bus', 2)}:${part('slot', 2)}.${part('function', 1)}`;
}
