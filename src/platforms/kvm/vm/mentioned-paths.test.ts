import { expect, it } from 'vitest';
import { memoryFiles, mentionedPaths, sharedFolders, withoutDots } from './mentioned-paths.ts';

it.each<[string, readonly string[]]>([
  ["<source file='/d/a.raw'/>", ['/d/a.raw']],
  ['<source file = "/d/a b.raw"/>', ['/d/a b.raw', '/d/a']],
  ['<kernel> /boot/vmlinuz </kernel>', ['/boot/vmlinuz']],
  ["<name>web1</name><type arch='x86_64'>hvm</type>", []],
  ["<source file='d/a.raw'/>", []],
  ["<qemu:arg value='file=/d/a.raw,if=virtio'/>", ['/d/a.raw']],
  [`<qemu:arg value='json:{"file":{"filename":"/d/a.raw"}}'/>`, ['/d/a.raw']],
  ["<arg value='file:///d/a.raw'/>", ['/d/a.raw']],
  ["<arg value='json:/d/a'/>", ['/d/a']],
  ["<arg value='fat:/d/b raw:/d/c'/>", ['/d/b', '/d/c']],
  ["<arg value='nbd://host/x'/>", []],
  ["<source file='/d//./a.raw'/>", ['/d//./a.raw', '/d/a.raw']],
  ["<source file='/d/it&apos;s&#x2f;&#98;&amp;&lt;&gt;&quot;'/>", [`/d/it's/b&<>"`, `/d/it's/b&<>`]],
  ["<source file='/d/&odd;&#x110000;'/>", ['/d/&odd;&#x110000;']],
  ["<source file='/d/&#x10ffff;'/>", ['/d/\u{10ffff}']],
  ["<a file='/x'/><b file='/y'/><c file='/x'/>", ['/x', '/y']],
])('the paths in %s are %j', (xml, paths) => {
  expect([...mentionedPaths(xml)]).toEqual(paths);
});

it.each([
  ['/d//a', '/d/a'],
  ['/d/./a', '/d/a'],
  ['//d/.//./a', '/d/a'],
  ['/d/../a', '/d/../a'],
  ['/d/.a', '/d/.a'],
])('%s is %s', (path, plain) => expect(withoutDots(path)).toBe(plain));

it('finds the folders that a guest is given whole', () => {
  expect(
    sharedFolders(`<source dir='/srv//vms/'/><source type='x' dir = "/a&amp;b"/><source dir='/'/><source file='/f'/>`),
  ).toEqual(['/srv/vms', '/a&b', '/']);
});

it('finds the files with the memory of a guest', () => {
  expect(
    memoryFiles(`<memory snapshot='external' file='/m/a&amp;b'/><memory file = "/m/c"/><memory unit='KiB'>1</memory>`),
  ).toEqual(['/m/a&b', '/m/c']);
});
