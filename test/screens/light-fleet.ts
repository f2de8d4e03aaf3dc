/** Three VMs on a node in a pool. */
import { poolId } from '../../src/ids.ts';
import { aNode, aVm } from '../state/objects.ts';
import { host1, type LightOptions, openStage } from './light-stage.tsx';

export const vms = [
  aVm('web1', { ips: ['10.0.0.1', '10.0.0.2'], tags: ['\u202eprod'] }),
  aVm('web2', { ips: ['10.0.0.3'] }),
  aVm('db1', { state: 'stopped' }),
];
const pool = { id: poolId(host1, 'p1'), name: 'Frankfurt', parent: undefined };

export function openWithPool(options: LightOptions = {}) {
  const light = openStage({ nodes: [], vms: [], ...options });
  const nodes = options.nodes ?? [{ ...aNode('n1'), pool: pool.id }];
  light.store.push(host1, { kind: 'inventory', at: 0, inventory: { pools: [pool], nodes, vms: options.vms ?? vms } });
  light.store.flush();
  const to = (key: string) => light.state.view.toKey(key);
  return { ...light, to, tone: () => light.stage.message.current?.tone };
}
