import { expect, it } from 'vitest';
import type { Field } from '../../platforms/contract.ts';
import { readTemplate } from './read-template.ts';
import { editOfValues, keysSaidFor, valuesOfTemplate, whyNoValue } from './template-values.ts';

const memory: Field = { key: 'memory', label: 'Memory', help: 'Of it.', kind: 'bytes' };
const vcpus: Field = { key: 'vcpus', label: 'vCPUs', help: 'Of it.', kind: 'count', min: 1, max: 8 };
const secret: Field = { key: 'password', label: 'Password', help: 'Of it.', kind: 'text', sensitive: true };
const fields = [memory, vcpus, secret];

const valuesOf = async (text: string) => valuesOfTemplate((await readTemplate('t', text, ['kvm'])).says, fields);

it('F-073 F-460 shows single values of a template by the names of fields, and writes them without kcli’s words', async () => {
  const values = await valuesOf('vm: { numcpus: $CPUS, memory: 2048, disks: [10], password: x, uefi: true }\n');
  expect(Object.fromEntries(values)).toEqual({
    vcpus: { word: 'numcpus', text: '$CPUS' },
    memory: { word: 'memory', text: '2048MiB' },
  });
  expect(editOfValues({ vcpus: '4', memory: '' }, values)).toEqual({
    numcpus: undefined,
    vcpus: '4',
    memory: undefined,
  });
});

it('takes a variable for any value, and says of every other text what is wrong with it', () => {
  expect(whyNoValue(vcpus, '$CPUS')).toBeUndefined();
  expect(whyNoValue(vcpus, '4')).toBeUndefined();
  expect(whyNoValue(vcpus, '9')).toContain('vCPUs must be');
  expect(whyNoValue(vcpus, '$9')).toContain('vCPUs must be');
  expect(whyNoValue(memory, '4096')).toBeUndefined();
});

it('leaves a variable to the text where kcli’s word stands for a choice, and knows what one platform alone is told', async () => {
  const firmware: Field = {
    key: 'firmware',
    label: 'Firmware',
    help: 'Of it.',
    kind: 'choice',
    options: ['bios', 'uefi'],
  };
  const { says } = await readTemplate('t', 'vm: { uefi: $UEFI }\nplatforms: { kvm: { numcpus: 4 } }\n', ['kvm']);
  expect([...valuesOfTemplate(says, [firmware])]).toEqual([]);
  expect([...keysSaidFor(says, 'kvm')]).toEqual(['vcpus']);
  expect([...keysSaidFor(says, 'aws')]).toEqual([]);
});
