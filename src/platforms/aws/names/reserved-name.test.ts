/** What becomes of the name of an instance in Route 53 when the instance goes. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { createCatalog } from '../catalog.ts';
import { createDelete } from '../delete.ts';
import { createMaker } from '../make/create.ts';
import {
  type Answers,
  CLOUD,
  changesIn,
  ID,
  instancesAnswer,
  scriptedApi,
  scriptedInstance,
  WEB1,
} from '../testkit/scripted-calls.ts';

const { signal } = new AbortController();
const ADDRESS = '203.0.113.5';
const tags = (values: Readonly<Record<string, string>>) =>
  Object.entries({ Name: 'web1', ...values }).map(([Key, Value]) => ({ Key, Value }));
const RESERVED = { domain: 'shop.example', 'domain-entry': `web1.shop.example ${ADDRESS}` };
const entry = (Name: string, Value: string) => ({ Name, Type: 'A', TTL: 300, ResourceRecords: [{ Value }] });
const OWN = entry('web1.shop.example.', ADDRESS);
const zone = (...ResourceRecordSets: readonly object[]): Answers => ({
  ListHostedZones: { HostedZones: [{ Id: '/hostedzone/Z1', Name: 'shop.example.' }] },
  ListResourceRecordSets: { ResourceRecordSets },
  ChangeResourceRecordSets: {},
});

function off(values: Readonly<Record<string, string>>, answers: Answers) {
  const scripted = scriptedInstance({ State: { Name: 'stopped' }, Tags: tags(values) }, answers);
  const { planDelete, delete: remove } = createDelete(scripted.calls);
  return {
    scripted,
    plan: () => planDelete(WEB1, signal),
    remove: () => remove(WEB1, { keepDisks: false, snapshots: false }, signal),
  };
}

describe('the name that was reserved for an instance', () => {
  it('F-241 F-400 goes with the instance on AWS, and no other entry does', async () => {
    const { scripted, plan, remove } = off(RESERVED, zone(entry('www.shop.example.', ADDRESS), OWN));
    expect((await plan()).goes).toEqual(['the DNS entry web1.shop.example']);
    const renamed = off({ ...RESERVED, Name: 'www' }, zone(entry('www.shop.example.', ADDRESS), OWN));
    expect((await renamed.plan()).goes).toEqual(['the DNS entry web1.shop.example']);
    expect((await remove()).warnings).toEqual([]);
    expect(changesIn(scripted)).toEqual([
      ['TerminateInstances', { InstanceIds: [ID] }],
      [
        'ChangeResourceRecordSets',
        { HostedZoneId: 'Z1', ChangeBatch: { Changes: [{ Action: 'DELETE', ResourceRecordSet: OWN }] } },
      ],
    ]);
  });

  it.each([
    ['leads to another machine by now', RESERVED, zone(entry('web1.shop.example.', '203.0.113.9'))],
    [
      'leads to another machine as well',
      RESERVED,
      zone({ ...OWN, ResourceRecords: [{ Value: ADDRESS }, { Value: '203.0.113.9' }] }),
    ],
    ['is no entry any more', RESERVED, zone()],
    ['was never reserved', {}, {}],
  ])('stays where it %s', async (_why, values, answers) => {
    const { scripted, plan, remove } = off(values, answers);
    expect((await plan()).goes).toEqual([]);
    await remove();
    expect(changesIn(scripted)).toEqual([['TerminateInstances', { InstanceIds: [ID] }]]);
  });

  it('is told to be there still where it can not be looked at or removed, and keeps no instance', async () => {
    const forbidden = new FleetError('auth.forbidden', 'not allowed');
    const blind = off(RESERVED, { ListHostedZones: forbidden });
    expect((await blind.plan()).stays).toEqual(['its DNS entry in shop.example, if it has one (not allowed)']);
    expect((await blind.remove()).warnings[0]?.detail).toMatch(/^its DNS entry in shop.example, .* stays$/);
    const stuck = off(RESERVED, { ...zone(OWN), ChangeResourceRecordSets: forbidden });
    expect((await stuck.remove()).warnings[0]?.detail).toContain('drover dns delete web1.shop.example removes it');
  });

  it('is taken back when what follows it fails, before the instance is', async () => {
    const launched = { InstanceId: ID, State: { Name: 'pending' as const }, PublicIpAddress: ADDRESS };
    const looks = [{}, instancesAnswer(launched)];
    const entries: object[][] = [[], [OWN]];
    const look = () => looks.shift() ?? instancesAnswer(launched);
    const told = () => ({ ResourceRecordSets: entries.shift() });
    const scripted = scriptedApi({
      ...zone(),
      DescribeInstances: look,
      DescribeImages: { Images: [{ ImageId: 'ami-0123456789abcdef0', Name: 'debian-12', Architecture: 'x86_64' }] },
      ListResourceRecordSets: told,
      RunInstances: { Instances: [{ InstanceId: ID }] },
      CreateTags: new FleetError('auth.forbidden', 'no tags'),
      TerminateInstances: {},
    });
    const { api } = scripted;
    const region = { api, catalog: createCatalog(api), touched: () => {}, clock: createTestClock() };
    const create = createMaker({ ...region, endpoint: CLOUD, region: 'eu-test-1' });
    const spec = { name: 'web1', image: 'ami-0123456789abcdef0', type: 't3.micro' };
    const error = await refusal(create(CLOUD, { ...spec, domain: 'shop.example', 'reserve-dns': true }, signal));
    expect(error.message).toBe('no tags');
    const sent = changesIn(scripted).map(([name]) => name);
    expect(sent).toEqual([
      'RunInstances',
      'ChangeResourceRecordSets',
      'CreateTags',
      'ChangeResourceRecordSets',
      'TerminateInstances',
    ]);
  });
});
