/** What becomes of the name of an instance in Route 53 when the instance goes. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { createCatalog } from '../catalog.ts';
import { createDelete } from '../delete.ts';
import { createMaker } from '../make/create.ts';
import { metadataIn } from '../tags.ts';
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
const silent = () => new Promise<never>(() => {});
const ADDRESS = '203.0.113.5';
const tags = (values: Readonly<Record<string, string>>) =>
  Object.entries({ Name: 'web1', ...values }).map(([Key, Value]) => ({ Key, Value }));
const RESERVED = { domain: 'shop.example', 'domain-entry': `web1.shop.example ${ADDRESS}` };
const copied = (from: string) => ({ ...RESERVED, 'domain-entry': `web1.shop.example ${ADDRESS} ${from}` });
const entry = (Name: string, Value: string) => ({ Name, Type: 'A', TTL: 300, ResourceRecords: [{ Value }] });
const OWN = entry('web1.shop.example.', ADDRESS);
const zone = (...ResourceRecordSets: readonly object[]): Answers => ({
  ListHostedZones: { HostedZones: [{ Id: '/hostedzone/Z1', Name: 'shop.example.' }] },
  ListResourceRecordSets: { ResourceRecordSets },
  ChangeResourceRecordSets: {},
});

function off(values: Readonly<Record<string, string>>, answers: Answers) {
  const scripted = scriptedInstance({ State: { Name: 'stopped' }, Tags: tags(values) }, answers);
  const clock = createTestClock();
  const { planDelete, delete: remove } = createDelete({ ...scripted.calls, clock });
  return {
    scripted,
    clock,
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
    ['is that of the instance which its tags were copied from', copied('i-0fedcba9876543210'), zone(OWN)],
    ['would be in what is no zone, but a tag of its owner', { domain: 'payments' }, {}],
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

  it('is asked for alone, and keeps no instance when Route 53 is slow', async () => {
    const { scripted, remove } = off(copied(ID), zone(OWN));
    expect((await remove()).warnings).toEqual([]);
    const asked = scripted.asked.find(([name]) => name === 'ListResourceRecordSets');
    expect(asked?.[1]).toMatchObject({ StartRecordName: 'web1.shop.example', StartRecordType: 'A' });
    const slow = off(RESERVED, { ListHostedZones: silent });
    const going = slow.remove();
    await slow.clock.pass(5_000);
    expect((await going).warnings[0]?.detail).toContain('Route 53 did not answer within 5 s');
  });

  it.each([
    ['web1', 'shop.example'],
    ['Web1', 'Z1'],
    ['web1.shop.example.', 'Shop.Example'],
  ])('is noted as Route 53 has it, and taken back when what follows fails: %s in %s', async (name, domain) => {
    const launched = { InstanceId: ID, State: { Name: 'pending' as const }, PublicIpAddress: ADDRESS };
    const looks = [{}, instancesAnswer(launched)];
    const look = () => looks.shift() ?? instancesAnswer(launched);
    const scripted = scriptedApi({
      ...zone(),
      DescribeInstances: look,
      DescribeImages: { Images: [{ ImageId: 'ami-0123456789abcdef0', Name: 'debian-12', Architecture: 'x86_64' }] },
      RunInstances: { Instances: [{ InstanceId: ID }] },
      CreateTags: new FleetError('auth.forbidden', 'no tags'),
      TerminateInstances: {},
    });
    const { api } = scripted;
    const region = { api, catalog: createCatalog(api), touched: () => {}, clock: createTestClock() };
    const create = createMaker({ ...region, endpoint: CLOUD, region: 'eu-test-1' });
    const spec = { name, image: 'ami-0123456789abcdef0', type: 't3.micro' };
    const error = await refusal(create(CLOUD, { ...spec, domain, 'reserve-dns': true }, signal));
    expect(error.message).toBe('no tags');
    const made = { ...OWN, Name: 'web1.shop.example' };
    const change = (Action: string) => ({
      HostedZoneId: 'Z1',
      ChangeBatch: { Changes: [{ Action, ResourceRecordSet: made }] },
    });
    const [[, run] = [], ...then] = changesIn(scripted);
    expect(JSON.stringify(run)).toContain('{"Key":"domain","Value":"shop.example"}');
    expect(then).toEqual([
      ['ChangeResourceRecordSets', change('CREATE')],
      ['CreateTags', { Resources: [ID], Tags: [{ Key: 'domain-entry', Value: `web1.shop.example ${ADDRESS} ${ID}` }] }],
      ['ChangeResourceRecordSets', change('DELETE')],
      ['TerminateInstances', { InstanceIds: [ID] }],
    ]);
  });

  it('leaves a tag domain=payments to its owner', () => {
    expect(metadataIn(new Map([['domain', 'payments']]))).toEqual({ domain: 'payments' });
    expect(metadataIn(new Map(Object.entries(RESERVED)))).toEqual({});
  });
});
