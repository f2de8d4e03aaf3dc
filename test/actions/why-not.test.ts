import { expect, it } from 'vitest';
import { whyNot } from '../../src/actions/action.ts';
import type { Connection } from '../../src/platforms/contract.ts';
import { operations } from '../../src/platforms/contract.ts';
import { aVm } from '../state/objects.ts';

const disabled = { 'vm.start': 'it is locked' };
const vm = aVm('web1', { disabled });
const above = aVm('db1', { disabled: { 'vm.start': 'its VM is locked' } });

interface Given {
  readonly has?: boolean;
  readonly readOnly?: boolean;
  readonly connected?: boolean;
  readonly right?: string | undefined;
  readonly object?: typeof vm;
  readonly above?: typeof vm;
  readonly fits?: true | string;
}

function ask({
  has = true,
  readOnly = false,
  connected = true,
  right,
  object = aVm('web1'),
  fits = true,
  ...given
}: Given) {
  const connection = {
    vm: has ? { start: async () => ({ warnings: [] }) } : {},
    whyNot: { vm: 'there are no VMs here' },
    right: () => right,
  } as unknown as Connection;
  return whyNot(
    { needs: 'vm.start', title: 'Start', fits: () => fits },
    object,
    given.above,
    connected ? connection : undefined,
    undefined,
    readOnly ? { readOnly: 'this run is read-only' } : {},
    operations,
  );
}

const everything = { right: 'no right', object: vm, above, fits: 'it runs' } as const;

it.each<[string, Given, string | undefined]>([
  ['nothing', {}, undefined],
  [
    'the platform lacks it, with one sentence for the group',
    { ...everything, has: false, readOnly: true },
    'there are no VMs here',
  ],
  ['nothing may be changed', { ...everything, readOnly: true }, 'this run is read-only'],
  ['there is no connection', { ...everything, connected: false }, 'its endpoint is not connected'],
  ['the login may not', everything, 'no right'],
  ['the object says so', { ...everything, right: undefined }, 'it is locked'],
  ['the VM that it is under says so', { above, fits: 'it runs' }, 'its VM is locked'],
  ['its state does not fit', { fits: 'it runs' }, 'it runs'],
])('what stands against an action, the first of all: %s', (_what, given, sentence) => {
  expect(ask(given)).toBe(sentence);
});
