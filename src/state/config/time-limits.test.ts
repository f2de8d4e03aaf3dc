import { expect, it } from 'vitest';
import { aVm } from '../../../test/state/objects.ts';
import { interpret } from './interpret.ts';
import { spellProblem } from './problem.ts';
import { timeLimit } from './time-limits.ts';
import { openYaml } from './yaml-file.ts';

const read = async (text: string) => interpret('c.yaml', (await openYaml('c.yaml', text)).tree, new Map());

it('F-197 a time limit is that of the VM, else that of its verb', async () => {
  const { config, problems } = await read(
    'time-limits:\n  vm.stop: 2m\n  vm.start: 45\n  vms:\n    host1/db1: { vm.stop: 1h }\n',
  );
  expect(problems).toEqual([]);
  const of = (name: string, verb: string) => timeLimit(config, verb, aVm(name));
  expect([of('db1', 'vm.stop'), of('web1', 'vm.stop'), of('db1', 'vm.start'), of('db1', 'vm.pause')]).toEqual([
    3_600_000,
    120_000,
    45_000,
    undefined,
  ]);
});

it('says where a time limit is of no verb, or is no time', async () => {
  const { config, problems } = await read(
    'time-limits:\n  vm.stpo: 2m\n  vm.start: soon\n  vms:\n    db1: { vm.stop: 1h }\n    host1/db1: { vm.kill: 0 }\n',
  );
  expect(problems.map(spellProblem)).toEqual([
    'c.yaml:2:3: time-limits: "vm.stpo" can be given no time (did you mean vm.stop?)',
    'c.yaml:3:13: time-limits: vm.start must be a time from 1s to 24h, such as 90s or 2m',
    'c.yaml:5:5: time-limits: "db1": a VM is written as ENDPOINT/NAME',
    'c.yaml:6:27: time-limits: vm.kill must be a time from 1s to 24h, such as 90s or 2m',
  ]);
  expect(timeLimit(config, 'vm.start', aVm('db1'))).toBeUndefined();
});
