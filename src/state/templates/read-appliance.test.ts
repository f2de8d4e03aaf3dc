import { expect, it } from 'vitest';
import { readTemplate } from './read-template.ts';

const read = async (appliance: string) => readTemplate('t', `version: 1.0\nappliance: ${appliance}\n`, ['kvm']);

it('takes the words of an appliance as they are written', async () => {
  const { says, problems } = await read('{ name: shelf/box, title: Box, version: 2.10, port: 8080 }');
  expect(problems).toEqual([]);
  expect(says.appliance).toMatchObject({ name: 'shelf/box', version: '2.10', provider: '', details: { port: 8080 } });
});

it.each([
  ['{ title: { toString: x } }', 'title must be one text'],
  ['{ version: [1, 2] }', 'version must be one text'],
  ['box', 'appliance must be keys with values'],
  ['{ host: web1 }', 'the host is that of each VM'],
  ['{ colour: red }', 'appliance has no "colour"'],
])('says what is wrong with %s', async (appliance, why) => {
  const { problems } = await read(appliance);
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(why)]);
});
