import { expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import type { Api } from './api.ts';
import { createTaskList } from './tasks.ts';

const { signal } = new AbortController();
const at = '2026-03-01T10:00:00.000000';
const event = (name: string, result: string | null) => ({
  event: name,
  start_time: at,
  finish_time: result === null ? null : at,
  result,
  details: result === 'Error' ? 'no valid host' : null,
});

it('does not take a server for woken up when only its place was found', async () => {
  let events = [event('conductor_schedule', null)];
  const get = async () => ({ instanceAction: { message: null, events } });
  const tasks = createTaskList({ get } as Pick<Api, 'get'> as Api, endpointName('lab'), systemClock);
  tasks.begin({ task: 'req-1', server: 'web1', what: 'Unshelve' });
  const scheduled = [event('get_image_info', 'Success'), event('schedule_instances', 'Success')];
  for (events of [scheduled, [...scheduled, event('compute_unshelve_instance', null)]]) {
    expect(await tasks.look(signal)).toEqual([]);
  }
  events = [...scheduled, event('compute_unshelve_instance', 'Error')];
  expect(await tasks.look(signal)).toMatchObject([{ state: 'failed', text: 'Unshelve failed: no valid host' }]);
  expect(tasks.size).toBe(0);
});
