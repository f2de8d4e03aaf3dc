import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readDomainXml } from '../../../src/platforms/kvm/xml/domain-xml.ts';
import { readXml, type XmlElement, XmlError } from '../../../src/platforms/transport/xml.ts';
import { createChances } from '../random.ts';
import { damaged } from './damaged.ts';
import { createStops, LONGEST_STOP_MS } from './stops.ts';

const INPUTS = 6_000;
const fixture = (path: string) => readFileSync(new URL(`../../../src/platforms/${path}`, import.meta.url), 'utf8');
const domain = fixture('kvm/fixtures/domain-web1-running.xml');
const DOCUMENTS = [
  domain,
  fixture('kvm/fixtures/capabilities.xml'),
  fixture('vsphere/fixtures/fault-no-permission.xml'),
  fixture('vsphere/fixtures/updates.xml'),
  fixture('vsphere/fixtures/devices.xml'),
  `<a b="1" c='2'><!-- x --><d/><![CDATA[<]]>&lt;&#65;<?p i?></a>`,
];
const HURTS = [
  '<',
  '>',
  '&',
  '"',
  "'",
  '/',
  '=',
  ']]>',
  '<!--',
  '-->',
  '<![CDATA[',
  '<?',
  '?>',
  '<!DOCTYPE a [',
  '&amp;',
  '&#x0;',
  '&#1114112;',
  '&nope;',
  '\u0000',
  '\u001b',
  '\ufffe',
  '<a>',
  '</a>',
  ' a="1"',
  ' a="1" a="2"',
  ':',
  '-',
  '\ufeff',
  '🚀',
];

/** What Python's expat says of each: the parser that most programs trust. */
function expatSays(documents: readonly Buffer[]): readonly boolean[] {
  const framed = documents.flatMap((one) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(one.length);
    return [length, one];
  });
  const script = new URL('expat.py', import.meta.url).pathname;
  const { stdout, error } = spawnSync('python3', [script], { input: Buffer.concat(framed), encoding: 'utf8' });
  if (error) throw new Error('this needs python3: apt-get install python3', { cause: error });
  return Array.from(stdout, (verdict) => verdict === '1');
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * What sax lets pass though XML does not have it, and what changes no value: odd instructions, `]]>` in a text, `<` in an
 * attribute, an attribute that stands twice (the first counts), names of odd letters.
 */
function isHarmless(text: string): boolean {
  const rest = text.startsWith(DECLARATION) ? text.slice(DECLARATION.length) : text;
  return (
    /<\?|\]\]>|\ufeff|="[^"]*<|='[^']*</.test(rest) ||
    /\s([\w:.-]+)=(?:"[^"]*"|'[^']*')[^<>]*\s\1=/.test(rest) ||
    /<\/?[^\s"'>]*[^\s\w"'<>/.:?!-]/.test(rest) ||
    /\s[^\s\w"'<>/.:?!=-]+[\w:]*=/.test(rest)
  );
}

it('nothing is read that expat finds malformed, and nothing well-formed is refused but document types', async () => {
  const random = createChances(2);
  const stops = createStops();
  const documents: Buffer[] = [];
  const ours: (XmlElement | undefined)[] = [];
  for (let i = 0; i < INPUTS; i++) {
    const bytes = Buffer.from(damaged(random.pick(DOCUMENTS), random, HURTS));
    documents.push(bytes);
    const read = () => readXml(bytes);
    const got = await stops.watch(`input ${i}`, read).catch((error: unknown) => {
      expect(error).toBeInstanceOf(XmlError);
      return undefined;
    });
    ours.push(got);
  }
  const theirs = expatSays(documents);
  let lenient = 0;
  const differing = documents.flatMap((bytes, i) => {
    const text = bytes.toString('utf8');
    if ((ours[i] !== undefined) === theirs[i] || (!ours[i] && text.includes('<!D'))) return [];
    if (ours[i] && isHarmless(text)) {
      lenient++;
      return [];
    }
    return [`${ours[i] ? 'read' : 'refused'}: ${text}`];
  });
  const read = ours.filter(Boolean).length;
  process.stdout.write(
    `XML: ${stops.summary()}, ${read} read, ${lenient} with harmless faults, ${differing.length} unlike expat\n`,
  );
  expect(differing.map((one) => one.slice(0, 200))).toEqual([]);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});

it('a damaged domain is a domain or an XmlError', async () => {
  const random = createChances(3);
  const stops = createStops();
  let read = 0;
  for (let i = 0; i < INPUTS / 3; i++) {
    const text = damaged(domain, random, HURTS);
    await stops
      .watch(`input ${i}`, () => readDomainXml(text))
      .then(
        ({ disks }) => {
          read++;
          for (const { path } of disks) expect(['string', 'undefined']).toContain(typeof path);
        },
        (error: unknown) => expect(error).toBeInstanceOf(XmlError),
      );
  }
  process.stdout.write(`Domains: ${stops.summary()}, ${read} read\n`);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});

const SIZE = 4 * 1024 ** 2 - 1024;
const many = (text: string) => text.repeat(Math.floor(SIZE / text.length));
const within = (text: string) => `<domain><devices>${text}</devices></domain>`;

it.each([
  ['disks', within(many("<disk type='file'><driver type='qcow2'/><source file='/d/x'/><target dev='vda'/></disk>"))],
  ['disks that never end', `<domain><devices>${many('<disk>')}`],
  ['arguments of QEMU', within(many(`<arg value='${'x'.repeat(131_000)}'/>`))],
  ['one attribute', within(`<a b="${many('>')}"/>`)],
  ['attributes', within(`<a ${Array.from({ length: 250_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`)],
  ['attributes of many', within(many(`<a ${Array.from({ length: 250 }, (_, i) => `a${i}=''`).join(' ')}/>`))],
  ['entities', within(`<a>${many('&amp;')}</a>`)],
  ['ends of CDATA', within(`<a><![CDATA[${many(']]')}]]></a>`)],
  ['comment', within(`<!--${many('- ')}-->`)],
  ['instruction', within(`<?x ${many('? ')}?>`)],
  ['document type', `<!DOCTYPE a [${many('<!ENTITY b "c">')}]><domain/>`],
  ['beginnings', many('<')],
  ['text', within(`<a>${many('x')}</a>`)],
  ['elements', within(many('<a/>'))],
])('a definition with 4 MiB of %s stops nothing', async (what, text) => {
  const stops = createStops();
  const began = performance.now();
  await stops.watch(what, () => readDomainXml(text)).catch((error: unknown) => expect(error).toBeInstanceOf(XmlError));
  process.stdout.write(`XML, 4 MiB of ${what}: ${(performance.now() - began).toFixed(0)} ms, ${stops.summary()}\n`);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});
