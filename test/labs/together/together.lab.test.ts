import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Link, startLink } from '../../../src/platforms/testkit-link.ts';
import { type Desk, openDesk, type Ran } from '../../cli/run-drover.ts';
import { openPty, type Pty } from '../../terminal/open-pty.ts';

type Endpoints = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Row {
  readonly name: string | null;
  readonly endpoint: string;
  readonly platform: string;
  readonly code?: string;
}

const PROGRAM = `${import.meta.dirname}/../../../bin/drover`;
const PLATFORMS = ['aws', 'kvm', 'openstack', 'proxmox', 'vsphere'];
/** Half a second there and half a second back: a vCenter at the other end of the world, behind two tunnels. */
const SLOW_MS = 500;

let all: Endpoints;
let desk: Desk;
let slow: Link<{ readonly host: string; readonly port: number }>;
const opened: { readonly pty: Pty; readonly home: string }[] = [];

beforeAll(async () => {
  const config = process.env['DROVER_CONFIG'];
  if (config === undefined) throw new Error('the lab is not up: eval "$(npm run -s lab -- up together)"');
  ({ endpoints: all } = parse(await readFile(config, 'utf8')) as { endpoints: Endpoints });
  desk = await openDesk();
  const { hostname, port } = new URL(String(endpointOf('vsphere')['url']));
  slow = await startLink({ host: '127.0.0.1', port: 0 }, { host: hostname, port: Number(port) }, SLOW_MS);
});
afterEach(async () => {
  for (const { pty, home } of opened.splice(0)) {
    pty.close();
    await pty.exit;
    await rm(home, { recursive: true, force: true });
  }
});
afterAll(async () => {
  await slow.close();
  await desk.clear();
});

const nameOf = (platform: string): string => {
  const [name] = Object.entries(all).find(([, values]) => values['platform'] === platform) ?? [];
  if (name === undefined) throw new Error(`the lab has no ${platform}`);
  return name;
};
const endpointOf = (platform: string): Readonly<Record<string, unknown>> => all[nameOf(platform)] ?? {};

/** A port where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    }),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The region is down, the vCenter slow, and the password of the cloud wrong; the other two are as they were. */
async function inTrouble(): Promise<Endpoints> {
  return {
    ...all,
    [nameOf('aws')]: { ...endpointOf('aws'), 'endpoint-url': `http://127.0.0.1:${await closedPort()}` },
    [nameOf('vsphere')]: { ...endpointOf('vsphere'), url: `https://127.0.0.1:${slow.at.port}` },
    [nameOf('openstack')]: { ...endpointOf('openstack'), cloud: 'wrong-password' },
  };
}

async function list(
  endpoints: Endpoints,
  ...more: readonly string[]
): Promise<Ran & { readonly rows: readonly Row[] }> {
  await desk.write(stringify({ endpoints }));
  const ran = await desk.runBuilt({}, 'vm', 'list', '-o', 'json', ...more);
  return { ...ran, rows: ran.json<Row[]>() };
}

/** Of a VM, for looking at the screen: many names in the labs are made to be hard to show. */
function plainNameOn(rows: readonly Row[], platform: string): string {
  const found = rows.find((row) => row.platform === platform && /^[a-z0-9-]{3,20}$/.test(row.name ?? ''));
  if (!found?.name) throw new Error(`no VM of ${platform} has a plain name`);
  return found.name;
}

const platformsOf = (rows: readonly Row[]): readonly string[] =>
  [...new Set(rows.flatMap(({ platform, code }) => (code === undefined ? platform : [])))].sort();

async function openScreen(endpoints: Endpoints): Promise<Pty> {
  await desk.write(stringify({ endpoints }));
  const home = await mkdtemp(join(tmpdir(), 'drover-home-'));
  const env = { HOME: home, DROVER_CONFIG: desk.config };
  // high enough for all rows of all platforms
  const pty = openPty({ argv: [PROGRAM], columns: 120, rows: 200, env });
  opened.push({ pty, home });
  return pty;
}

it('lists the VMs of five platforms with one command', async () => {
  const { code, rows, stderr } = await list(all);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(platformsOf(rows)).toEqual(PLATFORMS);
});

it('shows five platforms in one tree', async () => {
  const { rows } = await list(all);
  const screen = await openScreen(all);
  await screen.until('5/5 endpoints', 60_000);
  for (const platform of PLATFORMS) {
    const name = plainNameOn(rows, platform);
    await screen.until((text) => text.includes(` ${name} `), 10_000);
  }
});

it('prints the rows that it has, and says of each endpoint that is missing why', async () => {
  const { code, rows, stderr } = await list(await inTrouble());
  expect(code).toBe(0);
  expect(platformsOf(rows)).toEqual(['kvm', 'proxmox', 'vsphere']);
  const missing = rows.filter((row) => row.code !== undefined);
  expect(missing).toMatchObject([
    { endpoint: nameOf('aws'), platform: 'aws', name: null, code: 'host.unreachable' },
    { endpoint: nameOf('openstack'), platform: 'openstack', name: null, code: 'auth.rejected' },
  ]);
  for (const { endpoint } of missing) expect(stderr).toContain(endpoint);
});

it('ends with 4 when none of those that were asked has answered', async () => {
  const { code, rows } = await list(await inTrouble(), '-C', nameOf('aws'), '-C', nameOf('openstack'));
  expect(code).toBe(4);
  expect(rows.every((row) => row.code !== undefined)).toBe(true);
});

it('lets nobody wait for the endpoint that is slow, down or refuses the password', async () => {
  const { rows } = await list(all);
  const [host, cluster, vcenter] = [
    plainNameOn(rows, 'kvm'),
    plainNameOn(rows, 'proxmox'),
    plainNameOn(rows, 'vsphere'),
  ];
  const screen = await openScreen(await inTrouble());
  const early = await screen.until(
    (text) => text.includes('2/5 endpoints') && text.includes(` ${host} `) && text.includes(` ${cluster} `),
    30_000,
  );
  expect(early).not.toContain(` ${vcenter} `);
  // Keys are answered while the vCenter is on its way.
  screen.type('/');
  expect(await screen.until('enter keep', 5_000)).not.toContain(` ${vcenter} `);
  screen.type('\x1b');
  await screen.until(/fleet +blocked: .*refused/, 10_000);
  await screen.until(/account +down: can't connect/, 10_000);
  await screen.until((text) => text.includes('3/5 endpoints') && text.includes(` ${vcenter} `), 60_000);
});
