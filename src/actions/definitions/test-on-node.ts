/** Tries on one node whether it can have what was defined, F-177: it is made there, looked at, and taken off again. */
import { FleetError, sentence } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import { commandLine } from '../../shell-word.ts';
import type { OfPool } from '../../state/config/definitions.ts';
import type { TaskSpec, WorkResult } from '../../state/tasks.ts';
import { formatBytes } from '../../units.ts';
import type { Report } from '../action.ts';
import { perform } from '../perform.ts';
import type { Services } from '../services.ts';
import { bind } from '../target.ts';
import { itemName } from './apply.ts';
import { argsOf, verbOf } from './maker.ts';
import { type NodeState, readStates } from './node-states.ts';

/** How long it is taken off again when the test was given up. */
const TAKE_OFF_MS = 60_000;

export function testTask(of: OfPool, endpoint: EndpointName, services: Services): TaskSpec {
  const node = { endpoint, state: 'unknown', detail: '', isMeant: false } as const;
  return {
    action: 'definition.test',
    title: `Test ${of.definition.name} on ${endpoint}`,
    work: [
      {
        id: endpoint,
        name: itemName({ ...of, nodes: [] }, node),
        lane: endpoint,
        run: (signal, report) => testOn(of, endpoint, services, signal, report),
      },
    ],
  };
}

/** Rejects with what the node says against it; with op.conflict for a node that has another one of this name. */
async function testOn(
  of: OfPool,
  endpoint: EndpointName,
  services: Services,
  signal: AbortSignal,
  report: Report,
): Promise<WorkResult> {
  const { kind, name } = of.definition;
  const called = `${name} of ${endpoint}`;
  const look = async (until: AbortSignal) => {
    const [state] = await readStates([of], services, until, () => [endpoint]);
    return state?.nodes[0] as NodeState;
  };
  const before = await look(signal);
  if (before.state === 'unknown') throw new FleetError('op.failed', `${endpoint}: ${before.detail}`);
  if (before.state === 'out of sync') throw new FleetError('op.conflict', `${called} is out of sync: ${before.detail}`);
  if (before.state === 'in sync') {
    if (kind === 'storage' && before.found) {
      report('is read again');
      const target = bind('storage', before.found.id, services);
      await perform(verbOf('storage', 'refresh'), target, {}, services, signal, report, called);
    }
    return { text: `${called} is there and works${room(before)}` };
  }
  report('is made');
  const target = bind('endpoint', endpoint, services);
  const args = argsOf(of.definition);
  const made = await perform(verbOf(kind, 'create'), target, args, services, signal, report).catch(
    async (error: unknown) => {
      if (!isUnclear(error)) throw error;
      const left = await look(AbortSignal.timeout(TAKE_OFF_MS));
      if (left.state !== 'missing') await takeOff(of, endpoint, left, services, report);
      throw error;
    },
  );
  const after = await look(AbortSignal.timeout(TAKE_OFF_MS));
  // A dry run has made nothing.
  if (after.state === 'missing') return made;
  report('is taken off again');
  await takeOff(of, endpoint, after, services, report);
  if (after.state !== 'in sync') throw new FleetError('op.failed', `${called} came out otherwise: ${after.detail}`);
  return { text: `${endpoint} can have the ${kind} ${name}${room(after)}; it was taken off again` };
}

const room = ({ found }: NodeState): string =>
  found && 'size' in found && found.size !== undefined && found.used !== undefined
    ? ` (${formatBytes(Math.max(0, found.size - found.used))} free)`
    : '';

/** It may have been made all the same. */
const isUnclear = (error: unknown): boolean =>
  error instanceof FleetError &&
  ['outcome.unknown', 'op.timeout', 'op.cancelled', 'host.unreachable'].includes(error.code);

/** Also when the test is given up meanwhile: what it has made is not left. */
async function takeOff(
  { definition: { kind, name } }: OfPool,
  endpoint: EndpointName,
  { found, detail }: NodeState,
  services: Services,
  report: Report,
): Promise<void> {
  const left = (why: string) =>
    new FleetError('op.failed', `the test has left the ${kind} ${name} on ${endpoint}: ${why}`, {
      fix: `take it off: ${commandLine(['drover', kind, 'delete', name, '-C', endpoint])}`,
    });
  if (!found) throw left(detail);
  const target = bind(kind, found.id, services);
  const until = AbortSignal.timeout(TAKE_OFF_MS);
  const remove = perform(verbOf(kind, 'delete'), target, { volumes: false }, services, until, report);
  await remove.catch((error: unknown) => {
    throw left(sentence(error));
  });
}
