import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, type VmId, vmId } from '../../../src/ids.ts';
import { platform } from '../../../src/platforms/aws/index.ts';
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import type { Connection, Vm } from '../../../src/platforms/contract.ts';
import { patient } from '../../contract/bench.ts';
import { refusal } from '../../contract/refusal.ts';
import { type Watching, watchConnection } from '../../contract/watching.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { putFigures } from './figures.ts';
import { type MachineRoom, openMachineRoom } from './machine-room.ts';
import { ODD_NAMES, populate } from './population.ts';
import { REGION } from './region.ts';
import { siteFrom } from './site.ts';

const NAME = endpointName('lab');
const HOLD_MS = 1_000;
const VMS = 60;
/** Of one reservation, half of them. */
const TOGETHER = 30;
/** Less than there are reservations, and instance types. */
const PAGE = 20;
/** CloudWatch is asked for so many in a request, and for the others in another. */
const MEASURED_AT_ONCE = 100;
const MINUTE_MS = 60_000;

let cloud: Cloud;
let room: MachineRoom;
let measured: readonly string[];

beforeAll(async () => {
  cloud = await startCloud(siteFrom(process.env), { holdMs: HOLD_MS, page: PAGE });
  measured = await populate(cloud.back, VMS);
  await putFigures(cloud.back, measured);
  room = openMachineRoom(cloud.back);
});
afterAll(async () => {
  room.close();
  await cloud.close();
  expect(cloud.complaints).toEqual([]);
});

const connect = (values = {}): Promise<Connection> =>
  platform.connect(
    {
      name: NAME,
      platform: 'aws',
      values: {
        region: REGION,
        'endpoint-url': cloud.origin,
        'access-key-id': KEYS.accessKeyId,
        'secret-access-key': KEYS.secretAccessKey,
        ...values,
      },
    },
    { signal: patient(), clock: systemClock, wire: () => {}, ask: {} },
  );

async function watching(run: (watched: Watching) => Promise<void>, everyMs = MINUTE_MS, values = {}): Promise<void> {
  const connection = await connect(values);
  const watched = watchConnection(connection, everyMs);
  try {
    await watched.until('the whole list', () => watched.feeds.find(({ kind }) => kind === 'complete'));
    await run(watched);
  } finally {
    await watched.stop();
    await connection.close();
  }
}

