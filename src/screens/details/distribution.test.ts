import { expect, it } from 'vitest';
import { isUp, openStage } from '../../../test/screens/light-stage.tsx';
import { look, plain } from '../../../test/screens/painted.ts';
import { aNode, aVm } from '../../../test/state/objects.ts';
import { width } from '../../terminal/width.ts';
import { distributions } from './distribution.ts';

/** Of each VM its system; `''`: it is not known. */
function drawn(systems: readonly string[], columns = 80): readonly string[] {
  const nodes = [{ ...aNode('n1'), os: 'Debian 12' }, aNode('n2')];
  const vms = systems.map((os, at) => aVm(`vm${at}`, os === '' ? {} : { os }));
  const { store } = openStage({ nodes, vms });
  store.setEndpoint(isUp());
  const [nodeIds, vmIds] = [nodes.map(({ id }) => id), vms.map(({ id }) => id)];
  return plain(distributions(nodeIds, vmIds, store.fleet, columns, look)).split('\n');
}
const words = (line: string) => line.replace(/█+/, (bar) => String(bar.length)).split(/ {2,}| (?=\d+%)/);

it('F-122 counts systems in VMs, those of nodes and their platforms, the most frequent first', () => {
  expect(drawn(['Windows', 'debian 12', 'debian 12', '']).map(words)).toEqual([
    ['Systems in VMs'],
    ['debian 12', '10', '2', '50%'],
    ['Windows', '5', '1', '25%'],
    ['not known', '5', '1', '25%'],
    ['Systems of nodes'],
    ['Debian 12', '10', '1', '50%'],
    ['not known', '10', '1', '50%'],
    ['Platforms of VMs'],
    ['fake', '20', '4', '100%'],
    ['Platforms of nodes'],
    ['fake', '20', '2', '100%'],
  ]);
});

it('puts rare ones together, and tells nothing of what is not known of any', () => {
  const many = Array.from({ length: 8 }, (_, at) => `system ${at}`);
  expect(drawn(many).map(words).slice(6, 8)).toEqual([
    ['system 5', '3', '1', '13%'],
    ['2 others', '5', '2', '25%'],
  ]);
  expect(drawn(['', ''])[0]).toBe('Systems of nodes');
});

it.each([26, 39, 60, 120])('is exactly as wide as its pane: %i columns', (columns) => {
  const { store } = openStage({
    nodes: [aNode('n1')],
    vms: [aVm('a', { os: 'a system with a very long name of its own' })],
  });
  store.setEndpoint(isUp());
  const lines = distributions([aNode('n1').id], [aVm('a').id], store.fleet, columns, look);
  expect(lines.map((line) => width(plain(`${line}|`)) - 1)).toEqual(lines.map(() => columns));
});
