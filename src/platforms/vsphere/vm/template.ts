/** A VM becomes a template, and a template a VM again: MarkAsTemplate, MarkAsVirtualMachine. */

import { readSource } from '../make/source.ts';
import { readCatalog } from '../place/catalog.ts';
import { choosePlace } from '../place/choose.ts';
import { xml } from '../soap/envelope.ts';
import { conflict, type VmCall, type VmCalls } from '../vm-call.ts';

export async function markAsTemplate(call: VmCall): Promise<void> {
  if (call.power !== 'poweredOff') throw conflict(call.name, 'is not off', 'stop it first');
  await call.change('MarkAsTemplate');
}

/** In the resource pool of the cluster that it lies in: a template is in none. */
export async function markAsVm({ session }: VmCalls, call: VmCall): Promise<void> {
  const { compute } = await readSource(session, call.ref, call.signal);
  const catalog = await readCatalog(session, call.signal);
  const wish = { datacenter: '', cluster: compute, host: '', pool: '', folder: '' };
  const { pool } = choosePlace(catalog, wish, {});
  await call.change('MarkAsVirtualMachine', xml`<pool type="${pool.type}">${pool.value}</pool>`);
}
