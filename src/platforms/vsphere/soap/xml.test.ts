import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../clock.ts';
import { fixture } from '../testkit/fixture.ts';
import { readXml } from './read-xml.ts';
import { child, childrenOf, createXmlReader, escapeXml, textAt, type XmlElement } from './xml.ts';

const read = (text: string): XmlElement => {
  const reader = createXmlReader();
  reader.feed(text);
  return reader.end();
};

/** As the network may cut it: one letter at a time. */
const readInPieces = (text: string): XmlElement => {
  const reader = createXmlReader();
  for (const letter of text) reader.feed(letter);
  return reader.end();
};

describe('reading XML', () => {
  it('takes prefixes, empty elements, comments, CDATA and a declaration', () => {
    const text = `<?xml version="1.0"?><!-- <no> --><e:a xmlns:e="u"><e:b/><c><![CDATA[<x> & y]]></c><d >1</d></e:a>`;
    for (const root of [read(text), readInPieces(text)]) {
      expect(root.name).toBe('a');
      expect(root.children.map(({ name }) => name)).toEqual(['b', 'c', 'd']);
      expect(textAt(root, 'c')).toBe('<x> & y');
      expect(textAt(root, 'd')).toBe('1');
    }
  });

  it('keeps apart what a value is and what a reference points at', () => {
    const value = read('<val type="VirtualMachine" xmlns:x="u" x:type="y:ManagedObjectReference">vm-1</val>');
    expect(value).toMatchObject({ kind: 'ManagedObjectReference', type: 'VirtualMachine', text: 'vm-1' });
  });

  it('resolves the five entities and numbers, and nothing else', () => {
    expect(read('<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&nope;&#x7fffff;</a>').text).toBe(`<&>"'AB&nope;&#x7fffff;`);
  });

  it('takes a > in the value of an attribute', () => {
    expect(read(`<a t:type="x>y" c='"'/>`)).toMatchObject({ name: 'a', kind: 'x>y', text: '', children: [] });
  });

  it.each([
    ['half of an answer', '<a><b>1</b>'],
    ['half of a tag', '<a><b'],
    ['elements that cross', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>text'],
    ['nothing', ''],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an abyss', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`],
  ])('refuses %s', (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'XmlError' }));
    expect(() => readInPieces(text)).toThrow(expect.objectContaining({ name: 'XmlError' }));
  });

  it('hands over each object as it is complete, and keeps none of them', async () => {
    const taken: string[] = [];
    const envelope = await readXml(fixture('inventory.xml'), systemClock, new AbortController().signal, (element) => {
      if (element.name !== 'objects') return false;
      taken.push(textAt(element, 'obj') ?? '');
      return true;
    });
    expect(taken).toHaveLength(15);
    const response = child(child(envelope, 'Body'), 'RetrievePropertiesExResponse');
    expect(childrenOf(child(response, 'returnval'), 'objects')).toEqual([]);
  });

  it('stops reading when nobody wants it any more', async () => {
    const large = Buffer.from(`<a>${'<b>text</b>'.repeat(200_000)}</a>`);
    const controller = new AbortController();
    const reading = readXml(large, systemClock, controller.signal, () => true);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('writes what it can read again, without characters that XML does not have', () => {
    const hostile = `a<b>&"'\u0007\u001b[2J\nc`;
    expect(read(`<a>${escapeXml(hostile)}</a>`).text).toBe(`a<b>&"'[2J\nc`);
  });
});
