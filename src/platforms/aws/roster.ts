/** All that is known of the instances while they are watched, and the rows that it makes. */
import type { Clock } from '../../clock.ts';
import { vmId } from '../../ids.ts';
import type { Change, PlatformEvent, Trouble, Vm } from '../contract.ts';
import type { Catalog } from './catalog.ts';
import type { Machine } from './machine.ts';
import { isUnderWay } from './states.ts';
import type { VolumeSizes } from './storage/volume-sizes.ts';
import { type Place, rowOf, sameRow } from './vm-row.ts';

export interface News {
  readonly changes: readonly Change[];
  readonly events: readonly PlatformEvent[];
}

export interface Roster {
  machines(): readonly Machine[];
  rows(): readonly Vm[];
  /** What was asked, and what came: an id that was asked for and did not come is gone. Without ids: all were asked for. */
  tell(machines: readonly Machine[], asked?: readonly string[]): News;
  /** More is known of types, images or volumes: rows are recreated. */
  redraw(): readonly Change[];
  /** Those on their way from one state to another. */
  underWay(): readonly string[];
}

interface Entry {
  readonly machine: Machine;
  readonly vm: Vm;
}

export function createRoster(place: Place, catalog: Catalog, sizes: Pick<VolumeSizes, 'of'>, clock: Clock): Roster {
  const entries = new Map<string, Entry>();

  function troubleOf(machine: Machine, old: Entry | undefined): Trouble | undefined {
    if (machine.failure === undefined || machine.state === 'running') return undefined;
    const known = old?.vm.trouble;
    return known?.message === machine.failure ? known : { message: machine.failure, since: clock.now() };
  }

  function put(machine: Machine): readonly Change[] {
    const old = entries.get(machine.id);
    const vm = { ...rowOf(place, machine, catalog, troubleOf(machine, old)), ...sizes.of(machine) };
    const same = old !== undefined && sameRow(old.vm, vm);
    entries.set(machine.id, { machine, vm: same ? old.vm : vm });
    return same ? [] : [{ kind: 'vm-upsert', vm }];
  }

  function eventOf(machine: Machine): readonly PlatformEvent[] {
    const old = entries.get(machine.id)?.machine;
    if (!old || old.rawState === machine.rawState) return [];
    const why = machine.state !== 'running' && machine.reason ? `: ${machine.reason}` : '';
    return [{ at: clock.now(), subject: vmId(place.endpoint, machine.id), text: `${capital(machine.rawState)}${why}` }];
  }

  function drop(id: string): readonly Change[] {
    return entries.delete(id) ? [{ kind: 'vm-remove', id: vmId(place.endpoint, id) }] : [];
  }

  return {
    machines: () => Array.from(entries.values(), ({ machine }) => machine),
    rows: () => Array.from(entries.values(), ({ vm }) => vm),
    tell(machines, asked = [...entries.keys()]) {
      const changes: Change[] = [];
      const events: PlatformEvent[] = [];
      const told = new Set<string>();
      for (const machine of machines) {
        told.add(machine.id);
        // Most of a region is as it was.
        if (entries.get(machine.id)?.machine.print === machine.print) continue;
        events.push(...eventOf(machine));
        changes.push(...(machine.gone ? drop(machine.id) : put(machine)));
      }
      for (const id of asked) if (!told.has(id)) changes.push(...drop(id));
      return { changes, events };
    },
    redraw: () => Array.from(entries.values(), ({ machine }) => put(machine)).flat(),
    underWay: () =>
      Array.from(entries.values()).flatMap(({ machine: { id, state } }) => (isUnderWay(state) ? [id] : [])),
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
