/** What the details say of a guest's hardware beyond what every guest has: lines for what is set, and none for the rest. */
import type { MoreLine } from '../../contract.ts';
import { attribute, child, childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';

export type HardwareLine = MoreLine;

export function hardwareLines(domain: XmlElement): readonly HardwareLine[] {
  const [cpu, devices, os] = [child(domain, 'cpu'), child(domain, 'devices'), child(domain, 'os')];
  const topology = child(cpu, 'topology');
  const of = (element: XmlElement | undefined, key: string): string => attribute(element, key) ?? '';
  const each = (parent: XmlElement | undefined, name: string, say: (one: XmlElement) => string): string =>
    childrenOf(parent, name).map(say).join(', ');
  const [hotplug, numa] = [child(domain, 'maxMemory'), child(child(domain, 'numatune'), 'memory')];
  const hugePages = child(child(domain, 'memoryBacking'), 'hugepages');
  const lines: readonly HardwareLine[] = [
    ['Topology', ['sockets', 'cores', 'threads'].map((key) => topology && `${of(topology, key)} ${key}`).join(', ')],
    ['CPU flags', each(cpu, 'feature', (one) => `${of(one, 'name')} ${of(one, 'policy')}`)],
    ['Pinned', each(child(domain, 'cputune'), 'vcpupin', (one) => `vCPU ${of(one, 'vcpu')} to ${of(one, 'cpuset')}`)],
    ['NUMA cells', each(child(cpu, 'numa'), 'cell', (one) => `vCPUs ${of(one, 'cpus')} with ${of(one, 'memory')} KiB`)],
    ['NUMA mode', numa ? `${of(numa, 'mode')} of ${of(numa, 'nodeset')}` : ''],
    ['Memory to plug', hotplug ? `up to ${hotplug.text} KiB in ${of(hotplug, 'slots')} slots` : ''],
    ['Huge pages', hugePages ? each(hugePages, 'page', (one) => `${of(one, 'size')} ${of(one, 'unit')}`) || 'yes' : ''],
    [
      'Shared folders',
      each(devices, 'filesystem', (one) => `${of(child(one, 'source'), 'dir')} as ${of(child(one, 'target'), 'dir')}`),
    ],
    ['Host devices', each(devices, 'hostdev', (one) => pciOf(one) ?? of(one, 'type'))],
    ['IOMMU', each(devices, 'iommu', (one) => of(one, 'model'))],
    ['Kernel', [textAt(os, 'kernel'), textAt(os, 'cmdline')].filter(Boolean).join(' ')],
  ];
  return lines.filter(([, value]) => /\w/.test(value)).map(([label, value]) => [label, value, sectionOf(label)]);
}

const sectionOf = (label: string): string => (label === 'Kernel' ? 'Boot' : 'Hardware');

/** `0000:01:00.0` */
function pciOf(device: XmlElement): string | undefined {
  const address = child(child(device, 'source'), 'address');
  const parts = ['domain', 'bus', 'slot', 'function'].map((key) => attribute(address, key)?.replace(/^0x/, ''));
  return attribute(address, 'slot') && parts.join(':').replace(/:(\w)$/, '.$1');
}