const named = ({ vms }: Watching, name: string): Vm => {
  const found = [...vms.values()].find((vm) => vm.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};
const launched = async (name: string): Promise<VmId> => vmId(NAME, (await room.launch(name, 1))[0] ?? '');
const countOf = (action: string) => cloud.seen.filter((one) => one === action).length;

it('every instance type of the region is listed, with what it has', async () => {
  const connection = await connect();
  try {
    const flavors = (await connection.flavor?.list?.(NAME, patient())) ?? [];
    const told = new Map(flavors.map((flavor) => [flavor.name, flavor]));
    expect(told.size).toBe(flavors.length);
    // three pages
    expect(told.size).toBeGreaterThan(2 * PAGE);
    expect(flavors.filter(({ trouble }) => trouble)).toEqual([]);
    // moto has one price for all.
    expect(told.get('t2.nano')?.price).toEqual({ currency: 'USD', spotHour: 0.00001 });
    // As AWS' pages about these types have it.
    expect(told.get('t2.nano')).toMatchObject({ cpus: 1, memory: 512 * 1024 ** 2, arch: 'i386, x86_64' });
    expect(told.get('m5d.large')).toMatchObject({ cpus: 2, memory: 8 * 1024 ** 3, disk: 75e9, arch: 'x86_64' });
    expect(told.get('c6g.16xlarge')).toMatchObject({
      cpus: 64,
      memory: 128 * 1024 ** 3,
      disk: undefined,
      arch: 'arm64',
    });
  } finally {
    await connection.close();
  }
});

describe('the list', () => {
  it('has all instances of a reservation, all pages, and none that was terminated', () =>
    watching(async (watched) => {
      const names = [...watched.vms.values()].map(({ name }) => name);
      expect(names.filter((name) => name === 'web')).toHaveLength(TOGETHER);
      expect(names).toEqual(expect.arrayContaining([...ODD_NAMES]));
      expect(names).not.toContain('gone');
      // Three of them are told by AWS for an hour more.
      expect(names).toHaveLength(VMS - 3);
    }));

  it('F-126 F-198 F-415 knows size, image, plan, tags and disks without asking for each instance', async () => {
    const before = cloud.seen.length;
    await watching(async (watched) => {
      expect(named(watched, 'db-primary')).toMatchObject({
        cpus: 2,
        memory: 8 * 1024 ** 3,
        plan: 'shop',
        profile: 'large',
        tags: ['env=prod'],
        storage: 8 * 1024 ** 3,
        diskCount: 1,
        nicCount: 1,
        image: expect.stringMatching(/^ubuntu\/images/),
      });
    });
    expect(cloud.seen.slice(before).sort()).toEqual([
      'DescribeAvailabilityZones',
      'DescribeAvailabilityZones',
      'DescribeImages',
      'DescribeInstanceTypes',
      'DescribeInstances',
      'DescribeInstances',
      'DescribeVolumes',
    ]);
  });

  it('comes all the same when AWS throttles it', async () => {
    cloud.order({ action: 'DescribeInstances', code: 'RequestLimitExceeded', status: 503, times: 2 });
    await watching(async (watched) => expect(watched.vms.size).toBeGreaterThan(VMS / 2));
  });

  it('comes without types, images and zones for a login that may not ask for them', async () => {
    for (const action of ['DescribeInstanceTypes', 'DescribeImages', 'DescribeAvailabilityZones']) {
      cloud.order({ action, code: 'UnauthorizedOperation', status: 403, times: 2 });
    }
    await watching(async (watched) => {
      const [first] = watched.feeds;
      const nodes = first?.kind === 'inventory' ? first.inventory.nodes : [];
      expect(nodes.map(({ name }) => name)).toContain(named(watched, 'db-primary').node?.split('/').at(-1));
      expect(named(watched, 'db-primary').image).toMatch(/^ami-/);
    });
  });
});

describe('power', () => {
  it('F-045 F-346 is followed through its states by looking at that instance alone', () =>
    watching(async (watched) => {
      const { id } = named(watched, 'off');
      const lists = countOf('DescribeInstances');
      await watched.connection.vm.start(id, patient());
      await watched.untilState(id, 'starting');
      await watched.untilState(id, 'running', HOLD_MS);
      expect(watched.events.map(({ text }) => text)).toContain('Running');
      // One to act, and then a few with a filter: with the whole list every minute there are no others.
      expect(countOf('DescribeInstances') - lists).toBeLessThan(6);
      await watched.connection.vm.stop(id, 'graceful', patient());
      await watched.untilState(id, 'stopping');
      await watched.untilState(id, 'stopped', HOLD_MS);
    }));

  it('says why a start failed, and what may help', () =>
    watching(async (watched) => {
      const message = 'We currently do not have sufficient t3.micro capacity in the Availability Zone you requested';
      cloud.order({ action: 'StartInstances', code: 'InsufficientInstanceCapacity', status: 500, message });
      const error = await refusal(watched.connection.vm.start(named(watched, 'off').id, patient()));
      expect(error).toMatchObject({
        code: 'op.failed',
        message: `off: ${message}`,
        fix: expect.stringMatching(/later/),
      });
    }));

  it('is not sent a second time when AWS throttles it', () =>
    watching(async (watched) => {
      const before = countOf('StartInstances');
      cloud.order({ action: 'StartInstances', code: 'RequestLimitExceeded', status: 503 });
      const error = await refusal(watched.connection.vm.start(named(watched, 'off').id, patient()));
      expect(error).toMatchObject({ code: 'host.unreachable', retry: true });
      expect(countOf('StartInstances') - before).toBe(1);
    }));

  it('says that a group replaces a member that is stopped', () =>
    watching(async (watched) => {
      const { warnings } = await watched.connection.vm.stop(named(watched, 'member').id, 'force', patient());
      expect(warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(/group workers .* replaces it/)]);
    }));

  it('F-455 hibernates what was launched for it, shows it as suspended, and wakes it up', () =>
    watching(async (watched) => {
      const { id } = named(watched, 'sleeper');
      await watched.connection.vm.suspend?.(id, patient());
      await watched.untilState(id, 'suspended', HOLD_MS);
      await watched.connection.vm.resume?.(id, patient());
      await watched.untilState(id, 'running', HOLD_MS);
    }));

  it('says before anybody tries that an instance can not be hibernated', () =>
    watching(async (watched) => {
      expect(named(watched, 'bargain').disabled?.['vm.suspend']).toMatch(/hibernation enabled/);
      expect(named(watched, 'sleeper').disabled?.['vm.suspend']).toBeUndefined();
      const error = await refusal(
        watched.connection.vm.suspend?.(named(watched, 'bargain').id, patient()) ?? Promise.reject(),
      );
      expect(error.code).toBe('op.unsupported');
    }));
});

