import type { EndpointName } from '../../ids.ts';
import type { Field, Settings } from '../../platforms/contract.ts';
import type { Reservation } from '../../state/files/reservations.ts';
import { clean } from '../../terminal/width.ts';
import type { Stage } from '../stage.ts';
import type { Choice } from './dialogs.ts';

/** Volumes that a form takes to itself while it is open, and while what it asks for is done (F-090). */
export interface ReservedVolumes extends Pick<Reservation, 'release'> {
  /** Choices that say who has taken them. */
  marked(choices: readonly Choice<string>[]): Promise<readonly Choice<string>[]>;
  /** Takes what is chosen now; who has it already, as a sentence. `ifChanged`: nothing is said again of what was chosen before. */
  take(values: Settings, when?: 'ifChanged'): Promise<string | undefined>;
}

/** Media to install from are read by many at once. */
const isTakenAlone = (field: Field): boolean =>
  field.kind === 'object' && field.of === 'volume' && field.type !== 'iso';

/** Undefined for a form that takes no volume. */
export function reserveVolumes(
  { services: { reservations } }: Stage,
  options: readonly Field[],
  endpoint: EndpointName,
): ReservedVolumes | undefined {
  const fields = options.filter(isTakenAlone);
  if (fields.length === 0) return undefined;
  const reservation = reservations.open();
  let last = '[]';
  const keyOf = (volume: string) => `${endpoint}/${volume}`;
  return {
    async marked(choices) {
      const others = await reservations.others(reservation);
      return choices.map(({ label, value }) => {
        const by = others.get(keyOf(value));
        return { label: by === undefined ? label : clean(`${label}  taken by ${by}`), value };
      });
    },
    async take(values, when) {
      const chosen = fields.flatMap(({ key }) => {
        const volume = values[key];
        return typeof volume === 'string' && volume !== '' ? [keyOf(volume)] : [];
      });
      // Where several VMs are to write to it, others may choose it, too.
      const alone = values['shareable'] === true ? [] : chosen;
      const now = JSON.stringify(alone);
      if (now === last && when === 'ifChanged') return undefined;
      last = now;
      const taken = await reservation.take(alone);
      return taken && `${clean(taken.name.slice(endpoint.length + 1))} is taken by ${taken.by}`;
    },
    release: () => reservation.release(),
  };
}
