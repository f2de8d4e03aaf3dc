/** moto and what stands before it, as one account in one region. */
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import { createAsking } from './asking.ts';
import { readModel } from './model.ts';
import { instanceTypesIn, modelOf, startMoto } from './moto.ts';
import { type LabProxy, startProxy } from './proxy.ts';
import { REGION } from './region.ts';
import { readRestModel } from './rest-model.ts';
import type { Site } from './site.ts';
import { createTransitions } from './transitions.ts';

/** Some families are enough of a region. */
const OFFERED = /^(t2|t3|t4g|m5d?|c6g|r5)\./;

export interface Cloud extends LabProxy {
  /** Past the proxy: nothing is held back and nothing is checked there. */
  readonly back: string;
  /** Whether this instance has come to its next state. */
  atRest(id: string): boolean;
}

export interface CloudOptions {
  /** How long an instance is on its way from one state to another. */
  readonly holdMs: number;
  /** Most in a page: with few a small account has several pages. */
  readonly page: number;
}

export async function startCloud(site: Pick<Site, 'venv'>, { holdMs, page }: CloudOptions): Promise<Cloud> {
  const moto = await startMoto(site);
  const checks = { ec2: readModel(modelOf(site, 'ec2')), elasticloadbalancing: readModel(modelOf(site, 'elbv2')) };
  const rest = { s3: readRestModel(modelOf(site, 's3')), route53: readRestModel(modelOf(site, 'route53')) };
  const { accessKeyId } = KEYS;
  const transitions = createTransitions(holdMs);
  const ask = createAsking({
    port: moto.port,
    page,
    types: instanceTypesIn(site).filter((name) => OFFERED.test(name)),
  });
  const proxy = await startProxy({ ask, region: REGION, accessKeyId, checks, rest, transitions });
  return {
    ...proxy,
    back: `http://127.0.0.1:${moto.port}`,
    atRest: (id) => transitions.atRest(id),
    async close() {
      await proxy.close();
      await moto.close();
    },
  };
}
