/** When a request is sent again, with whom it is signed, and what its failure is reported as. */
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import type { Account } from './account.ts';
import { type Api, createApi } from './api.ts';
import type { Identity } from './identity.ts';
import { listMachines, lookAt } from './list-machines.ts';
import type { Credentials, Order } from './sdk/messages.ts';
import { CLOUD, scriptedApi } from './testkit/scripted-calls.ts';

const said = (name: string, status = 400) =>
  new EC2ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: status } });
const BUSY = said('RequestLimitExceeded', 503);
const busyFor = (seconds: string) =>
  new StatusError('POST /', false, { status: 503, reason: 'Busy', headers: { 'retry-after': seconds } }, '');
const FIRST = { accessKeyId: 'A', secretAccessKey: 'S', sessionToken: '1' };
const account = {
  endpoint: CLOUD,
  region: 'eu-test-1',
  urls: { ec2: 'https://ec2', cloudwatch: 'https://cw', sts: undefined },
  fips: true,
  dualStack: false,
} as unknown as Account;

let clock: TestClock;
let sent: [Order, Credentials][];
let renewed: number;
beforeEach(() => {
  clock = createTestClock();
  [sent, renewed] = [[], 0];
});

/** Each answer in its turn, the last one from then on. `fresh`: what a new login gives. */
function open(answers: readonly unknown[], fresh: Credentials = { ...FIRST, sessionToken: '2' }) {
  const ending = new AbortController();
  const send = async (order: Order, credentials: Credentials) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)];
    sent.push([order, credentials]);
    const value = typeof answer === 'function' ? answer() : answer;
    if (value instanceof Error) throw value;
    return value;
  };
  const renew = async () => {
    renewed++;
    return fresh;
  };
  const identity: Identity = { get: async () => FIRST, renew };
  const api: Api = createApi({ account, sdk: { send, close() {} }, identity, clock });
  return { api, ending, about: { subject: 'web1', signal: ending.signal } };
}

