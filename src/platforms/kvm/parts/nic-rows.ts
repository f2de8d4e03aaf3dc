/** NICs of a guest as rows of its settings: what they are, and what a row that was changed comes to. */
import { FleetError } from '../../../errors.ts';
import type { Settings } from '../../contract.ts';
import { nativesOfNics } from '../../lib/parts.ts';
import { textIn } from '../../lib/spec-values.ts';
import type { Host } from '../host/host-call.ts';
import { addNic, connectNic, modelOf, removeNic } from '../nic/change-nic.ts';
import { freeMac } from '../nic/mac.ts';
import { nicCalled } from '../nic/nic-ops.ts';
import { plugOf } from '../nic/plug-of.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { type GuestDevices, type Pair, pairOf } from '../vm/guest-devices.ts';
import type { Devices, NicDevice } from '../xml/device-xml.ts';
import type { PartChange, RowChange } from './row-changes.ts';

export function nicRows({ nics }: Devices): readonly Settings[] {
  const natives = nativesOfNics(nics);
  return nics.map(({ mac, source, model }, at) => ({
    mac: natives[at] ?? mac,
    network: source,
    ...(model !== undefined && { model }),
  }));
}

/** Looks a change up, and answers how it is made. Rejects with the reason why it can't be. */
export async function nicChange({ clock }: Host, call: GuestCall, { from, to }: RowChange): Promise<PartChange> {
  const native = textIn(from ?? {}, 'mac');
  if (to === undefined)
    return {
      warnings: [{ feature: 'nic', detail: `the guest loses its connections through ${native}` }],
      what: `remove ${native}`,
      async send(now, all) {
        await removeNic(now, clock, all, nicIn(now, all, native));
        return [];
      },
    };
  const network = textIn(to, 'network');
  if (network === '') throw new FleetError('op.refused', `${call.domain.name}: a NIC needs a network`);
  await plugOf(call, network);
  if (from !== undefined)
    return {
      warnings: [{ feature: 'nic', detail: `the guest loses its connections through ${native}` }],
      what: `plug ${native} into ${network}`,
      async send(now, all) {
        await connectNic(now, nicIn(now, all, native), network);
        return [];
      },
    };
  const spec = { network, model: textIn(to, 'model'), mac: textIn(to, 'mac').toLowerCase() };
  modelOf(call.domain.name, spec.model);
  if (spec.mac !== '') await freeMac(call, spec.mac);
  return {
    warnings: [],
    what: `add a NIC in ${network}`,
    async send(now, all) {
      await addNic(now, all, spec);
      return [];
    },
  };
}

function nicIn(call: GuestCall, devices: GuestDevices, native: string): Pair<NicDevice> {
  const pair = pairOf(devices, nicCalled(native));
  if (devices.live ? pair.live : pair.saved) return pair;
  throw new FleetError('nic.not-found', `${call.domain.name} has no NIC ${JSON.stringify(native)}`);
}
