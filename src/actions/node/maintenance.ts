/** Nodes that are taken out of service, and put back. */
import type { OperationName } from '../../platforms/contract.ts';
import type { ObjectAction } from '../action.ts';
import { type ActionWith, objectAction } from '../object-action.ts';

/** As long as a cluster takes to move the VMs of a node away. */
const ENTER_LIMIT_MS = 1_800_000;
const EXIT_LIMIT_MS = 120_000;

const nodeAction = <Name extends OperationName>(
  action: Omit<ActionWith<'node', Name>, 'noun' | 'on' | 'keys'>,
): ObjectAction<'node'> => objectAction<'node', Name>({ ...action, noun: 'node', on: 'node', keys: [] });

export const maintenanceActions: readonly ObjectAction<'node'>[] = [
  nodeAction({
    id: 'node.enter-maintenance',
    title: 'Enter maintenance',
    phrase: 'Take … out of service',
    help: 'Take a node out of service: it takes no VMs, until it leaves maintenance.',
    danger: 'interrupts',
    needs: 'node.enterMaintenance',
    fits: ({ state }) => state === 'up' || state === 'maintenance' || 'it does not answer',
    outcome: () => ({
      by: 'watch',
      words: 'is in maintenance',
      limitMs: ENTER_LIMIT_MS,
      reached: (node) => node?.state === 'maintenance',
    }),
    send: (enter, { id }, _args, signal) => enter(id, signal),
  }),
  nodeAction({
    id: 'node.exit-maintenance',
    title: 'Exit maintenance',
    phrase: 'Put … into service',
    help: 'Put a node back into service, so that it takes VMs again.',
    danger: 'none',
    needs: 'node.exitMaintenance',
    aliases: ['node.leave-maintenance'],
    fits: ({ state }) => state === 'up' || state === 'maintenance' || 'it does not answer',
    outcome: () => ({
      by: 'watch',
      words: 'is in service',
      limitMs: EXIT_LIMIT_MS,
      reached: (node) => node?.state === 'up',
    }),
    send: (leave, { id }, _args, signal) => leave(id, signal),
  }),
];