describe('a request', () => {
  it('says what is asked of which service, and who asks', async () => {
    const { api, about } = open([{ a: 1 }]);
    expect(await api.read('DescribeImages', {}, about)).toEqual({ a: 1 });
    await api.machines({ MaxResults: 5 }, about);
    await api.metricData({} as never, about);
    await api.change('StartInstances', { InstanceIds: ['i'] }, about);
    const ec2 = {
      service: 'ec2',
      region: 'eu-test-1',
      url: 'https://ec2',
      fips: true,
      dualStack: false,
      asMachines: false,
    };
    expect(sent).toEqual([
      [{ ...ec2, name: 'DescribeImages', input: {} }, FIRST],
      [{ ...ec2, name: 'DescribeInstances', input: { MaxResults: 5 }, asMachines: true }, FIRST],
      [{ ...ec2, service: 'cloudwatch', url: 'https://cw', name: 'GetMetricData', input: {} }, FIRST],
      [{ ...ec2, name: 'StartInstances', input: { InstanceIds: ['i'] } }, FIRST],
    ]);
  });

  it('is sent again with a new login where the old one is not taken, also a change', async () => {
    const { api, about } = open([said('ExpiredToken'), 'done']);
    expect(await api.change('StartInstances', { InstanceIds: [] }, about)).toBe('done');
    expect(sent.map(([, { sessionToken }]) => sessionToken)).toEqual(['1', '2']);
    const other = open([said('AuthFailure'), 'done'], { ...FIRST, accessKeyId: 'B' });
    sent.length = 0;
    expect(await other.api.read('DescribeImages', {}, other.about)).toBe('done');
  });

  it('is not sent again with the same login', async () => {
    const { api, about } = open([said('ExpiredToken')], FIRST);
    await expect(api.read('DescribeImages', {}, about)).rejects.toMatchObject({
      code: 'auth.rejected',
      message: 'web1: ExpiredToken',
    });
    expect([sent.length, renewed]).toEqual([1, 1]);
  });

  it('that reads is asked again after a pause while the service is busy', async () => {
    const { api, about } = open([BUSY, BUSY, 'done']);
    let answer: unknown;
    void api.read('DescribeImages', {}, about).then((one: unknown) => {
      answer = one;
    });
    await clock.pass(249);
    expect(sent).toHaveLength(1);
    await clock.pass(501);
    expect(sent).toHaveLength(2);
    await clock.pass(999);
    await clock.pass(2_001);
    expect(answer).toBe('done');
  });

  it('is reported as busy after the third time', async () => {
    const { api, about } = open([BUSY]);
    const failed = expect(api.read('DescribeImages', {}, about)).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'web1: AWS is busy: RequestLimitExceeded',
      retry: true,
    });
    await clock.pass(3_750);
    await failed;
    expect(sent).toHaveLength(3);
  });

  it('waits for as long as the service wants, and half a minute at most', async () => {
    for (const [seconds, ms] of [
      ['7', 7_000],
      ['3600', 30_000],
    ] as const) {
      sent.length = 0;
      const { api, about } = open([busyFor(seconds), 'done']);
      const answer = api.read('DescribeImages', {}, about);
      await clock.pass(ms - 1);
      expect(sent).toHaveLength(1);
      await clock.pass(1);
      expect(await answer).toBe('done');
    }
  });

  it('that changes something is sent once, busy or not', async () => {
    const { api, about } = open([BUSY]);
    await expect(api.change('StartInstances', { InstanceIds: [] }, about)).rejects.toMatchObject({
      code: 'host.unreachable',
    });
    const broken = open([said('InternalError', 500)]);
    await expect(broken.api.change('StartInstances', { InstanceIds: [] }, broken.about)).rejects.toMatchObject({
      code: 'outcome.unknown',
    });
    expect(sent).toHaveLength(2);
  });

  it('that is refused is asked once', async () => {
    const { api, about } = open([said('InvalidParameterValue')]);
    await expect(api.read('DescribeImages', {}, about)).rejects.toMatchObject({ code: 'op.refused' });
    expect(sent).toHaveLength(1);
  });

  it('of a user who has gone is not sent, and ends with the reason for that', async () => {
    const leave = () => {
      ending.abort(new Error('enough'));
      return said('InvalidParameterValue');
    };
    const { api, ending, about } = open([leave]);
    await expect(api.read('DescribeImages', {}, about)).rejects.toThrow('enough');
    await expect(api.change('StartInstances', { InstanceIds: [] }, about)).rejects.toThrow('enough');
    expect(sent).toHaveLength(1);
  });
});

describe('the list of instances', () => {
  const { signal } = new AbortController();
  const page = (id: string, NextToken?: string) => ({
    Reservations: [{ Instances: [{ InstanceId: id }] }],
    ...(NextToken === undefined ? {} : { NextToken }),
  });

  it('is all of its pages', async () => {
    const answer = ({ NextToken }: { NextToken?: string }) => (NextToken ? page('i-2') : page('i-1', 'more'));
    const { api, asked } = scriptedApi({ DescribeInstances: answer });
    const machines = await listMachines(api, { subject: 'cloud', signal });
    expect(machines.map(({ id }) => id)).toEqual(['i-1', 'i-2']);
    expect(asked.map(([, input]) => input)).toEqual([{ MaxResults: 200 }, { MaxResults: 200, NextToken: 'more' }]);
  });

  it('is of some, two hundred in a request', async () => {
    const { api, asked } = scriptedApi({ DescribeInstances: page('i-1') });
    const ids = Array.from({ length: 400 }, (_, at) => `i-${at}`);
    expect(await lookAt(api, ids, { subject: 'cloud', signal })).toHaveLength(2);
    expect(asked.map(([, input]) => input)).toEqual([
      { Filters: [{ Name: 'instance-id', Values: ids.slice(0, 200) }] },
      { Filters: [{ Name: 'instance-id', Values: ids.slice(200) }] },
    ]);
  });
});
