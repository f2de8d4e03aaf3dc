import { FleetError } from '../../../errors.ts';
import { attribute } from '../../transport/xml.ts';
import type { HostCall } from '../host/host-call.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';

type Asked = Pick<HostCall, 'client' | 'signal'>;

/** `bridge`, `ethernet` …; `none` where the host has none of this name, undefined where it can't be asked for its interfaces. */
export async function interfaceType({ client, signal }: Asked, name: string): Promise<string | undefined> {
  try {
    const found = await client.call(procedures.interfaceByName, { name }, { signal });
    const xml = await client.call(procedures.interfaceXml, { interface: found, flags: 0 }, { signal });
    return attribute(await readDocument(xml, 'interface'), 'type');
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    return error.code === VIR_ERR.noInterface ? 'none' : undefined;
  }
}

/** Throws op.refused for a device that the host has not, and for one that is no bridge where that is needed. Else libvirt decides. */
export async function refuseNoDevice(call: Asked, name: string, isBridge: boolean): Promise<void> {
  const type = await interfaceType(call, name);
  const what = isBridge ? 'bridge' : 'interface';
  if (type === 'none' || (isBridge && type !== undefined && type !== 'bridge'))
    throw new FleetError('op.refused', `the device ${name}: the host has no ${what} of this name`);
}
