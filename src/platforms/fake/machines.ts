import { type EndpointName, vmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Node, OperationName, Vm, VmState } from '../contract.ts';
import { operations } from '../contract.ts';
import { APPS, IMAGES, ODD_NAMES, OWNERS, ROLES, STACKS, STAGES } from './names.ts';
import { chance, hash, pick } from './random.ts';

/** The platform's own words for what its VMs do. */
export const RAW_STATES: Readonly<Record<VmState, string>> = {
  running: 'powered on',
  paused: 'frozen',
  suspended: 'saved to disk',
  stopped: 'powered off',
  starting: 'booting',
  stopping: 'shutting down',
  migrating: 'moving',
  crashed: 'guest panicked',
  error: 'failed',
  unknown: 'no answer',
};

const DAY_MS = 86_400_000;
const ON: readonly VmState[] = ['running', 'paused', 'starting', 'stopping', 'migrating'];

/** Epoch, ms: of a machine that is on since before the servers were looked at, some time in the 50 days before. */
export const firstBoot = (seed: number, row: number, now: number): number =>
  now - (hash(seed, row, 123) % (50 * DAY_MS));

/** What its row says of the time since when it is on. */
export const uptimeFact = (state: VmState, bootedAt: number): Pick<Vm, 'bootedAt'> =>
  ON.includes(state) ? { bootedAt } : {};

const GATEWAY = ROLES.findIndex((role) => role.name === 'gateway');
const WEB = ROLES.findIndex((role) => role.name === 'web');

/** VMs of one kind share one array, which is most of what the tags of 100,000 VMs would cost. */
const TAGS = new Map(STAGES.map((stage) => [stage, ROLES.map((role) => [stage, role.name])]));

/** `debian 12` of an image `debian-12`. */
const SYSTEMS = new Map(IMAGES.map((image) => [image, image.replace('-', ' ')]));

export interface Machine {
  readonly vm: Vm;
  /** Index of ROLES. */
  readonly role: number;
}

/** The row of a machine, and where it is: the first of a site is its gateway, the last a template. */
export interface Slot {
  readonly row: number;
  readonly node: Node;
  readonly opensSite: boolean;
  readonly closesSite: boolean;
}

/** Makes the machines of a fleet one after the other, application by application. */
export function createMachineMaker(
  endpoint: EndpointName,
  options: { readonly seed: number; readonly running: number; readonly oddNames: boolean },
  now: number,
): (slot: Slot) => Machine {
  const { seed } = options;
  const uuid = uuids(endpoint, seed);
  const numbers = new Uint16Array(ROLES.length);
  let apps = 0;
  let app = { plan: '', stage: '', image: '', stack: [] as readonly number[] };
  let place = 0;

  function nextApp() {
    const bits = hash(seed, apps, 21);
    const round = Math.floor(apps / APPS.length);
    app = {
      plan: `${pick(APPS, apps + seed)}${round === 0 ? '' : round + 1}`,
      stage: pick(STAGES, bits >>> 8),
      image: pick(IMAGES, bits >>> 16),
      stack: pick(STACKS, bits),
    };
    numbers.fill(0);
    place = 0;
    apps++;
  }

  function member(slot: Slot): Machine {
    if (place >= app.stack.length) nextApp();
    const role = pick(app.stack, place++);
    const number = (numbers[role] ?? 0) + 1;
    numbers[role] = number;
    return { role, vm: machine(slot, role, `${app.plan}-${pick(ROLES, role).name}${number}`, app) };
  }

  /** Every site has one of this name: names are not unique in a fleet. */
  function gateway(slot: Slot): Machine {
    return {
      role: GATEWAY,
      vm: machine(slot, GATEWAY, 'gateway', { plan: 'network', stage: 'prod', image: 'debian-12' }),
    };
  }

  function machine(
    { row, node }: Slot,
    roleIndex: number,
    name: string,
    { plan, stage, image }: { readonly plan: string; readonly stage: string; readonly image: string },
  ): Vm {
    const role = pick(ROLES, roleIndex);
    const state = firstState(seed, row, options.running);
    const bits = hash(seed, row, 31);
    const vm: Vm = {
      id: vmId(endpoint, `vm-${row + 1}`),
      name: (options.oddNames ? ODD_NAMES[row] : undefined) ?? name,
      uuid: uuid(row),
      node: node.id,
      pool: node.pool,
      state,
      rawState: RAW_STATES[state],
      cpus: bits % 11 === 0 ? role.cpus * 2 : role.cpus,
      memory: gib(bits % 7 === 0 ? role.memoryGib * 2 : role.memoryGib),
      ips: state === 'running' || state === 'paused' ? [address(row)] : [],
      autostart: (bits >>> 5) % 4 !== 0,
      plan,
      profile: role.profile,
      image,
      os: SYSTEMS.get(image) ?? image,
      owner: pick(OWNERS, hash(seed, row, 37)),
      tags: TAGS.get(stage)?.[roleIndex] ?? [],
      ...uptimeFact(state, firstBoot(seed, row, now)),
    };
    if (state !== 'crashed') return vm;
    return { ...vm, trouble: { message: 'the guest panicked and was halted', since: now - (bits % 86_400) * 1000 } };
  }

  /** A template is a VM that is on no node and refuses nearly everything. */
  function template({ row, node }: Slot): Machine {
    const image = pick(IMAGES, hash(seed, row, 51));
    const name = `${image}-template`;
    return {
      role: WEB,
      vm: {
        id: vmId(endpoint, `vm-${row + 1}`),
        name,
        uuid: uuid(row),
        node: undefined,
        pool: node.pool,
        state: 'stopped',
        rawState: 'template',
        cpus: 2,
        memory: gib(4),
        ips: [],
        autostart: false,
        plan: undefined,
        profile: 'medium',
        image,
        tags: ['template'],
        disabled: refusalsOfTemplate(),
      },
    };
  }

  return (slot) => (slot.opensSite ? gateway(slot) : slot.closesSite ? template(slot) : member(slot));
}

export const address = (row: number): string =>
  `10.${Math.floor(row / 64_000)}.${Math.floor(row / 250) % 256}.${(row % 250) + 1}`;

function firstState(seed: number, row: number, running: number): VmState {
  const where = chance(seed, row, 41) * 100;
  if (where < running) return 'running';
  const rest = (where - running) / (100 - running);
  if (rest < 0.75) return 'stopped';
  if (rest < 0.87) return 'paused';
  return rest < 0.95 ? 'suspended' : 'crashed';
}

function refusalsOfTemplate(): Partial<Record<OperationName, string>> {
  const why = 'it is a template: make a VM of it, and use that';
  const disabled: Partial<Record<OperationName, string>> = {};
  for (const operation of Object.keys(operations) as OperationName[]) {
    if (operations[operation].kind !== 'reads' && !operation.startsWith('node.')) disabled[operation] = why;
  }
  return disabled;
}

/** Two endpoints with one seed are two fleets: their VMs must not be taken for the same machines. */
/** The uuid of the machine in a row. */
export const uuidOf = (endpoint: EndpointName, seed: number, row: number): string => uuids(endpoint, seed)(row);

function uuids(endpoint: EndpointName, seed: number): (row: number) => string {
  let bits = seed;
  for (const letter of endpoint) bits = hash(bits, letter.codePointAt(0) ?? 0, 61);
  const head = `${hex(bits, 8)}-${hex(hash(bits, 0, 62) >>> 16, 4)}-4000-8000-`;
  return (row) => head + hex(row + 1, 12);
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
