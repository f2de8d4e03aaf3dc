/**
 * What nova does after it has accepted: every request leaves an action on its server, with its events and how they ended
 * (API reference of Compute: GET /servers/{id}/os-instance-actions/{request_id}).
 */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { type EndpointName, vmId } from '../../ids.ts';
import type { PlatformTask } from '../contract.ts';
import { type Row, textOf } from '../lib/json.ts';
import { plainLine } from '../transport/http/wire.ts';
import type { Api } from './api.ts';
import { rowIn, rowsIn } from './json.ts';

export interface Begun {
  /** The id of the request, which is that of the action. */
  readonly task: string;
  readonly server: string;
  /** Sentence case: `Start`. */
  readonly what: string;
}

export interface TaskList {
  begin(begun: Begun): PlatformTask;
  /** Looks at those that are under way; answers those that have ended. */
  look(signal: AbortSignal): Promise<readonly PlatformTask[]>;
  readonly size: number;
}

/** What has not ended by then is followed by its server's state alone. */
const PATIENCE_MS = 15 * 60_000;
const AT_ONCE = 16;

export function createTaskList(api: Api, endpoint: EndpointName, clock: Clock): TaskList {
  const begun = new Map<string, Begun & { readonly since: number }>();
  const told = ({ task, server, what }: Begun, state: PlatformTask['state'], text = what): PlatformTask => ({
    task,
    subject: vmId(endpoint, server),
    state,
    share: state === 'done' ? 1 : Number.NaN,
    text,
  });

  async function look(one: Begun, signal: AbortSignal): Promise<PlatformTask | undefined> {
    const path = `/servers/${encodeURIComponent(one.server)}/os-instance-actions/${encodeURIComponent(one.task)}`;
    try {
      const action = rowIn(await api.get(path, { signal, subject: one.server }), 'instanceAction');
      const ended = endOf(action);
      if (ended === undefined) return undefined;
      return ended.why === undefined ? told(one, 'done') : told(one, 'failed', `${one.what} failed: ${ended.why}`);
    } catch (error) {
      if (!(error instanceof FleetError) || signal.aborted) throw error;
      // Deleted together with its server, or never written down: nothing is left to be followed.
      return error.retry ? undefined : told(one, 'done');
    }
  }

  return {
    get size() {
      return begun.size;
    },
    begin(one) {
      begun.set(one.task, { ...one, since: clock.ticks() });
      return told(one, 'running');
    },
    async look(signal) {
      const some = [...begun.values()].slice(0, AT_ONCE);
      const looked = await Promise.all(
        some.map(async (one) => {
          const ended = await look(one, signal);
          if (ended || clock.ticks() - one.since > PATIENCE_MS) begun.delete(one.task);
          return ended ?? [];
        }),
      );
      return looked.flat();
    },
  };
}

/** Undefined while it goes on; `why` of one that failed. */
function endOf(action: Row): { readonly why: string | undefined } | undefined {
  const events = rowsIn(action, 'events');
  const failed = events.find((event) => textOf(event, 'result') === 'Error');
  if (failed || textOf(action, 'message') === 'Error') {
    const details = failed ? textOf(failed, 'details') : undefined;
    const step = failed ? textOf(failed, 'event') : undefined;
    return { why: plainLine(details ?? `Nova does not say why${step === undefined ? '' : ` (${step})`}`) };
  }
  // The conductor has steps of its own, and there may be a pause before the host begins with what was asked for.
  const begun = events.some((event) => textOf(event, 'event')?.startsWith('compute_'));
  const ended = begun && events.every((event) => textOf(event, 'finish_time') !== undefined);
  return ended ? { why: undefined } : undefined;
}
