/**
 * quickStats, which a vCenter refreshes every 20 s and pushes with everything else: no request is made for them. Disk and network
 * are not among them, and come from rates.ts.
 */

import type { EndpointName } from '../../../ids.ts';
import { nodeId, type VmId, vmId } from '../../../ids.ts';
import type { NodeSample, SampleBlock } from '../../contract.ts';
import { asShare, blockOf, columnsFor } from '../../lib/sample-block.ts';
import type { VsphereInventory } from '../inventory.ts';
import { type Known, numberIn } from '../objects.ts';
import { isNode, isVm } from '../rows.ts';
import type { Rates } from './rates.ts';

const MIB = 1024 ** 2;
/** What the figures of a vCenter are an average of. */
const WINDOW_MS = 20_000;

export interface Sampler {
  /** All VMs in one block; NaN for those that don't run, and for what is not known. */
  vms(at: number): SampleBlock;
  nodes(at: number): readonly NodeSample[];
}

export function createSampler(endpoint: EndpointName, inventory: VsphereInventory, rates: Pick<Rates, 'of'>): Sampler {
  let drawnFor = -1;
  let known: readonly Known[] = [];
  let ids: readonly VmId[] = [];
  let columns = columnsFor(0);

  function draw(): void {
    if (drawnFor === inventory.shape()) return;
    drawnFor = inventory.shape();
    known = [...inventory.objects.values()].filter(isVm);
    ids = known.map(({ ref }) => vmId(endpoint, ref.value));
    columns = columnsFor(ids.length);
  }

  return {
    vms(at) {
      draw();
      const read = (_: VmId, row: number) => {
        const vm = known[row];
        if (!vm || !isOn(vm)) return undefined;
        const host = inventory.objects.get(vm.values.get('runtime.host') ?? '');
        const memory = numberIn(vm, 'summary.quickStats.guestMemoryUsage') * MIB;
        return { ...rates.of(vm.ref.value), cpu: cpuShare(vm, host), memory };
      };
      return blockOf(ids, at, WINDOW_MS, read, columns);
    },
    nodes: (at) => [...inventory.objects.values()].filter(isNode).map((host) => nodeSample(endpoint, host, at)),
  };
}

/** Those that run, by their references. */
export const runningOf = ({ objects }: VsphereInventory): readonly string[] =>
  [...objects.values()].filter((one) => isVm(one) && isOn(one)).map(({ ref }) => ref.value);

const isOn = ({ values }: Known): boolean =>
  values.get('runtime.powerState') === 'poweredOn' && values.get('runtime.connectionState') === 'connected';

/** Of its own vCPUs, each as fast as a core of its host. Turbo lets it be a little more than all. */
function cpuShare(vm: Known, host: Known | undefined): number {
  const all = numberIn(vm, 'summary.config.numCpu') * (host ? numberIn(host, 'summary.hardware.cpuMhz') : Number.NaN);
  return share(numberIn(vm, 'summary.quickStats.overallCpuUsage'), all);
}

function nodeSample(endpoint: EndpointName, host: Known, at: number): NodeSample {
  const on = host.values.get('runtime.connectionState') === 'connected';
  const mhz = numberIn(host, 'summary.hardware.cpuMhz') * numberIn(host, 'summary.hardware.numCpuCores');
  return {
    node: nodeId(endpoint, host.ref.value),
    at,
    cpu: on ? share(numberIn(host, 'summary.quickStats.overallCpuUsage'), mhz) : Number.NaN,
    memory: on ? numberIn(host, 'summary.quickStats.overallMemoryUsage') * MIB : Number.NaN,
  };
}

const share = (used: number, all: number): number => (all > 0 ? asShare(used / all) : Number.NaN);
