/** The contract against moto, which nobody here wrote, with a proxy before it that makes it behave like AWS. */
import { systemClock } from '../../../src/clock.ts';
import { endpointName, vmId } from '../../../src/ids.ts';
import { KEYS, ROLE } from '../../../src/platforms/aws/testkit/access.ts';
import { http } from '../../../src/platforms/aws/testkit/http-facts.ts';
import { testkit as fake } from '../../../src/platforms/aws/testkit.ts';
import type { Endpoint } from '../../../src/platforms/contract.ts';
import type { PlatformTestkit, TestServer } from '../../../src/platforms/testkit.ts';
import { until } from '../until.ts';
import { startCloud } from './cloud.ts';
import { putFigures } from './figures.ts';
import { openMachineRoom } from './machine-room.ts';
import { isInstalled } from './moto.ts';
import { REGION } from './region.ts';
import { siteFrom } from './site.ts';

const ENDPOINT = endpointName('aws-moto');
const HOLD_MS = 1_200;
const MORE_THAN_A_PAGE = 205;
const NEXT = /<nextToken>.*?<\/nextToken>/;

export const motoTestkit: PlatformTestkit = {
  ...fake,
  lab: 'aws',
  http: { ...http, repeatPage: namingTheFirst() },
  available: async () =>
    isInstalled(siteFrom(process.env)) ? undefined : 'moto is not installed yet: npm run lab -- up aws',
  start,
};

/** moto takes no page for one that it has not named: every page names that which the first has named. */
function namingTheFirst(): (body: string) => string {
  let token: string | undefined;
  return (body) => {
    token ??= NEXT.exec(body)?.[0];
    const end = '</DescribeInstancesResponse>';
    return body.replace(NEXT, '').replace(end, `${token}${end}`);
  };
}

async function start(): Promise<TestServer> {
  const cloud = await startCloud(siteFrom(process.env), HOLD_MS);
  const room = openMachineRoom(cloud.back);
  const [stopped = ''] = await room.launch('contract-stopped', 1);
  const [running = ''] = await room.launch('contract-running', 1, { HibernationOptions: { Configured: true } });
  await room.terminate(await room.launch('contract-terminated', 2));
  // A reservation of many, and more reservations than a page has.
  await room.launch('crowd', 20);
  for (let made = 0; made < MORE_THAN_A_PAGE; made++) await room.launch('single', 1);
  await putFigures(cloud.back, [running]);
  let doomed = 0;

  const endpoint: Endpoint = {
    name: ENDPOINT,
    platform: 'aws',
    values: {
      region: REGION,
      'access-key-id': KEYS.accessKeyId,
      'secret-access-key': KEYS.secretAccessKey,
      'role-arn': ROLE,
      'endpoint-url': cloud.origin,
      metrics: true,
      'metrics-every': '1s',
    },
  };
  const bring = async (id: string, state: 'running' | 'stopped') => {
    await room.power(id, state);
    // What an earlier test has begun is still on its way, as far as the proxy tells.
    await until(`${id} is at rest`, 10_000, () => cloud.atRest(id));
    return vmId(ENDPOINT, id);
  };

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...endpoint.values, 'access-key-id': 'AKIAWRONG' } },
    clock: systemClock,
    stoppedVm: () => bring(stopped, 'stopped'),
    runningVm: () => bring(running, 'running'),
    async doomedVm() {
      const [id = ''] = await room.launch(`contract-doomed-${++doomed}`, 1);
      await room.giveHeirlooms(id);
      await room.power(id, 'stopped');
      return vmId(ENDPOINT, id);
    },
    hasDisk: (path) => room.has(path),
    cutLink: () => cloud.cut(),
    restoreLink: () => cloud.restore(),
    async close() {
      room.close();
      await cloud.close();
      if (cloud.complaints.length > 0) throw new Error(`not in the API of EC2:\n${cloud.complaints.join('\n')}`);
    },
  };
}
