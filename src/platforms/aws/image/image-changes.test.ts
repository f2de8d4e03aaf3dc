/** What is changed of an AMI, and what is shown of it then. */
import type { Image } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { imageId } from '../../../ids.ts';
import type { ImageChanges } from '../../contract.ts';
import { createCatalog } from '../catalog.ts';
import { type Answers, CLOUD, changesIn, scriptedApi } from '../testkit/scripted-calls.ts';
import { createImageOps } from './images.ts';

const { signal } = new AbortController();
const ID = imageId(CLOUD, 'ami-1');
const ImageId = 'ami-1';
const WEB: Image = {
  ImageId,
  Name: 'web',
  Tags: [
    { Key: 'Name', Value: 'web' },
    { Key: 'team', Value: 'shop' },
  ],
};

function open(image: Image = WEB, answers: Answers = {}) {
  const changes =
    'ModifyImageAttribute EnableImageDeprecation DisableImageDeprecation CreateTags DeleteTags DeregisterImage';
  const protection = 'EnableImageDeregistrationProtection DisableImageDeregistrationProtection';
  const scripted = scriptedApi({
    DescribeImages: { Images: [image] },
    DescribeInstances: {},
    ...Object.fromEntries(`${changes} ${protection}`.split(' ').map((name) => [name, {}])),
    ...answers,
  });
  const { api } = scripted;
  const region = { api, catalog: createCatalog(api), touched: () => {}, clock: createTestClock() };
  const ops = createImageOps({ ...region, endpoint: CLOUD, region: 'eu-test-1' });
  return { scripted, ops, update: (changes: ImageChanges) => ops.update(ID, changes, signal) };
}

describe('an AMI', () => {
  it('F-473 says who may use it, what is said of it, and from when on it is deprecated', async () => {
    const { scripted, update } = open();
    const properties = { description: 'the shop', deprecated: '2027-01-31', team: '', site: 'south' };
    await update({ public: true, protected: true, properties });
    expect(changesIn(scripted)).toEqual([
      ['ModifyImageAttribute', { ImageId, LaunchPermission: { Add: [{ Group: 'all' }] } }],
      ['EnableImageDeregistrationProtection', { ImageId }],
      ['ModifyImageAttribute', { ImageId, Description: { Value: 'the shop' } }],
      ['EnableImageDeprecation', { ImageId, DeprecateAt: new Date('2027-01-31T00:00:00Z') }],
      ['DeleteTags', { Resources: ['ami-1'], Tags: [{ Key: 'team' }] }],
      ['CreateTags', { Resources: ['ami-1'], Tags: [{ Key: 'site', Value: 'south' }] }],
    ]);
    const more = { Description: 'the shop', DeprecationTime: '2027-01-31T00:00:00.000Z' };
    const [row] = await open({ ...WEB, ...more, Public: true }).ops.list(CLOUD, signal);
    expect(row?.visibility).toBe('public');
    expect(row?.properties).toEqual({ description: 'the shop', deprecated: '2027-01-31', team: 'shop' });
  });

  it('has no property of a tag that is called as an attribute, which would change the attribute', async () => {
    const Tags = ['description', 'deprecated', 'team'].map((Key) => ({ Key, Value: 'of a tag' }));
    const [row] = await open({ ...WEB, Tags }).ops.list(CLOUD, signal);
    expect(row?.properties).toEqual({ team: 'of a tag' });
  });

  it.each<[string, ImageChanges, string]>([
    ['another name', { name: 'shop', public: true }, 'op.unsupported'],
    ['a day that is none', { public: true, properties: { deprecated: 'tomorrow' } }, 'op.refused'],
    ['a tag of AWS', { public: true, properties: { 'aws:x': 'y' } }, 'op.refused'],
  ])('stays as it is where it can not have %s', async (_what, changes, code) => {
    const { scripted, update } = open();
    expect((await refusal(update(changes))).code).toBe(code);
    expect(changesIn(scripted)).toEqual([]);
  });

  it('tells what was changed before one change was refused', async () => {
    const { update } = open(WEB, { CreateTags: new FleetError('auth.forbidden', 'no tags') });
    const error = await refusal(update({ public: false, properties: { site: 'south' } }));
    expect(error.message).toBe('web: who may use it changed, but not site: no tags');
  });

  it('that is protected is not deleted', async () => {
    const { scripted, ops } = open({ ...WEB, DeregistrationProtection: 'enabled-without-cooldown' });
    expect((await ops.planDelete(ID, signal)).refused).toContain('web is protected');
    expect((await refusal(ops.delete(ID, signal))).code).toBe('op.refused');
    expect(changesIn(scripted)).toEqual([]);
    expect((await ops.list(CLOUD, signal))[0]?.protected).toBe(true);
  });
});
