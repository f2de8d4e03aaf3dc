import type { EndpointName } from '../ids.ts';
import type { FleetState } from '../screens/fleet/fleet-state.ts';
import { headerText } from '../screens/frame/header.ts';
import type { Stage } from '../screens/stage.ts';
import type { EndpointPhase } from '../state/fleet/fleet.ts';
import { spokenLook } from './spoken-look.ts';
import type { Voice } from './voice.ts';

/** More changes at once are said as a summary. */
const MOST_SAID = 5;
const HEADER_COLUMNS = 500;

/** Says which endpoints came, went or need the user; at the start a summary, once the fleet is known. */
export interface EndpointUpdates {
  landed(): void;
}

export function createEndpointUpdates(stage: Stage, state: FleetState, voice: Voice): EndpointUpdates {
  const { fleet } = stage.services.store;
  const look = spokenLook();
  let phases = new Map<EndpointName, EndpointPhase>();
  let started = false;
  const summary = () =>
    voice.say(headerText(stage, state, 'fleet', HEADER_COLUMNS, look).trim().replaceAll('  ', ', '));

  return {
    landed() {
      const before = phases;
      phases = new Map([...fleet.endpoints].map(([name, { phase }]) => [name, phase]));
      const connecting = [...phases.values()].includes('connecting');
      if (!started) {
        started = phases.size > 0 && !connecting && (fleet.vms.size > 0 || ![...phases.values()].includes('up'));
        if (started) summary();
        return;
      }
      const changed = [...phases].filter(([name, phase]) => phase !== 'connecting' && before.get(name) !== phase);
      if (changed.length > MOST_SAID) summary();
      else
        for (const [name, phase] of changed) {
          const why = fleet.endpoints.get(name)?.problem?.message;
          voice.say(why === undefined ? `${name} is ${phase}` : `${name} is ${phase}: ${why}`);
        }
    },
  };
}
