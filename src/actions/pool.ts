import { poolNameComplaint } from '../state/config/read-pools.ts';
import type { ConfigAction, DefinitionsAction } from './action.ts';
import { placementRule } from './node-policy.ts';

/** Its arguments are the variables, all of them: what is not among them is taken away. */
export const poolVariablesAction: ConfigAction = {
  kind: 'config',
  id: 'pool.set',
  noun: 'pool',
  title: 'Set up pool',
  help: 'Set the provisioning variables of a pool.',
  keys: ['e'],
  danger: 'none',
  aliases: ['pool.variables', 'pool.edit'],
  onExisting: true,
  change(name, args) {
    const variables = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, String(value)]));
    // A policy that is none would be found out by the next VM only.
    placementRule(variables);
    return { kind: 'pool-variables', name, variables };
  },
  said: (name, variables) => {
    const count = Object.keys(variables).length;
    return `pool ${name} has ${count === 0 ? 'no variables' : count === 1 ? '1 variable' : `${count} variables`} now`;
  },
};

export const poolDefinitionsAction: DefinitionsAction = {
  kind: 'definitions',
  id: 'pool.definitions',
  noun: 'pool',
  title: 'Definitions',
  help: 'Define storages and networks for a pool, and make, test and remove them on its nodes.',
  keys: ['='],
  danger: 'none',
};

/** Why a variable can't be called that; undefined when it can. */
export const variableNameComplaint = (name: string): string | undefined =>
  /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/.test(name) ? undefined : 'a variable has letters, digits, _ . and - only';

export const poolActions: readonly ConfigAction[] = [
  {
    kind: 'config',
    id: 'pool.add',
    noun: 'pool',
    title: 'Add pool',
    help: 'Make a pool, to group nodes under a name.',
    keys: ['a'],
    danger: 'none',
    onExisting: false,
    options: [{ key: 'in', label: 'In', help: 'The pool that it is made in.', kind: 'text' }],
    change: (name, args) => ({
      kind: 'pool-add',
      name,
      ...(typeof args['in'] === 'string' && args['in'] !== '' ? { in: args['in'] } : {}),
    }),
    said: (name) => `pool ${name} was added`,
  },
  {
    kind: 'config',
    id: 'pool.rename',
    noun: 'pool',
    title: 'Rename pool',
    help: 'Give a pool another name; its nodes stay in it.',
    keys: ['f2'],
    danger: 'none',
    onExisting: true,
    options: [{ key: 'to', label: 'New name', help: 'The new name.', kind: 'text', required: true }],
    line: { start: (name) => name, complaint: poolNameComplaint },
    change: (name, args) => ({ kind: 'pool-rename', name, to: String(args['to']) }),
    said: (name, args) => `pool ${name} is now ${args['to']}`,
  },
  {
    kind: 'config',
    id: 'pool.nest',
    noun: 'pool',
    title: 'Move pool',
    help: 'Put a pool into another one, or at the top.',
    keys: ['m'],
    danger: 'none',
    onExisting: true,
    options: [{ key: 'in', label: 'In', help: 'The pool to put it into; empty for the top.', kind: 'text' }],
    change: (name, args) => ({ kind: 'pool-nest', name, in: String(args['in'] ?? '') || undefined }),
    said: (name, args) => (args['in'] ? `pool ${name} is in pool ${args['in']} now` : `pool ${name} is at the top now`),
  },
  {
    kind: 'config',
    id: 'pool.remove',
    noun: 'pool',
    title: 'Remove pool',
    help: 'Take a pool away; its nodes and VMs stay, under no pool.',
    keys: ['X'],
    danger: 'interrupts',
    aliases: ['pool.delete', 'pool.rm'],
    onExisting: true,
    change: (name) => ({ kind: 'pool-remove', name }),
    said: (name) => `pool ${name} was removed; what was in it stays`,
    loses: (name) => [`the pool ${name} with its provisioning variables; nodes and VMs stay`],
  },
];
