import { FleetError } from '../../errors.ts';
import { type NicId, nicId, vmOf } from '../../ids.ts';
import type { Nic, NicOps, Vm } from '../contract.ts';
import { listNics, noPart } from '../lib/parts.ts';
import type { Calls } from './call.ts';
import { vmInfo } from './info.ts';
import { macOf } from './nics.ts';
import { accepted } from './power.ts';
import { hash } from './random.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import type { FakeServer } from './server.ts';

const PLUG_MS = 200;

export function createNicOps(server: FakeServer, calls: Calls): Required<NicOps> {
  const { agenda, fleet, nics } = server;

  const find = (vm: Vm, row: number, id: NicId): Nic => {
    const found = nics.of(row).find(({ mac }) => nicId(vm.id, mac) === id);
    if (!found) throw noPart('nic', vm.name, id);
    return found;
  };

  const after = (happen: () => void) => {
    agenda.plan(PLUG_MS, happen);
    return accepted();
  };

  return {
    list: listNics((id, signal) => calls.vm('nic.list', id, signal, (vm, row) => vmInfo(server, vm, row))),
    create: (id, { network, model, mac }, signal) =>
      calls.vm('nic.create', id, signal, (vm, row) => {
        refuseUnknown(server, 'network', network);
        const there = nics.of(row);
        if (mac !== '' && there.some((one) => one.mac === mac))
          throw new FleetError('op.conflict', `${vm.name} has a NIC ${mac} already`, { fix: 'choose another address' });
        const number = [...there.keys(), there.length].find((at) => !there.some(({ device }) => device === `eth${at}`));
        const nic: Nic = {
          device: `eth${number}`,
          mac: mac || macOf(hash(fleet.seed, row, 500 + (number ?? 0))),
          net: network,
          type: model || 'virtio',
        };
        return { ...after(() => nics.change(row, [...nics.of(row), nic])), id: nicId(vm.id, nic.mac) };
      }),
    delete: (id, signal) =>
      calls.vm('nic.delete', vmOf(id), signal, (vm, row) => {
        const { device } = find(vm, row, id);
        return after(() =>
          nics.change(
            row,
            nics.of(row).filter((one) => one.device !== device),
          ),
        );
      }),
    connect: (id, network, signal) =>
      calls.vm('nic.connect', vmOf(id), signal, (vm, row) => {
        const { device } = find(vm, row, id);
        refuseUnknown(server, 'network', network);
        return after(() =>
          nics.change(
            row,
            nics.of(row).map((one) => (one.device === device ? { ...one, net: network } : one)),
          ),
        );
      }),
  };
}
