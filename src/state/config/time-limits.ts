/**
 * The `time-limits:` section of the configuration: how long it may take until a verb is seen to have worked, of all VMs, and of
 * single ones.
 *
 *     time-limits:
 *       vm.stop: 2m
 *       vms:
 *         host1/db1: { vm.stop: 10m }
 */
import { endpointOf } from '../../ids.ts';
import { didYouMean } from '../../nearest.ts';
import type { Vm } from '../../platforms/contract.ts';
import { type LocatedMap, locate } from './located.ts';
import type { Config } from './model.ts';
import type { Complain } from './read-endpoints.ts';

/** Verbs of VMs that wait until something is seen. */
export const LIMITED = [
  'vm.start',
  'vm.stop',
  'vm.kill',
  'vm.pause',
  'vm.resume',
  'vm.suspend',
  'vm.migrate',
  'vm.autostart',
  'vm.delete',
] as const;

const OF_VMS = 'vms';
const TIME = /^(\d{1,5}) ?(s|m|h)?$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };
const MOST_SECONDS = 86_400;

/** A bare number counts seconds. Undefined where it is no time from a second to a day. */
function millisecondsIn(text: string): number | undefined {
  const [, count, unit = 's'] = TIME.exec(text) ?? [];
  const seconds = Number(count) * (SECONDS[unit] ?? Number.NaN);
  return seconds >= 1 && seconds <= MOST_SECONDS ? seconds * 1_000 : undefined;
}

/** What the configuration says of this verb and this VM, in ms: of the VM itself first. Undefined where it says nothing that counts. */
export function timeLimit({ file }: Pick<Config, 'file'>, action: string, { id, name }: Vm): number | undefined {
  const ofVms = [`${endpointOf(id)}/${name}`, id].map((called) => ['time-limits', OF_VMS, called, action]);
  for (const path of [...ofVms, ['time-limits', action]]) {
    const found = locate(file, path);
    const limit = found?.kind === 'scalar' ? millisecondsIn(found.text) : undefined;
    if (limit !== undefined) return limit;
  }
  return undefined;
}

export function checkTimeLimits(file: LocatedMap, complain: Complain): void {
  const section = locate(file, ['time-limits']);
  if (!section || section.kind === 'nothing') return;
  if (section.kind !== 'map')
    return void complain(section.at, 'time-limits must be verbs with times, like "vm.stop: 2m"');
  checkVerbs(section, [OF_VMS], complain);
  const vms = section.entries.get(OF_VMS)?.value;
  if (!vms || vms.kind === 'nothing') return;
  if (vms.kind !== 'map')
    return void complain(vms.at, 'time-limits: vms must be VMs, as ENDPOINT/NAME, with verbs below them');
  for (const [vm, { at, value }] of vms.entries) {
    if (!/^[^/]+\/./.test(vm)) complain(at, `time-limits: ${JSON.stringify(vm)}: a VM is written as ENDPOINT/NAME`);
    else if (value.kind === 'map') checkVerbs(value, [], complain);
    else complain(value.at, `time-limits: ${vm}: must be verbs with times, like { vm.stop: 2m }`);
  }
}

function checkVerbs({ entries }: LocatedMap, others: readonly string[], complain: Complain): void {
  for (const [key, { at, value }] of entries) {
    if (others.includes(key)) continue;
    if (!LIMITED.some((verb) => verb === key))
      complain(at, `time-limits: ${JSON.stringify(key)} can be given no time${didYouMean(key, LIMITED)}`);
    else if (value.kind !== 'scalar' || millisecondsIn(value.text) === undefined)
      complain(value.at, `time-limits: ${key} must be a time from 1s to 24h, such as 90s or 2m`);
  }
}
