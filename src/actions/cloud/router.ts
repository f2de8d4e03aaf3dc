/** Routers between networks, and what hangs on them. */
import { endpointOf } from '../../ids.ts';
import type { Router } from '../../platforms/contract.ts';
import type { ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { NEW_NAME } from '../new-name.ts';
import { objectAction } from '../object-action.ts';
import { seenByName, seenInList } from '../seen-in-list.ts';
import { textIn } from '../text-in.ts';

const OUTSIDE = {
  key: 'outside',
  label: 'Outside',
  help: 'The network that it leads outside by; left empty, nowhere.',
  kind: 'object',
  of: 'network',
  default: '',
} as const;
const NETWORK = {
  key: 'network',
  label: 'Network',
  help: 'The network.',
  kind: 'object',
  of: 'network',
  required: true,
} as const;

export const routerListAction = listAction('router', 'Routers', 'List the routers of an endpoint.');

/** `holds`: of what it was, and what it is now; true, or what is the case instead. */
const seen = (router: Router, words: string, holds: (now: Router) => true | string) =>
  seenInList({
    kind: 'router',
    of: endpointOf(router.id),
    words,
    limitMs: LIMIT_MS,
    holds: (all) => {
      const now = all.find(({ id }) => id === router.id);
      return now ? holds(now) : 'is not there any more';
    },
  });

export const routerActions: readonly ObjectAction[] = [
  objectAction({
    id: 'router.create',
    noun: 'router',
    on: 'endpoint',
    title: 'Create router',
    help: 'Make a router, which networks are connected to then.',
    keys: ['a'],
    danger: 'none',
    needs: 'router.create',
    aliases: ['router.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the router.', kind: 'text', required: true, pattern: NEW_NAME },
      OUTSIDE,
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('router', args, endpoint.id, LIMIT_MS),
    send: (create, { id }, args, signal) =>
      create(id, { name: textIn(args, 'name'), outside: textIn(args, 'outside') }, signal),
  }),
  objectAction({
    id: 'router.update',
    noun: 'router',
    on: 'router',
    title: 'Change router',
    help: 'Let a router lead outside by another network, or nowhere.',
    keys: ['E'],
    danger: 'interrupts',
    needs: 'router.update',
    aliases: ['router.edit', 'router.set'],
    options: [OUTSIDE],
    loses: () => 'What is connected through its way outside is cut off.',
    fits: () => true,
    // A network may be named by its id, which a list of routers does not have.
    outcome: (args, router) =>
      router &&
      seen(router, 'is changed', ({ outside }) =>
        textIn(args, 'outside') === ''
          ? outside === undefined || `still leads outside by ${outside}`
          : outside === textIn(args, 'outside') ||
            (outside !== undefined && outside !== router.outside) ||
            'is not changed yet',
      ),
    send: (update, { id }, args, signal) => update(id, { outside: textIn(args, 'outside') }, signal),
  }),
  objectAction({
    id: 'router.connect',
    noun: 'router',
    on: 'router',
    title: 'Connect network',
    phrase: 'Connect network to …',
    help: 'Let a network hang on a router, which leads to its other networks, and outside.',
    keys: ['+'],
    danger: 'none',
    needs: 'router.connect',
    aliases: ['router.attach'],
    options: [NETWORK],
    fits: () => true,
    outcome: (args, router) =>
      router &&
      seen(
        router,
        `leads to ${textIn(args, 'network')}`,
        ({ networks }) =>
          networks.includes(textIn(args, 'network')) ||
          networks.length > router.networks.length ||
          `does not lead to ${textIn(args, 'network')} yet`,
      ),
    send: (connect, { id }, args, signal) => connect(id, textIn(args, 'network'), signal),
  }),
  objectAction({
    id: 'router.disconnect',
    noun: 'router',
    on: 'router',
    title: 'Disconnect network',
    phrase: 'Disconnect network from …',
    help: 'Take a network off a router.',
    keys: ['-'],
    danger: 'interrupts',
    needs: 'router.disconnect',
    aliases: ['router.detach'],
    options: [NETWORK],
    loses: () => 'The VMs of the network reach nothing by this router any more.',
    fits: ({ networks }) => networks.length > 0 || 'no network hangs on it',
    outcome: (args, router) =>
      router &&
      seen(
        router,
        `does not lead to ${textIn(args, 'network')} any more`,
        ({ networks }) =>
          (!networks.includes(textIn(args, 'network')) && networks.length < router.networks.length) ||
          `still leads to ${textIn(args, 'network')}`,
      ),
    send: (disconnect, { id }, args, signal) => disconnect(id, textIn(args, 'network'), signal),
  }),
  deleteAction({ noun: 'router', title: 'Delete router', help: 'Delete a router that no network hangs on.' }),
];
