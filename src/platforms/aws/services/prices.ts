/**
 * What instance types of the region cost in an hour, with Linux and on shared hosts: on demand from AWS' price list, which is a
 * service and a package of its own, and as spot from EC2. Asking costs no money; without an answer there are no prices.
 */
import { FleetError } from '../../../errors.ts';
import type { Price } from '../../contract.ts';
import { isRow, type Row } from '../../lib/json.ts';
import { within } from '../../transport/deadline.ts';
import type { About } from '../api.ts';
import { type AwsRegion, pageOf, readAll } from '../region.ts';

const PRODUCTS_PAGE = 100;
const SPOT_PAGE = 1_000;
/** Types are listed without prices where these take longer. */
const PRICES_MS = 8_000;
/** Spot prices come in this currency in all regions (EC2 API, SpotPrice). */
const SPOT_CURRENCY = 'USD';
/** The price list has a product for each way to have a type; these are what RunInstances makes of an image of Linux. */
const WAY = {
  operatingSystem: 'Linux',
  preInstalledSw: 'NA',
  tenancy: 'Shared',
  capacitystatus: 'Used',
  marketoption: 'OnDemand',
} as const;

/** By the name of the type. `isListed`: whether the prices of this region are in AWS' price list. */
export async function readPrices(
  region: AwsRegion,
  isListed: boolean,
  about: About,
): Promise<ReadonlyMap<string, Price>> {
  const [listed, spot] = await Promise.all([
    isListed ? orNone(region, readListed, about) : new Map<string, Price>(),
    orNone(region, readSpot, about),
  ]);
  const prices = new Map<string, Price>(listed);
  for (const [type, spotHour] of spot) {
    const { currency, hour } = listed.get(type) ?? {};
    if (currency !== undefined && currency !== SPOT_CURRENCY) continue;
    prices.set(type, { currency: SPOT_CURRENCY, ...(hour !== undefined && { hour }), spotHour });
  }
  return prices;
}

/** A login may lack the right to know prices, the package may not be there, or no answer comes: types are listed all the same. */
async function orNone<V>(
  region: AwsRegion,
  ask: (region: AwsRegion, about: About) => Promise<ReadonlyMap<string, V>>,
  about: About,
): Promise<ReadonlyMap<string, V>> {
  const { signal } = about;
  const late = () => new FleetError('op.timeout', `no prices within ${PRICES_MS / 1000} s`);
  try {
    return await within(PRICES_MS, { clock: region.clock, signal }, late, (deadline) =>
      ask(region, { ...about, signal: deadline.signal }),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FleetError) return new Map();
    throw error;
  }
}

/** A request for each hundred types. */
async function readListed({ api, region }: AwsRegion, about: About): Promise<ReadonlyMap<string, Price>> {
  const pricing = api.service('pricing');
  const wanted = Object.entries({ ...WAY, regionCode: region });
  const Filters = wanted.map(([Field, Value]) => ({ Type: 'TERM_MATCH' as const, Field, Value }));
  const products = await readAll('GetProducts', async (marker) => {
    const page = { MaxResults: PRODUCTS_PAGE, ...(marker === undefined ? {} : { NextToken: marker }) };
    const answer = await pricing.read('GetProducts', { ServiceCode: 'AmazonEC2', Filters, ...page }, about);
    const told: readonly unknown[] = answer.PriceList ?? [];
    return { items: told.map((text) => productIn(String(text))), next: answer.NextToken || undefined };
  });
  return new Map(products.filter((one) => one !== undefined));
}

/** The type and its price; undefined for what is no price of an hour. */
function productIn(text: string): readonly [string, Price] | undefined {
  let product: unknown;
  try {
    product = JSON.parse(text);
  } catch {
    return undefined;
  }
  const type = at(product, 'product', 'attributes', 'instanceType');
  if (typeof type !== 'string') return undefined;
  for (const term of valuesOf(at(product, 'terms', 'OnDemand')))
    for (const dimension of valuesOf(at(term, 'priceDimensions'))) {
      const [[currency, amount] = []] = Object.entries(recordOf(at(dimension, 'pricePerUnit')));
      const hour = Number(amount);
      // What is paid beforehand has a price of 0 here.
      if (currency !== undefined && at(dimension, 'unit') === 'Hrs' && hour > 0) return [type, { currency, hour }];
    }
  return undefined;
}

const recordOf = (value: unknown): Row => (isRow(value) ? value : {});
const valuesOf = (value: unknown): readonly unknown[] => Object.values(recordOf(value));
const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce((found: unknown, key) => recordOf(found)[key], value);

/** The least of the zones. */
async function readSpot({ api, clock }: AwsRegion, about: About): Promise<ReadonlyMap<string, number>> {
  // Of the time from now on EC2 tells the price that holds now.
  const which = { StartTime: new Date(clock.now()), ProductDescriptions: ['Linux/UNIX'] };
  const all = await readAll('DescribeSpotPriceHistory', async (marker) => {
    const answer = await api.read('DescribeSpotPriceHistory', { ...pageOf(SPOT_PAGE, marker), ...which }, about);
    return { items: answer.SpotPriceHistory ?? [], next: answer.NextToken || undefined };
  });
  const prices = new Map<string, number>();
  for (const { InstanceType: type, SpotPrice } of all) {
    const price = Number(SpotPrice);
    if (type !== undefined && price > 0) prices.set(type, Math.min(price, prices.get(type) ?? price));
  }
  return prices;
}
