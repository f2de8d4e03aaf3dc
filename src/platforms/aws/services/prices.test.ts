/** Prices as AWS' price list and EC2 tell them. The products are as GetProducts has them, without what is not read. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { createCatalog } from '../catalog.ts';
import { type Answers, CLOUD, scriptedApi } from '../testkit/scripted-calls.ts';
import { readPrices } from './prices.ts';

const about = { subject: 'cloud', signal: new AbortController().signal };
const silent = () => new Promise<never>(() => {});

const product = (instanceType: string, pricePerUnit: object, unit = 'Hrs') =>
  JSON.stringify({
    product: { productFamily: 'Compute Instance', attributes: { instanceType, operatingSystem: 'Linux' }, sku: 'S' },
    serviceCode: 'AmazonEC2',
    terms: {
      OnDemand: {
        'S.JRTCKXETXF': {
          priceDimensions: { 'S.JRTCKXETXF.6YS6EN2CT7': { unit, endRange: 'Inf', pricePerUnit, beginRange: '0' } },
          sku: 'S',
        },
      },
      Reserved: { 'S.38NPMPTW36': { priceDimensions: { x: { unit: 'Hrs', pricePerUnit: { USD: '0.001' } } } } },
    },
    version: '20261101000000',
  });
const spot = (InstanceType: string, SpotPrice: string) => ({ InstanceType, SpotPrice });

function open(answers: Answers, isListed = true) {
  const scripted = scriptedApi({ GetProducts: {}, DescribeSpotPriceHistory: {}, ...answers });
  const { api } = scripted;
  const clock = createTestClock();
  const region = { api, catalog: createCatalog(api), touched: () => {}, clock };
  const read = () => readPrices({ ...region, endpoint: CLOUD, region: 'eu-test-1' }, isListed, about);
  return { scripted, clock, read: async () => Object.fromEntries(await read()) };
}

describe('the prices of instance types', () => {
  it('are those of an hour on demand, of all pages, and the least of the zones as spot', async () => {
    const pages: Readonly<Record<string, object>> = {
      first: { PriceList: [product('t3.micro', { USD: '0.0120000000' })], NextToken: 'more' },
      more: { PriceList: [product('m5.large', { USD: '0.1150000000' })] },
    };
    const page = ({ NextToken = 'first' }: { readonly NextToken?: string }) => pages[NextToken];
    const SpotPriceHistory = [spot('t3.micro', '0.0041'), spot('t3.micro', '0.0039'), spot('c6g.large', '0.03')];
    const { read, scripted } = open({ GetProducts: page, DescribeSpotPriceHistory: { SpotPriceHistory } });
    expect(await read()).toEqual({
      't3.micro': { currency: 'USD', hour: 0.012, spotHour: 0.0039 },
      'm5.large': { currency: 'USD', hour: 0.115 },
      'c6g.large': { currency: 'USD', spotHour: 0.03 },
    });
    const [asked] = scripted.asked.flatMap(([name, input]) => (name === 'GetProducts' ? [JSON.stringify(input)] : []));
    for (const word of ['"regionCode","Value":"eu-test-1"', '"tenancy","Value":"Shared"', '"MaxResults":100'])
      expect(asked).toContain(word);
  });

  it('are left out where they are no prices of an hour', async () => {
    const PriceList = [
      ...['', '{', '[]', '{"product":null}', product('a', { USD: '0.0000000000' }), product('b', { USD: 'dear' })],
      ...[product('c', { USD: '5' }, 'Quantity'), product('d', {}), product('e', { CNY: '0.5' })],
    ];
    const told = open({
      GetProducts: { PriceList },
      DescribeSpotPriceHistory: { SpotPriceHistory: [spot('f', 'x'), spot('e', '1')] },
    });
    // two currencies are not put side by side
    expect(await told.read()).toEqual({ e: { currency: 'CNY', hour: 0.5 } });
  });

  it('are not there where AWS does not tell them, or its package is missing', async () => {
    const missing = new FleetError('config.invalid', 'this needs packages of Amazon that are not installed');
    const SpotPriceHistory = [spot('t3.micro', '0.0041')];
    const { read } = open({ GetProducts: missing, DescribeSpotPriceHistory: { SpotPriceHistory } });
    expect(await read()).toEqual({ 't3.micro': { currency: 'USD', spotHour: 0.0041 } });
    const forbidden = new FleetError('auth.forbidden', 'not for you');
    expect(await open({ GetProducts: {}, DescribeSpotPriceHistory: forbidden }).read()).toEqual({});
  });

  it('are not waited for where the price list does not answer', async () => {
    const SpotPriceHistory = [spot('t3.micro', '0.0041')];
    const { read, clock } = open({
      GetProducts: silent,
      DescribeSpotPriceHistory: { SpotPriceHistory },
    });
    const prices = read();
    await clock.pass(8_000);
    expect(await prices).toEqual({ 't3.micro': { currency: 'USD', spotHour: 0.0041 } });
  });

  it('of another cloud are not looked up in the list of Amazon', async () => {
    const { read, scripted } = open({}, false);
    await read();
    expect(scripted.asked.map(([name]) => name)).toEqual(['DescribeSpotPriceHistory']);
  });
});
