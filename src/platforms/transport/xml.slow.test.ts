import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attribute, child, childrenOf, escapeXml, readXml, textAt } from './xml.ts';

/** What a vCenter simulator answered, as it came over the wire. */
const INVENTORY = readFileSync(new URL('../vsphere/fixtures/inventory.xml', import.meta.url));

describe('reading XML', () => {
  it('takes prefixes, empty elements, comments, CDATA and a declaration', async () => {
    const root = await readXml(
      `<?xml version="1.0"?><!-- <no> --><e:a xmlns:e="u"><e:b/><c><![CDATA[<x> & y]]></c><d >1</d></e:a>`,
    );
    expect(root.name).toBe('a');
    expect(root.children.map(({ name }) => name)).toEqual(['b', 'c', 'd']);
    expect(textAt(root, 'c')).toBe('<x> & y');
    expect(textAt(root, 'd')).toBe('1');
  });

  it('keeps apart attributes that differ in their prefix', async () => {
    const value = await readXml('<val type="VirtualMachine" xmlns:x="u" x:type="y:Reference">vm-1</val>');
    expect([attribute(value, 'type'), attribute(value, 'x:type'), value.text]).toEqual([
      'VirtualMachine',
      'y:Reference',
      'vm-1',
    ]);
  });

  it('takes nothing that every object of JavaScript has for an attribute', async () => {
    const element = await readXml('<a __proto__="x"/>');
    expect(attribute(element, 'constructor')).toBeUndefined();
    expect(attribute(await readXml('<a/>'), '__proto__')).toBeUndefined();
  });

  it('resolves the five entities and numbers', async () => {
    expect((await readXml('<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</a>')).text).toBe(`<&>"'AB`);
  });

  it('takes a > in the value of an attribute, and characters that two pieces share', async () => {
    expect(attribute(await readXml(`<a t="x>y" c='"'/>`), 't')).toBe('x>y');
    const text = 'ü仮🚀'.repeat(10_000);
    expect((await readXml(Buffer.from(`<a>${text}</a>`))).text).toBe(text);
  });

  it.each([
    ['half of an answer', '<a><b>1</b>'],
    ['half of a tag', '<a><b'],
    ['elements that cross', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>text'],
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['entities that double each other', `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(99)}"><!ENTITY d "&b;&b;">]><a>&d;</a>`],
    ['an entity that XML does not have', '<a>&nope;</a>'],
    ['a character that Unicode does not have', '<a>&#x7fffff;</a>'],
    ['a character that XML does not have', '<a>\u001b[2J</a>'],
    ['the same as a number', '<a b="&#27;"/>'],
    ['a & alone', '<a>a & b</a>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['an abyss', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`],
    ['an attribute that never ends', `<a b="${'>'.repeat(200_000)}"/>`],
    ['attributes without number', `<a ${Array.from({ length: 300 }, (_, i) => `b${i}=""`).join(' ')}/>`],
    ['more elements than fit', `<a>${'<b/>'.repeat(400_001)}</a>`],
  ])('refuses %s', async (_what, text) => {
    await expect(readXml(text)).rejects.toMatchObject({ name: 'XmlError' });
  });

  it.each([
    ['<a><b>1</b>', 'it broke off half-way'],
    ['<a/><b/>', 'a second root'],
    ['', 'it holds no element'],
    ['<!DOCTYPE a><a/>', 'a document type is not allowed'],
    ['<!ELEMENT a><a/>', 'declarations are not allowed'],
    ['<a>\u0001</a>', 'a character that XML does not have'],
    ['<a b="\u0001"/>', 'a character that XML does not have'],
    ['<a><![CDATA[\ufffe]]></a>', 'a character that XML does not have'],
    ['<a b=1/>', 'unquoted attribute value'],
  ])('says what is wrong with %j', async (text, why) => {
    await expect(readXml(text)).rejects.toMatchObject({ name: 'XmlError', message: why });
  });

  it.each<[string, (count: number) => string, number, string]>([
    [
      'deep elements',
      (count) => `${'<a>'.repeat(count)}${'</a>'.repeat(count)}`,
      256,
      'elements nested deeper than 256',
    ],
    [
      'attributes',
      (count) => `<a ${Array.from({ length: count }, (_, i) => `b${i}=""`).join(' ')}/>`,
      256,
      'an element with more than 256 attributes',
    ],
    [
      'letters in an attribute',
      (count) => `<a b="${'x'.repeat(count)}"/>`,
      131_072,
      'an attribute longer than 131072 characters',
    ],
    ['elements', (count) => `<a>${'<b/>'.repeat(count - 1)}</a>`, 400_000, 'more than 400000 elements'],
  ])('takes just so many %s', async (_what, make, most, why) => {
    expect((await readXml(make(most))).name).toBe('a');
    await expect(readXml(make(most + 1))).rejects.toMatchObject({ message: expect.stringContaining(why) });
  });

  it('counts attributes for each element, and gives none to one that has none', async () => {
    const many = (name: string) => `<${name} ${Array.from({ length: 200 }, (_, i) => `b${i}=""`).join(' ')}></${name}>`;
    const root = await readXml(`<a>${many('c')}<d/>${many('e')}</a>`);
    expect(root.children.map(({ attributes }) => Object.keys(attributes).length)).toEqual([200, 0, 200]);
  });

  it('gives text to what has no children, and says how deep an element is', async () => {
    const depths: string[] = [];
    const root = await readXml('<a>x<b>y</b>z</a>', {
      take: ({ name }, depth) => {
        depths.push(`${name} ${depth}`);
        return false;
      },
    });
    expect(depths).toEqual(['b 1', 'a 0']);
    expect(root).toMatchObject({ text: '', children: [{ text: 'y' }] });
    expect((await readXml('<a>x<![CDATA[y]]>z</a>')).text).toBe('xyz');
  });

  it('finds what is there, and nothing where nothing is', async () => {
    const root = await readXml('<a x="1"><b>1</b><c/><b>2</b></a>');
    expect(child(root, 'b')?.text).toBe('1');
    expect(childrenOf(root, 'b').map(({ text }) => text)).toEqual(['1', '2']);
    expect([attribute(root, 'x'), attribute(root, 'y'), attribute(undefined, 'x')]).toEqual([
      '1',
      undefined,
      undefined,
    ]);
    expect([child(undefined, 'b'), textAt(root, 'c', 'd'), textAt(root, 'c'), textAt(root)]).toEqual([
      undefined,
      undefined,
      '',
      '',
    ]);
    expect(childrenOf(undefined, 'b')).toEqual([]);
  });

  it('hands over each object as it is complete, and keeps none of them', async () => {
    const taken: string[] = [];
    const envelope = await readXml(INVENTORY, {
      take(element) {
        if (element.name !== 'objects') return false;
        taken.push(textAt(element, 'obj') ?? '');
        return true;
      },
    });
    expect(taken).toHaveLength(15);
    const response = child(child(envelope, 'Body'), 'RetrievePropertiesExResponse');
    expect(childrenOf(child(response, 'returnval'), 'objects')).toEqual([]);
  });

  it('reads any number of objects that are taken out, and lets timers in meanwhile', async () => {
    let timers = 0;
    const timer = setInterval(() => timers++, 1);
    let taken = 0;
    await readXml(Buffer.from(`<a>${'<b><c>text</c></b>'.repeat(250_000)}</a>`), {
      take: ({ name }) => name === 'b' && ++taken > 0,
    });
    clearInterval(timer);
    expect(taken).toBe(250_000);
    expect(timers).toBeGreaterThan(3);
  });

  it('stops reading when the signal is aborted', async () => {
    const large = Buffer.from(`<a>${'<b>text</b>'.repeat(200_000)}</a>`);
    const controller = new AbortController();
    const reading = readXml(large, { signal: controller.signal, take: () => true });
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('writes what it can read again, without characters that XML does not have', async () => {
    expect(escapeXml(`a"<&>"\u0001'b`)).toBe(`a&quot;&lt;&amp;&gt;&quot;'b`);
    const hostile = `a<b>&"'\u0007\u001b[2J\nc`;
    expect((await readXml(`<a>${escapeXml(hostile)}</a>`)).text).toBe(`a<b>&"'[2J\nc`);
  });
});
