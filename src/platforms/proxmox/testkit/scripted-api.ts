/** An API whose answers are given beforehand: for what operations make of answers that the pretended cluster never has. */
import { type Clock, systemClock } from '../../../clock.ts';
import { endpointName, type VmId, vmId } from '../../../ids.ts';
import type { Api } from '../api.ts';
import type { ListContext } from '../catalog.ts';
import type { GuestCalls } from '../guest-call.ts';
import { createGuestIndex } from '../index-of-guests.ts';

/** By method and path: `GET /version`. An Error is thrown, a function is called each time with what was sent. */
export type Answers = Readonly<Record<string, unknown>>;

export interface ScriptedApi {
  readonly api: Api;
  /** In the order in which they came; what was sent with one stands behind it as JSON. */
  readonly asked: readonly string[];
}

export function scriptedApi(answers: Answers): ScriptedApi {
  const asked: string[] = [];
  const ask =
    (method: string): Api['get'] & Api['post'] =>
    async (path, { signal: _signal, subject: _subject, ...sent }: { signal: AbortSignal; subject: string }) => {
      const request = `${method} ${path}`;
      asked.push(Object.keys(sent).length === 0 ? request : `${request} ${JSON.stringify(sent)}`);
      if (!(request in answers)) throw new Error(`no answer is scripted for ${request}`);
      const found = answers[request];
      const answer = typeof found === 'function' ? found(sent) : found;
      if (answer instanceof Error) throw answer;
      return answer;
    };
  return { asked, api: { get: ask('GET'), post: ask('POST'), put: ask('PUT'), delete: ask('DELETE') } };
}

export const PVE = endpointName('pve');
export const WEB1 = vmId(PVE, 'qemu/100');
export const CT1 = vmId(PVE, 'lxc/101');
export const UPID = 'UPID:pve1:0000C530:001C9BEC:5A9F8F1C:qmstart:100:root@pam:';

export interface ScriptedGuests extends ScriptedApi {
  readonly calls: GuestCalls;
  /** Guests that were changed, for the watch. */
  readonly touched: readonly string[];
}

/** A virtual machine and a container on `pve1`, which are as `current` says. */
export function scriptedGuests(current: object, answers: Answers = {}, clock: Clock = systemClock): ScriptedGuests {
  const resources = [
    { type: 'qemu', vmid: 100, node: 'pve1', name: 'web1', status: 'running' },
    { type: 'lxc', vmid: 101, node: 'pve1', name: 'ct1', status: 'running' },
    { type: 'node', node: 'pve1', status: 'online' },
  ];
  const { api, asked } = scriptedApi({
    'GET /cluster/resources': resources,
    'GET /nodes/pve1/qemu/100/status/current': { status: 'running', qmpstatus: 'running', ...current },
    'GET /nodes/pve1/lxc/101/status/current': { status: 'running', ...current },
    'GET /nodes/pve1/qemu/100/firewall/rules': [],
    'GET /nodes/pve1/qemu/100/firewall/options': {},
    'GET /nodes/pve1/lxc/101/firewall/rules': [],
    'GET /nodes/pve1/lxc/101/firewall/options': {},
    [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: { status: 'stopped', exitstatus: 'OK' },
    ...answers,
  });
  const touched: string[] = [];
  const index = createGuestIndex(api, 'lab');
  return { api, asked, touched, calls: { api, clock, index, touched: (key) => void touched.push(key) } };
}

/** What lists need, with these answers and rights; everything may be seen unless they say otherwise. */
export function scriptedLists(
  answers: Answers,
  rights: Readonly<Record<string, readonly string[]>> = { '/': ['VM.Audit'] },
): { readonly context: ListContext; readonly asked: readonly string[] } {
  const { api, asked } = scriptedApi(answers);
  const permissions = new Map(
    Object.entries(rights).map(([path, names]) => [path, new Map(names.map((name) => [name, true]))]),
  );
  return { asked, context: { api, clock: systemClock, endpoint: PVE, cluster: 'lab', permissions } };
}

/** What was sent to change something. */
export const changesIn = (asked: readonly string[]): readonly string[] =>
  asked.filter((request) => !request.startsWith('GET '));

/** What was read of this guest, but for how it is. */
export const readsOf = (asked: readonly string[], id: VmId): readonly string[] => {
  const key = id.slice(id.indexOf('/') + 1);
  return asked.filter((request) => request.includes(`/${key}/`) && !request.endsWith('/status/current'));
};
