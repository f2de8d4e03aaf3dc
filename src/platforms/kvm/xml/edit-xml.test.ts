import { expect, it } from 'vitest';
import { child, childrenOf } from '../../transport/xml.ts';
import { editXml } from './edit-xml.ts';

const DOCUMENT = `<?xml version='1.0'?>
<!-- <name>not this</name> -->
<domain type='kvm' xmlns:q="urn:q">
  <name>web1</name>
  <title/>
  <metadata><q:info a='x &gt; y' b = "it's"><![CDATA[<name>nor this</name>]]></q:info></metadata>
  <devices><disk   type='file' note=" type='no' "><source file='/d/a'/></disk><disk/></devices>
</domain>
`;

it('leaves a document as it was, letter for letter', async () => {
  expect((await editXml(DOCUMENT, 'domain')).text()).toBe(DOCUMENT);
});

it('changes what it is told, and nothing else', async () => {
  const { root, setText, setAttribute, cut, replace, insert, text } = await editXml(DOCUMENT, 'domain');
  const [first, second] = childrenOf(child(root, 'devices'), 'disk');
  const [name, title, info] = [child(root, 'name'), child(root, 'title'), child(child(root, 'metadata'), 'info')];
  if (!first || !second || !name || !title || !info) throw new Error('the test has lost an element');
  setText(name, 'a & <b>');
  setText(title, 'new');
  setAttribute(info, 'a', undefined);
  setAttribute(first, 'type', 'block');
  setAttribute(first, 'device', 'disk "1"');
  const source = child(first, 'source');
  if (source) setAttribute(source, 'file', '/d/b');
  insert(first, '<driver/>');
  insert(second, '<target/>');
  replace(second, '<other/>');
  expect(text()).toBe(
    DOCUMENT.replace('>web1<', '>a &amp; &lt;b&gt;<')
      .replace('<title/>', '<title>new</title>')
      .replace(" a='x &gt; y'", '')
      .replace("   type='file'", ' device="disk &quot;1&quot;" type="block"')
      .replace("<source file='/d/a'/>", '<driver/><source file="/d/b"/>')
      .replace('<disk/>', '<other/>'),
  );
  cut(first);
  expect(text()).toContain('<devices><other/></devices>');
});

it('adds an attribute to an element of which the first one goes', async () => {
  const { root, setAttribute, text } = await editXml("<graphics port='1'/>", 'graphics');
  setAttribute(root, 'port', undefined);
  setAttribute(root, 'autoport', 'yes');
  setAttribute(root, 'socket', undefined);
  expect(text()).toBe('<graphics autoport="yes"/>');
});

it('fills an element that was closed at once', async () => {
  const { root, insert, text } = await editXml('<a b="1" />', 'a');
  insert(root, '<c/>');
  expect(text()).toBe('<a b="1" ><c/></a>');
});

it('takes no element of another document, and no document that can not be read', async () => {
  const { cut } = await editXml('<a/>', 'a');
  expect(() => cut({ name: 'b', attributes: {}, text: '', children: [] })).toThrow('<b> is of another document');
  await expect(editXml('<a>', 'a')).rejects.toThrow('it broke off half-way');
});
