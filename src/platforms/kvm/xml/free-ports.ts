import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';

/** Buses with room for several devices: where there is one, the ports alone say nothing. */
const WIDE: ReadonlySet<string> = new Set([
  'pci-root',
  'pci-bridge',
  'dmi-to-pci-bridge',
  'pcie-to-pci-bridge',
  'pcie-switch-upstream-port',
]);

/**
 * Whether a running machine has no port left that a PCI device could be plugged into. A q35 takes one device in each
 * `pcie-root-port`, and libvirt adds ports only while it is off.
 */
export function hasNoFreePort(devices: XmlElement): boolean {
  const controllers = childrenOf(devices, 'controller').filter((one) => attribute(one, 'type') === 'pci');
  const models = controllers.map((one) => attribute(one, 'model') ?? '');
  if (!models.includes('pcie-root') || models.some((model) => WIDE.has(model))) return false;
  const taken = new Set(
    devices.children
      .map((device) => child(device, 'address'))
      .filter((address) => attribute(address, 'type') === 'pci')
      .map((address) => Number(attribute(address, 'bus'))),
  );
  return controllers
    .filter((one) => attribute(one, 'model') === 'pcie-root-port')
    .every((port) => taken.has(Number(attribute(port, 'index'))));
}
