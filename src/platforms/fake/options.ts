import { FleetError } from '../../errors.ts';
import { type Endpoint, type OperationName, operations } from '../contract.ts';
import { manifest } from './manifest.ts';

/** The endpoint's values, typed, with the manifest's defaults. */
export interface FakeOptions {
  readonly vms: number;
  readonly seed: number;
  /** Percent. */
  readonly running: number;
  readonly oddNames: boolean;
  /** 0 = never. */
  readonly eventsEveryMs: number;
  readonly without: readonly OperationName[];
  readonly keepDisksRefused: boolean;
  /** Freed ids are given to new VMs, as by Proxmox. */
  readonly reusesIds: boolean;
  /** 0 = no limit. */
  readonly mostVms: number;
  /** Whether another VM needs a second disk can't be decided, as for files outside of storage pools on some platforms. */
  readonly unknownDisks: boolean;
  readonly password: string;
  readonly hostKey: string;
  readonly latencyMs: number;
  /** Nodes count from 1; 0 = none. */
  readonly slowNode: number;
  readonly hangingNode: number;
  /** 0 = never. */
  readonly dropEveryMs: number;
  readonly dropForMs: number;
  readonly fails: OperationName | undefined;
  readonly loses: OperationName | undefined;
}

const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name);

/** Throws config.invalid for a value of the wrong kind or an unknown operation. */
export function fakeOptions(endpoint: Endpoint): FakeOptions {
  const value = (key: string) =>
    endpoint.values[key] ?? manifest.endpoint.find((field) => field.key === key)?.default ?? '';
  const invalid = (key: string, wanted: string) =>
    new FleetError('config.invalid', `endpoint ${endpoint.name}: ${key} must be ${wanted}`);

  function count(key: string): number {
    const found = value(key);
    if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 0) throw invalid(key, 'a whole number');
    return found;
  }
  function operation(key: string): OperationName | undefined {
    const name = String(value(key));
    if (name === '') return undefined;
    if (!isOperation(name)) throw invalid(key, 'the name of an operation, such as vm.pause');
    return name;
  }

  return {
    vms: count('vms'),
    seed: count('seed'),
    running: count('running'),
    oddNames: value('odd-names') === true,
    eventsEveryMs: count('events-every') * 1000,
    without: String(value('without'))
      .split(/[\s,]+/)
      .filter((name) => name !== '')
      .map((name) => {
        if (!isOperation(name)) throw invalid('without', 'a list of operations, such as vm.pause, vm.restart');
        return name;
      }),
    keepDisksRefused: value('disks-go') === true,
    reusesIds: value('reuses-ids') === true,
    mostVms: count('most-vms'),
    unknownDisks: value('unknown-disks') === true,
    password: String(value('password')),
    hostKey: String(value('host-key')),
    latencyMs: count('latency'),
    slowNode: count('slow-node'),
    hangingNode: count('hanging-node'),
    dropEveryMs: count('drop-every') * 1000,
    dropForMs: count('drop-for') * 1000,
    fails: operation('fails'),
    loses: operation('loses'),
  };
}
