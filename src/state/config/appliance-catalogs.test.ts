import { expect, it } from 'vitest';
import { readApplianceCatalogs } from './appliance-catalogs.ts';
import { emptyMap } from './located.ts';
import { readYaml } from './yaml-file.ts';

const read = async (text: string) => {
  const { tree } = await readYaml('config.yaml', text);
  return readApplianceCatalogs('config.yaml', tree.kind === 'map' ? tree : emptyMap);
};

it('F-167 reads catalogs by address and by file', async () => {
  const text = `appliances:
  ours: https://images.example/catalog.json
  shelf: ~/feed.xml
  lab: { location: https://lab.example/feed, ca: /etc/lab.pem }`;
  expect(await read(text)).toEqual({
    problems: [],
    catalogs: [
      { name: 'ours', location: 'https://images.example/catalog.json' },
      { name: 'shelf', location: '~/feed.xml' },
      { name: 'lab', location: 'https://lab.example/feed', ca: '/etc/lab.pem' },
    ],
  });
});

it.each([
  ['../up: https://x.example', 'a name must begin with a letter or a digit'],
  ['cloud-images: https://x.example', 'is the name of the catalog that comes with drover'],
  ['ours: file:///etc/passwd', 'location must be an address that begins with http:// or https://'],
  ['ours: https://anna:secret@x.example/', 'a login does not belong into the address'],
  ['ours: { location: /x, token: y }', 'unknown key "token"'],
])('leaves out %s, and says why', async (line, why) => {
  const { catalogs, problems } = await read(`appliances:\n  ${line}`);
  expect([catalogs, problems]).toEqual([[], [expect.objectContaining({ message: expect.stringContaining(why) })]]);
});
