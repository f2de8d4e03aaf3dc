/** Network cards of a VM: devices that ReconfigVM_Task adds, changes and takes away (vSphere Web Services API). */
import { FleetError } from '../../../errors.ts';
import { type NicId, nativeOfPart, nicId, vmOf } from '../../../ids.ts';
import type { NicOps, VmOps } from '../../contract.ts';
import { listNics, nativesOfNics, noPart } from '../../lib/parts.ts';
import { checkMac, oneOf } from '../../lib/spec-values.ts';
import type { XmlElement } from '../../transport/xml.ts';
import { type NicDevice, readDevices } from '../devices.ts';
import { NIC_MODELS } from '../form/fields.ts';
import { changeVm, DEVICES, HARDWARE_PATHS } from '../hardware/change-vm.ts';
import { removeDevice } from '../hardware/disks.ts';
import { addNic, findNetwork, plugNic } from '../hardware/nics.ts';
import { createSlots } from '../hardware/slots.ts';
import { readCatalog } from '../place/catalog.ts';
import { placeOf } from '../place/of-vm.ts';
import { retrieveOne } from '../properties.ts';
import { done, onVm, refuseTemplate, type VmCall, type VmCalls } from '../vm-call.ts';

export function createNicOps(calls: VmCalls, info: VmOps['info']): Required<NicOps> {
  const { session } = calls;
  const on = <T>(id: NicId, signal: AbortSignal, work: (call: VmCall, nic: NicDevice) => Promise<T>) =>
    onVm(calls, vmOf(id), HARDWARE_PATHS, signal, async (call) => {
      const nics = nicsOf(call.values);
      const nic = nics[nativesOfNics(nics).indexOf(nativeOfPart(id))];
      if (!nic) throw noPart('nic', call.name, id);
      return work(call, nic);
    });

  return {
    list: listNics(info),
    create: (vm, { network, model, mac }, signal) =>
      onVm(calls, vm, HARDWARE_PATHS, signal, async (call) => {
        refuseTemplate(call);
        checkMac(mac);
        const before = nicsOf(call.values);
        if (mac !== '' && before.some((nic) => nic.mac.toLowerCase() === mac.toLowerCase())) {
          throw new FleetError('op.conflict', `${call.name} has a NIC with the address ${mac} already`);
        }
        const kind = oneOf(NIC_MODELS, model || NIC_MODELS[0], 'model of a NIC');
        const catalog = await readCatalog(session, signal);
        const { hosts, datacenter } = placeOf(catalog, call);
        const net = findNetwork(catalog, hosts, datacenter, network);
        const slots = createSlots(call.values.get(DEVICES));
        await changeVm(calls, call, { deviceChange: addNic(catalog, slots, net, kind, mac) });
        // the server has made the address
        const after = nicsOf(await retrieveOne(session, call.ref, [DEVICES], signal));
        const at = after.findIndex(({ key }) => !before.some((nic) => nic.key === key));
        const native = nativesOfNics(after)[at];
        if (native === undefined) {
          throw new FleetError('outcome.unknown', `${call.name}: the task is done, and there is no new NIC`, {
            fix: 'look at its NICs before you repeat it',
          });
        }
        return { ...done(), id: nicId(vm, native) };
      }),
    delete: (id, signal) =>
      on(id, signal, async (call, nic) => {
        await changeVm(calls, call, { deviceChange: removeDevice(nic.element) });
        return done();
      }),
    connect: (id, network, signal) =>
      on(id, signal, async (call, nic) => {
        const catalog = await readCatalog(session, signal);
        const { hosts, datacenter } = placeOf(catalog, call);
        const net = findNetwork(catalog, hosts, datacenter, network);
        await changeVm(calls, call, { deviceChange: plugNic(catalog, nic.element, net) });
        return done();
      }),
  };
}

const nicsOf = (values: ReadonlyMap<string, XmlElement>): readonly NicDevice[] => readDevices(values.get(DEVICES)).nics;
