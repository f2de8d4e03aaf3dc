import { aNode, vmsOn } from '../state/objects.ts';
import { openStage } from './light-stage.tsx';

/** Two nodes with their VMs: n1, n1-0 … n1-4, n2, n2-0 … n2-2: ten rows. */
export function openTwoNodes() {
  const nodes = [aNode('n1'), aNode('n2')];
  const vms = [...vmsOn('n1', 5), ...vmsOn('n2', 3)];
  const light = openStage({ nodes, vms });
  const { state, store } = light;
  const { view } = state;
  const at = () => view.current()?.key.replace(/^\w+ host1\//, '');
  return {
    ...light,
    view,
    at,
    nodes,
    vms,
    store,
    marked: () => [...view.marks.values()].map(({ name }) => name).join(' '),
  };
}
