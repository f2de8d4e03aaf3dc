/** What the VMs and nodes of a pool are, as bars: the systems in VMs, those of nodes, their platforms. */
import { endpointOf, type NodeId, type VmId } from '../../ids.ts';
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
const FIGURES = COUNT + SHARE + 1;

/** Nothing of what is not known of any of them. Costs by all of these VMs. */
export function distributions(
  nodes: readonly NodeId[],
  vms: readonly VmId[],
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const platformOf = (id: NodeId | VmId) => fleet.endpoints.get(endpointOf(id))?.platform;
  return [
    ...bars(
      'Systems in VMs',
      tally(vms, (id) => fleet.vms.get(id)?.os),
      columns,
      look,
    ),
    ...bars(
      'Systems of nodes',
      tally(nodes, (id) => fleet.nodes.get(id)?.os),
      columns,
      look,
    ),
    ...bars('Platforms of VMs', tally(vms, platformOf), columns, look),
    ...bars('Platforms of nodes', tally(nodes, platformOf), columns, look),
  ];
}

interface Tally {
  /** The most frequent value first. */
  readonly counts: readonly (readonly [value: string, count: number])[];
  readonly unknown: number;
  readonly all: number;
}

function tally<Id>(ids: readonly Id[], read: (id: Id) => string | undefined): Tally {
  const counts = new Map<string, number>();
  let unknown = 0;
  for (const id of ids) {
    const value = read(id);
    if (value === undefined || value === '') unknown++;
    else counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return { counts: sorted, unknown, all: ids.length };
}

/** A title, and a line for each value, exactly `columns` wide. */
function bars(title: string, { counts, unknown, all }: Tally, columns: number, look: Look): readonly string[] {
  if (counts.length === 0) return [];
  const { theme, glyphs } = look;
  const others = counts.slice(MOST);
  const rest = others.reduce((sum, [, count]) => sum + count, 0);
  const lines = [
    ...counts.slice(0, MOST),
    ...(rest > 0 ? [[others.length === 1 ? '1 other' : `${others.length} others`, rest] as const] : []),
    ...(unknown > 0 ? [['not known', unknown] as const] : []),
  ];
  const bar = Math.max(LEAST_BAR, Math.min(BAR, columns - NAME - FIGURES));
  const name = Math.max(LEAST_NAME, Math.min(NAME, columns - bar - FIGURES));
  return [
    theme.paint('header', fit(title, columns)),
    ...lines.map(([value, count]) => {
      // What is there is seen, however rare it is.
      const filled = Math.max(1, Math.round((count / all) * bar));
      const drawn = `${(glyphs.gauge.at(-1) ?? '#').repeat(filled)}${' '.repeat(bar - filled)}`;
      const figures = `${formatCount(count).padStart(COUNT)}${formatRatio(count / all).padStart(SHARE)}`;
      const blank = ' '.repeat(Math.max(0, columns - name - bar - FIGURES));
      return `${fit(clean(value), name)} ${theme.paint('accent', drawn)}${figures}${blank}`;
    }),
  ];
}
