/**
 * How much code a platform is: product lines without blanks and comments; tests, testkits and protocols
 * (`rpc/`, `soap/`, and libvirt's `link/`: its sockets, TLS and addresses) don't count.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** A ceiling may only fall: a platform that has become smaller lowers it. */
const CEILINGS: Readonly<Record<string, number>> = {};
/** The simulated fleet has all operations: lines for each that docs/support.json shows. */
const OF_FAKE = 60;
/** Platforms that take on one topic after the other, each in a folder: those that are there may not grow. */
const OF_TOPIC = 700;
const TOPICS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  aws: { '': 2_440, network: 900 },
  kvm: { '': 640, host: 703, make: 800, names: 703, vm: 2_000 },
  openstack: { '': 2_720 },
  proxmox: { '': 3_390 },
  vsphere: { '': 2_080 },
};
/** For platforms that are not in the table. */
const OF_NEW = 2_000;
const SHARED: readonly string[] = ['contract', 'lib', 'transport', 'user-files', 'wrap'];

const NOT_COUNTED: ReadonlySet<string> = new Set(['rpc', 'soap', 'link', 'testkit', 'fixtures']);

const isProduct = (path: string): boolean =>
  path.endsWith('.ts') &&
  !/\.test\.ts$|(^|\/)testkit/.test(path) &&
  !path.split('/').some((part) => NOT_COUNTED.has(part));

const linesOf = (text: string): number => text.split('\n').filter((line) => !/^\s*(\/\/|\/\*|\*|$)/.test(line)).length;

const linesIn = (folder: string, recursive = true): number =>
  readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter(isProduct)
    .reduce((sum, path) => sum + linesOf(readFileSync(`${folder}/${path}`, 'utf8')), 0);

const foldersIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

const platforms = foldersIn('src/platforms').filter((name) => !SHARED.includes(name));

it.each(platforms.filter((name) => !Object.hasOwn(TOPICS, name)))('%s is no larger than its ceiling', (platform) => {
  const support: Readonly<Record<string, readonly string[]>> = JSON.parse(readFileSync('docs/support.json', 'utf8'));
  const ofFake = OF_FAKE * (support['fake']?.length ?? 0);
  const ceiling = platform === 'fake' ? ofFake : (CEILINGS[platform] ?? OF_NEW);
  expect(linesIn(`src/platforms/${platform}`)).toBeLessThanOrEqual(ceiling);
});

const topics = Object.keys(TOPICS).flatMap((platform) => {
  const folders = foldersIn(`src/platforms/${platform}`).filter((name) => !NOT_COUNTED.has(name));
  return ['', ...folders].map((topic) => [platform, topic] as const);
});

it.each(topics)('%s/%s is no larger than its ceiling', (platform, topic) => {
  const lines = linesIn(`src/platforms/${platform}/${topic}`, topic !== '');
  expect(lines).toBeLessThanOrEqual(TOPICS[platform]?.[topic] ?? OF_TOPIC);
});
