import { statSync } from 'node:fs';
import { restoreLink } from './cloud.ts';
import { ask, logIn, serviceTypes, untilCloud } from './cloud-api.ts';
import { ROOT, SERVICES } from './people.ts';
import { COMPUTE_HOSTS, letRun, type ServiceName, serviceNames, startGround } from './services.ts';
import type { Site } from './site.ts';

/** These end themselves where nobody tells them at their start who they are. */
const NEED_KEYSTONE: readonly ServiceName[] = ['nova-conductor', 'nova-scheduler', 'nova-compute1', 'nova-compute2'];

async function start(site: Site, names: readonly ServiceName[]): Promise<void> {
  await Promise.all(names.map((name) => letRun(site, name)));
}

/** Starts all but those that need a keystone that knows them. Needs database and message queue. */
export const startMost = (site: Site): Promise<void> =>
  start(
    site,
    serviceNames(site).filter((name) => !NEED_KEYSTONE.includes(name)),
  );

/** Starts the others, once the services' own user can log in, and resolves when the hosts take servers. */
export async function startRest(site: Site): Promise<void> {
  await untilCloud('keystone knows the services', 60_000, () => logIn(site, SERVICES).catch(() => undefined));
  await untilAnswering(site);
  await start(site, NEED_KEYSTONE);
  await untilReported(site, statSync(`${site.files.logs}/booted`).mtimeMs);
}

/** haproxy answers 503 for a service that does not listen yet. */
async function untilAnswering(site: Site): Promise<void> {
  const answers = serviceTypes.map((type) =>
    untilCloud(`${type} answers`, 120_000, async () => {
      const { status } = await ask(site, type, '/').catch(() => ({ status: 0 }));
      return status > 0 && status < 500;
    }),
  );
  await Promise.all(answers);
}

interface NovaService {
  readonly binary: string;
  readonly host: string;
  readonly state: string;
  readonly updated_at: string | null;
}

/** Two of nova's parts and both hosts. What they said before `since`, in milliseconds, was said by those before them. */
async function untilReported(site: Site, since: number): Promise<void> {
  const root = await logIn(site, ROOT);
  await untilCloud('scheduler, conductor and both hosts have reported', 120_000, async () => {
    const { services } = await root.ask<{ services: readonly NovaService[] }>('compute', '/os-services');
    // nova's times are whole seconds of UTC, and do not say so
    const fresh = services.filter(
      ({ updated_at }) => updated_at !== null && Date.parse(`${updated_at}Z`) >= since - 1000,
    );
    const said = (binary: string) => fresh.filter((service) => service.binary === binary).length;
    return said('nova-scheduler') > 0 && said('nova-conductor') > 0 && said('nova-compute') === COMPUTE_HOSTS.length;
  });
}

/** Lets all services run and answer, whatever was done to them. */
export async function mendCloud(site: Site): Promise<void> {
  await restoreLink(site);
  await startGround(site);
  await startMost(site);
  await startRest(site);
}
