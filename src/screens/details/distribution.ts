/** What the VMs and nodes of a pool are, as bars: the systems in VMs, those of nodes, their platforms. */
import { endpointOf, type NodeId, type VmId } from '../../ids.ts';
import { countsOf } from '../../state/counts-of.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { clean, fit } from '../../terminal/width.ts';
import { formatCount, formatRatio } from '../../units.ts';
import type { Look } from '../frame/look.ts';

/** Values that have a line of their own; the rarer ones stand together. */
const MOST = 6;
const [NAME, LEAST_NAME] = [34, 6];
const [BAR, LEAST_BAR] = [20, 6];
const COUNT = 7;
const SHARE = 5;
const NUMBERS = COUNT + SHARE + 1;

/** Nothing of what is not known of any of them. Costs by all of these VMs. */
export function distributions(
  nodes: readonly NodeId[],
  vms: readonly VmId[],
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const platformOf = (id: NodeId | VmId) => fleet.endpoints.get(endpointOf(id))?.platform;
  const systemOfVm = (id: VmId) => fleet.vms.get(id)?.os;
  const systemOfNode = (id: NodeId) => fleet.nodes.get(id)?.os;
  return [
    ...bars('Systems in VMs', vms, systemOfVm, columns, look),
    ...bars('Systems of nodes', nodes, systemOfNode, columns, look),
    ...bars('Platforms of VMs', vms, platformOf, columns, look),
    ...bars('Platforms of nodes', nodes, platformOf, columns, look),
  ];
}

/** A title, and a line for each value, exactly `columns` wide. */
function bars<Id>(
  title: string,
  ids: readonly Id[],
  read: (id: Id) => string | undefined,
  columns: number,
  look: Look,
): readonly string[] {
  const counts = countsOf(ids, read);
  if (counts.length === 0) return [];
  const all = ids.length;
  const unknown = all - counts.reduce((sum, [, count]) => sum + count, 0);
  const { theme, glyphs } = look;
  const others = counts.slice(MOST);
  const rest = others.reduce((sum, [, count]) => sum + count, 0);
  const lines = [
    ...counts.slice(0, MOST),
    ...(rest > 0 ? [[others.length === 1 ? '1 other' : `${others.length} others`, rest] as const] : []),
    ...(unknown > 0 ? [['not known', unknown] as const] : []),
  ];
  const bar = Math.max(LEAST_BAR, Math.min(BAR, columns - NAME - NUMBERS));
  const name = Math.max(LEAST_NAME, Math.min(NAME, columns - bar - NUMBERS));
  return [
    theme.paint('header', fit(title, columns)),
    ...lines.map(([value, count]) => {
      // What is there is seen, however rare it is.
      const filled = Math.max(1, Math.round((count / all) * bar));
      const drawn = `${(glyphs.gauge.at(-1) ?? '#').repeat(filled)}${' '.repeat(bar - filled)}`;
      const numbers = `${formatCount(count).padStart(COUNT)}${formatRatio(count / all).padStart(SHARE)}`;
      const blank = ' '.repeat(Math.max(0, columns - name - bar - NUMBERS));
      return `${fit(clean(value), name)} ${theme.paint('accent', drawn)}${numbers}${blank}`;
    }),
  ];
}
