import type { VmId } from '../../ids.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { MOST_COMPARED } from './compared-charts.ts';

/** The marked VMs that charts compare, in the order in which they were marked; none where there is one at most. */
export const comparedIn = (state: FleetState): readonly VmId[] =>
  state.view.marks.size > 1 ? state.targets().slice(0, MOST_COMPARED) : [];
