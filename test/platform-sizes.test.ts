/**
 * How much code a platform is: product lines without blanks and comments; tests, testkits and protocols
 * (`rpc/`, `soap/`, and libvirt's `link/`: its sockets, TLS and addresses) don't count.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** A ceiling may only fall: a platform that has become smaller lowers it. */
const CEILINGS: Readonly<Record<string, number>> = {
  aws: 2_800,
  fake: 3_000,
  kvm: 5_000,
  openstack: 3_360,
  proxmox: 3_500,
  vsphere: 2_370,
};
/** For platforms that are not in the table. */
const OF_NEW = 2_000;
const SHARED: readonly string[] = ['contract', 'lib', 'transport', 'user-files', 'wrap'];

const isProduct = (path: string): boolean =>
  path.endsWith('.ts') && !/\.test\.ts$|(^|\/)testkit|(^|\/)(rpc|soap|link)\//.test(path);

const linesOf = (text: string): number => text.split('\n').filter((line) => !/^\s*(\/\/|\/\*|\*|$)/.test(line)).length;

const platforms = readdirSync('src/platforms', { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && !SHARED.includes(entry.name) ? [entry.name] : [],
);

it.each(platforms)('%s is no larger than its ceiling', (platform) => {
  const folder = `src/platforms/${platform}`;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isProduct);
  const lines = files.reduce((sum, path) => sum + linesOf(readFileSync(`${folder}/${path}`, 'utf8')), 0);
  expect(lines).toBeLessThanOrEqual(CEILINGS[platform] ?? OF_NEW);
});