describe('one instance', () => {
  it('F-058 is not terminated while it is protected, and that is named', async () => {
    const connection = await connect();
    const id = await launched('protected');
    await room.power(id.split('/')[1] ?? '', 'stopped');
    const protect = { 'termination-protection': true };
    await connection.vm.configure?.(id, 'config', protect, { 'termination-protection': false }, patient());
    const error = await refusal(
      connection.vm.delete?.(id, { keepDisks: false, snapshots: false }, patient()) ?? Promise.reject(),
    );
    expect(error).toMatchObject({ code: 'op.refused', message: expect.stringMatching(/DisableApiTermination/) });
    await connection.close();
  });

  it('F-241 F-400 takes along the name that was reserved for it, and no other', () =>
    watching(async (watched) => {
      const { connection } = watched;
      const { vm, zone, dns } = connection;
      const entries = async () =>
        ((await dns?.list?.(NAME, patient())) ?? []).map(({ name, type }) => `${type} ${name}`);
      await zone?.create?.(NAME, { name: 'lab.example', description: '', network: '', email: '' }, patient());
      await dns?.create?.(NAME, { name: 'other', zone: 'lab.example', type: 'A', data: '192.0.2.1' }, patient());
      const spec = { name: 'reserved', image: 'ami-785db401', type: 't3.micro', start: false };
      const made = vm.create?.(NAME, { ...spec, domain: 'lab.example', 'reserve-dns': true }, patient());
      const { id } = (await made) ?? { id: vmId(NAME, '') };
      expect(await entries()).toContain('A reserved.lab.example');
      await watched.untilState(id, 'stopped', HOLD_MS);
      expect((await vm.planDelete?.(id, patient()))?.goes).toContain('the DNS entry reserved.lab.example');
      await vm.delete?.(id, { keepDisks: false, snapshots: false }, patient());
      const left = await entries();
      expect(left).not.toContain('A reserved.lab.example');
      expect(left).toContain('A other.lab.example');
    }));

  it('says that spot instances may be taken back, and who replaces a member of a group', () =>
    watching(async (watched) => {
      const more = async (name: string) =>
        Object.fromEntries((await watched.connection.vm.info(named(watched, name).id, patient())).more);
      expect(await more('bargain')).toMatchObject({ Lifecycle: expect.stringMatching(/^spot/) });
      expect(await more('member')).toMatchObject({ 'Auto Scaling group': expect.stringMatching(/^workers/) });
    }));

  it('shows what its console has written', () =>
    watching(async (watched) => {
      const output = watched.connection.console?.output;
      const told = await output?.(named(watched, 'db-primary').id, patient());
      expect(told?.text).toMatch(/Linux version|Welcome|\w/);
    }));
});

describe('figures', () => {
  beforeAll(async () => {
    await room.launch('crowd', MEASURED_AT_ONCE);
  });

  it('are not asked for unless somebody pays for them', async () => {
    const before = countOf('GetMetricData');
    await watching(async (watched) => {
      expect(watched.blocks()).toEqual([]);
    });
    expect(countOf('GetMetricData')).toBe(before);
  });

  it('F-113 come for a hundred instances in a request, with what they cost said once', async () => {
    const before = countOf('GetMetricData');
    await watching(
      async (watched) => {
        const db = named(watched, 'db-primary').id;
        const block = await watched.until('figures', () => watched.blocks().find(({ ids }) => ids.includes(db)));
        expect(block.cpu[block.ids.indexOf(db)]).toBeCloseTo(0.07);
        expect(block.memory[block.ids.indexOf(db)]).toBeNaN();
        await watched.until('all figures', () => (watched.blocks().length >= 2 ? true : undefined));
        const costs = watched.events.filter(({ text }) => /USD a day/.test(text));
        expect(costs).toHaveLength(1);
      },
      MINUTE_MS,
      { metrics: true },
    );
    expect(countOf('GetMetricData') - before).toBe(2);
  });
});
