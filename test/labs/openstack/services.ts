import { readFile } from 'node:fs/promises';
import { until } from '../until.ts';
import { inCloud } from './cloud.ts';
import type { Site } from './site.ts';

interface Service {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

const uwsgi = (program: string, port: number): Service => ({
  argv: [
    ...(['uwsgi-core', '--plugin', 'python311', '--http-socket', `127.0.0.1:${port}`, '--wsgi-file', program] as const),
    ...['--processes', '1', '--threads', '4', '--enable-threads', '--die-on-term', '--need-app'],
    ...['--buffer-size', '65535', '--add-header', 'Connection: close'],
  ],
});

const NOVA = ['--config-file', '/etc/nova/nova.conf'] as const;
const nova = (program: string): Service => ({
  argv: [program, ...NOVA, '--config-file', '/etc/nova/databases.conf'],
});

const CINDER = ['--config-file', '/etc/cinder/cinder.conf'] as const;

/** Two hosts, so that there are two of what has hosts. */
export const COMPUTE_HOSTS = ['compute1', 'compute2'] as const;

/** What the services stand on, and what must be ended in order so that a snapshot of it is whole. */
export const GROUND = ['mariadb', 'rabbitmq'] as const;

/** In the words of oslo.config: `OS_GROUP__OPTION` goes before the file. */
function servicesOf({ address }: Site) {
  const compute = (host: string): Service => ({
    argv: ['nova-compute', ...NOVA],
    env: {
      OS_DEFAULT__HOST: host,
      OS_SERIAL_CONSOLE__BASE_URL: `wss://${address}:6083/`,
      OS_VNC__NOVNCPROXY_BASE_URL: `https://${address}:6080/vnc_lite.html`,
    },
  });
  return {
    mariadb: { argv: ['mariadbd'] },
    rabbitmq: {
      argv: ['/usr/lib/rabbitmq/bin/rabbitmq-server'],
      env: {
        HOME: '/var/lib/rabbitmq',
        RABBITMQ_NODENAME: 'rabbit@localhost',
        ERL_EPMD_ADDRESS: '127.0.0.1',
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
      },
    },
    keystone: uwsgi('/usr/bin/keystone-wsgi-public', 5000),
    placement: uwsgi('/usr/bin/placement-api', 8778),
    glance: { argv: ['glance-api', '--config-file', '/etc/glance/glance-api.conf'] },
    neutron: { argv: ['neutron-server', '--config-file', '/etc/neutron/neutron.conf'] },
    cinder: uwsgi('/usr/bin/cinder-wsgi', 8776),
    'cinder-scheduler': { argv: ['cinder-scheduler', ...CINDER] },
    'cinder-volume': { argv: ['cinder-volume', ...CINDER] },
    'nova-api': nova('nova-api'),
    'nova-conductor': nova('nova-conductor'),
    'nova-scheduler': nova('nova-scheduler'),
    'nova-compute1': compute(COMPUTE_HOSTS[0]),
    'nova-compute2': compute(COMPUTE_HOSTS[1]),
    'nova-serialproxy': nova('nova-serialproxy'),
    // Its pages for browsers are not there: any folder does.
    'nova-novncproxy': { argv: [...nova('nova-novncproxy').argv, '--web', '/mnt'] },
    haproxy: { argv: ['haproxy', '-f', '/etc/haproxy/haproxy.cfg'], env: { LAB_ADDRESS: address } },
  } satisfies Record<string, Service>;
}

export type ServiceName = keyof ReturnType<typeof servicesOf>;

export const serviceNames = (site: Site): readonly ServiceName[] => Object.keys(servicesOf(site)) as ServiceName[];

/** Signals a service with all the processes that it has started; `0` only asks. Rejects when it does not run. */
export async function signalTo(
  site: Site,
  name: ServiceName,
  signal: 'CONT' | 'KILL' | 'STOP' | 'TERM' | '0',
): Promise<void> {
  const pid = (await readFile(`${site.files.logs}/${name}.pid`, 'utf8')).trim();
  await inCloud(site, 'bash', '-c', 'kill -s "$0" -- "$1"', signal, `-${pid}`);
}

export function runs(site: Site, name: ServiceName): Promise<boolean> {
  return signalTo(site, name, '0').then(
    () => true,
    () => false,
  );
}

/** In a session of its own, so that one signal reaches all that it starts. Resolves when it was started, not when it answers. */
async function startService(site: Site, name: ServiceName): Promise<void> {
  const { argv, env = {} }: Service = servicesOf(site)[name];
  const variables = Object.entries({
    LC_ALL: 'C.UTF-8',
    PYTHONWARNINGS: 'ignore',

    ...env,
  }).map((pair) => pair.join('='));
  const become = 'echo $$ >"/run/lab/$0.pid"; exec env "$@" </dev/null >>"/run/lab/$0.log" 2>&1';
  await inCloud(site, 'setsid', '--fork', 'bash', '-c', become, name, ...variables, ...argv);
}

/** Starts what does not run, and lets go on what a test has stopped. */
export async function letRun(site: Site, name: ServiceName): Promise<void> {
  if (await runs(site, name)) await signalTo(site, name, 'CONT');
  else await startService(site, name);
}

/** Resolves when it has ended in its own time. */
export async function endService(site: Site, name: ServiceName): Promise<void> {
  await signalTo(site, name, 'TERM').catch(() => undefined);
  await until(`${name} has ended`, 60_000, async () => !(await runs(site, name)));
}

const says = (site: Site, ...argv: readonly [string, ...string[]]): Promise<boolean> =>
  inCloud(site, ...argv).then(
    () => true,
    () => false,
  );

/** Resolves when database and message queue answer. */
export async function startGround(site: Site): Promise<void> {
  for (const name of GROUND) await letRun(site, name);
  await until('MariaDB answers', 60_000, () => says(site, 'mariadb', '--execute', 'SELECT 1'));
  await until('RabbitMQ answers', 90_000, () => says(site, 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/5672'));
}
