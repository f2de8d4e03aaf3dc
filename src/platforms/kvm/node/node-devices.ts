/** The devices of a host, as libvirt lists them (https://libvirt.org/formatnode.html). */
import { formatBytes } from '../../../units.ts';
import type { NodeDevice } from '../../contract.ts';
import { attribute, child, childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import type { RpcClient } from '../rpc/client.ts';
import { NODE_DEVICES } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { unlessGone } from '../vm/guest.ts';
import { readDocument } from '../xml/document.ts';

/** A host of ours has some hundreds at most; what is beyond that is not read. */
const MOST = 512;
const SHOWN = NODE_DEVICES.pci + NODE_DEVICES.usb + NODE_DEVICES.net + NODE_DEVICES.scsiHost + NODE_DEVICES.storage;

/** Undefined where its driver lists none. */
export async function readNodeDevices(
  client: RpcClient,
  signal: AbortSignal,
): Promise<readonly NodeDevice[] | undefined> {
  const listed = await client
    .call(procedures.listNodeDevices, { needResults: true, flags: SHOWN }, { signal })
    .catch(unlessGone(undefined));
  if (!listed) return undefined;
  const all = await Promise.all(
    listed.devices.slice(0, MOST).map(async ({ name }) => {
      // One that was taken out meanwhile is none.
      const xml = await client
        .call(procedures.nodeDeviceXml, { name, flags: 0 }, { signal })
        .catch(unlessGone(undefined));
      return xml === undefined ? [] : [readDevice(await readDocument(xml, 'device'))];
    }),
  );
  return all.flat().toSorted((a, b) => a.type.localeCompare(b.type, 'en') || a.name.localeCompare(b.name, 'en'));
}

function readDevice(device: XmlElement): NodeDevice {
  const [capability] = childrenOf(device, 'capability');
  const driver = textAt(device, 'driver', 'name');
  return {
    name: textAt(device, 'name') ?? '',
    type: attribute(capability, 'type') ?? '',
    description: capability ? describe(capability) : '',
    ...(driver ? { driver } : {}),
  };
}

function describe(capability: XmlElement): string {
  const ids = ['vendor', 'product'].map((key) => attribute(child(capability, key), 'id'));
  const size = Number(textAt(capability, 'size'));
  const words = [
    textAt(capability, 'interface'),
    textAt(capability, 'block'),
    textAt(capability, 'vendor'),
    textAt(capability, 'product'),
    textAt(capability, 'model'),
    ids.every(Boolean) && `(${ids.map((id) => id?.replace(/^0x/, '')).join(':')})`,
    textAt(capability, 'address'),
    size > 0 && formatBytes(size),
    attribute(child(capability, 'link'), 'state'),
  ];
  return words.filter(Boolean).join(' ');
}
