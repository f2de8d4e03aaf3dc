/** moto and what stands before it, as one account in one region. */
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import { readModel } from './model.ts';
import { ec2Model, startMoto } from './moto.ts';
import { type LabProxy, startProxy } from './proxy.ts';
import { REGION } from './region.ts';
import type { Site } from './site.ts';
import { createTransitions } from './transitions.ts';

export interface Cloud extends LabProxy {
  /** Past the proxy: nothing is held back and nothing is checked there. */
  readonly back: string;
  /** Whether this instance has come to its next state. */
  atRest(id: string): boolean;
}

/** `holdMs`: how long an instance is on its way from one state to another. */
export async function startCloud(site: Pick<Site, 'venv'>, holdMs: number): Promise<Cloud> {
  const moto = await startMoto(site);
  const check = readModel(ec2Model(site));
  const { accessKeyId } = KEYS;
  const transitions = createTransitions(holdMs);
  const proxy = await startProxy({ moto: moto.port, region: REGION, accessKeyId, check, transitions });
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
