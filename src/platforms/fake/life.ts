import { hash, pick } from './random.ts';
import type { FakeServer } from './server.ts';

const NEWS = [
  'Backup finished',
  'Guest tools were updated',
  'Clock was set back by 2 s',
  'Disk vda passed its check',
  'Memory balloon was resized',
  'Guest rebooted by itself',
  'Network link went down and up',
  'Certificate expires in 14 days',
];

/** Things that happen by themselves: from time to time a running VM has news. */
export function liveOn(server: FakeServer): void {
  const { fleet, agenda, options } = server;
  if (options.eventsEveryMs === 0 || options.vms === 0) return;
  let count = 0;

  function happen() {
    const bits = hash(fleet.seed, count++, 101);
    const vm = fleet.vm(bits % options.vms);
    if (vm?.state === 'running') server.news.event(vm.id, pick(NEWS, bits >>> 8));
    agenda.plan(options.eventsEveryMs, happen);
  }
  agenda.plan(options.eventsEveryMs, happen);
}
