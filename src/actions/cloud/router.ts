/** Routers between networks, and what hangs on them. */
import { FleetError } from '../../errors.ts';
import { type EndpointName, endpointOf, nativeOfListed } from '../../ids.ts';
import { type Connection, operationOf, type Router, type Settings } from '../../platforms/contract.ts';
import type { ObjectAction, ReadOutcome } from '../action.ts';
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
} as const;
/** What a router that is changed leads outside by now; empty: nowhere. */
const BEFORE = '@outside';
const NETWORK = {
  key: 'network',
  label: 'Network',
  help: 'The network.',
  kind: 'object',
  of: 'network',
  required: true,
} as const;

export const routerListAction = listAction('router', 'Routers', 'List the routers of an endpoint.');

interface Meant {
  readonly name: string;
  /** Whether the endpoint lists it: a router shows it by this name then. */
  readonly isListed: boolean;
}

/** The network that is named so or has this id. */
async function networkMeant(
  connection: Connection,
  endpoint: EndpointName,
  word: string,
  signal: AbortSignal,
): Promise<Meant> {
  const list = operationOf(connection, 'network.list');
  try {
    const all = (await list?.(endpoint, signal)) ?? [];
    const found = all.find(({ id }) => nativeOfListed(id) === word) ?? all.find(({ name }) => name === word);
    return { name: found?.name ?? word, isListed: found !== undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FleetError)) throw error;
    return { name: word, isListed: false };
  }
}

/** `holds`: of what it is now and the network that was named, by its name or its id; true, or what is the case instead. */
function seen(
  router: Router,
  words: string,
  word: string,
  holds: (now: Router, network: Meant) => true | string,
): ReadOutcome {
  const of = endpointOf(router.id);
  const inList = (network: Meant) =>
    seenInList({
      kind: 'router',
      of,
      words,
      limitMs: LIMIT_MS,
      holds: (all) => {
        const now = all.find(({ id }) => id === router.id);
        return now ? holds(now, network) : 'is not there any more';
      },
    });
  return {
    ...inList({ name: word, isListed: false }),
    read: async (connection, signal, made) =>
      inList(await networkMeant(connection, of, word, signal)).read(connection, signal, made),
  };
}

/** Networks may be called alike. */
const timesIn = ({ networks }: Router, name: string): number => networks.filter((one) => one === name).length;

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
      { ...OUTSIDE, default: '' },
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
    // What is not said stays: a router that is not told where to leads on to where it did.
    reads: async (_connection, { outside = '' }): Promise<Settings> => ({ outside, [BEFORE]: outside }),
    differs: (args) => {
      const [before, after] = [textIn(args, BEFORE), textIn(args, 'outside')];
      return before === after ? [] : [`Outside: ${before || 'nowhere'} → ${after || 'nowhere'}`];
    },
    loses: () => 'What is connected through its way outside is cut off.',
    fits: () => true,
    outcome: (args, router) =>
      router &&
      seen(router, 'is changed', textIn(args, 'outside'), ({ outside }, { name, isListed }) =>
        name === ''
          ? outside === undefined || `still leads outside by ${outside}`
          : outside === name ||
            (!isListed && outside !== undefined && outside !== router.outside) ||
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
        textIn(args, 'network'),
        (now, { name, isListed }) =>
          now.networks.includes(name) ||
          (!isListed && now.networks.length > router.networks.length) ||
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
        textIn(args, 'network'),
        (now, { name, isListed }) =>
          (isListed
            ? timesIn(now, name) === 0 || timesIn(now, name) < timesIn(router, name)
            : !now.networks.includes(name) && now.networks.length < router.networks.length) ||
          `still leads to ${textIn(args, 'network')}`,
      ),
    send: (disconnect, { id }, args, signal) => disconnect(id, textIn(args, 'network'), signal),
  }),
  deleteAction({ noun: 'router', title: 'Delete router', help: 'Delete a router that no network hangs on.' }),
];
