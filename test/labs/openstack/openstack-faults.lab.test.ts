import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../../src/ids.ts';
import { type ContractServers, openContractServers } from './contract-servers.ts';
import { cutLink, killService, mendCloud, pauseService, restoreLink, resumeService } from './faults.ts';
import { cloudOf, connectTo, patient, shut, type Watched, watch } from './openstack-watching.ts';
import { siteFrom } from './site.ts';

const site = siteFrom(process.env);
const LAB = endpointName('lab');
let servers: ContractServers;
let watched: Watched | undefined;

beforeAll(async () => {
  servers = await openContractServers(site);
});
afterEach(async () => {
  if (watched) await shut(watched);
  watched = undefined;
  await mendCloud(site);
});
afterAll(() => servers.clear());

describe('a cloud', () => {
  it('whose compute nodes hang shows what was begun, and its end when they go on', async () => {
    const id = vmId(LAB, await servers.bring('special-fault', 'SHUTOFF'));
    watched = await watch(cloudOf(site, 'fleet'));
    await pauseService(site, 'nova-compute1');
    await pauseService(site, 'nova-compute2');
    await watched.connection.vm.start(id, patient());
    expect((await watched.untilState(id, 'starting', 10_000)).rawState).toBe('SHUTOFF (powering-on)');
    await resumeService(site, 'nova-compute1');
    await resumeService(site, 'nova-compute2');
    await watched.untilState(id, 'running', 60_000);
  });

  it('whose Nova died is unreachable, and there again when it is mended', async () => {
    watched = await watch(cloudOf(site, 'fleet'));
    await killService(site, 'nova-api');
    expect(await watched.ended).toMatchObject({ code: 'host.unreachable', retry: true });
    await mendCloud(site);
    const again = await watch(cloudOf(site, 'fleet'));
    expect(again.named('web1').state).toBe('running');
    await shut(again);
  });

  it('F-444 that can not be reached any more says so', async () => {
    watched = await watch(cloudOf(site, 'fleet'));
    await cutLink(site);
    expect(await watched.ended).toMatchObject({ code: 'host.unreachable', retry: true });
    await restoreLink(site);
    await (await connectTo(cloudOf(site, 'fleet'))).close();
  });
});
