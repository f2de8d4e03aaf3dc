import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { Field } from '../platforms/contract.ts';
import { settingsIn } from '../state/presets/settings-in.ts';
import { openGivenFiles } from './given-files.ts';
import { refuseUnknown, saidBy } from './parameters.ts';

const field = (key: string, more: object = {}): Field =>
  ({ key, label: key, help: '', kind: 'text', ...more }) as Field;
const fields = [
  field('memory'),
  field('password', { sensitive: true }),
  field('metadata', { kind: 'pairs', one: 'pair', many: 'pairs' }),
];
const said = (key: string, value: string) => new Map([[key, { value, where: `${key} (config.yaml:3)` }]]);

it('keeps as metadata what no field is, and refuses it with its place where that is asked for', () => {
  expect(settingsIn(said('colour', 'red'), fields)).toEqual([
    { key: 'metadata', where: 'colour', written: { colour: 'red' } },
  ]);
  expect(() => refuseUnknown(said('colour', 'red'), fields)).toThrow(
    'colour (config.yaml:3): there is no such parameter here',
  );
  refuseUnknown(new Map([...said('memory', '1'), ...said('flavor', 'large')]), fields);
});

it('takes files of parameters, and no secret out of the list of processes', async () => {
  const stdin = new PassThrough();
  stdin.end('memory: 512\ncolour: red\npassword: s3cret\n');
  const files = openGivenFiles({ stdin, signal: new AbortController().signal });
  const all = await saidBy({ parameters: ['memory=1024'], parameterFiles: ['-'] }, fields, files);
  expect(settingsIn(all, fields)).toMatchObject([
    { key: 'password', where: 'password (standard input:3)', written: 's3cret' },
    { key: 'memory', where: '-P memory', written: '1024MiB' },
    { key: 'metadata', written: { colour: 'red' } },
  ]);
  await expect(saidBy({ parameters: ['password=s3cret'], parameterFiles: [] }, fields, files)).rejects.toThrow(
    '-P password would show the secret in the list of processes',
  );
});

it.each(['rootpassword', 'pull_token', 'AwsSecretKey'])(
  '%s is neither kept as metadata nor taken from argv',
  async (key) => {
    expect(() => settingsIn(said(key, 'geheim'), fields)).toThrow('metadata is no place for a secret');
    expect(() => settingsIn(new Map([['metadata', { value: { [key]: 'geheim' }, where: 'm' }]]), fields)).toThrow(
      'metadata is no place for a secret',
    );
    const files = openGivenFiles({ stdin: new PassThrough(), signal: new AbortController().signal });
    await expect(saidBy({ parameters: [`${key}=geheim`], parameterFiles: [] }, fields, files)).rejects.toThrow(
      `-P ${key} would show the secret in the list of processes`,
    );
  },
);

it('metadata that is given as such and that no field is are kept together', () => {
  const both = new Map([...said('colour', 'red'), ...said('metadata', 'site=south'), ...said('constructor', 'x')]);
  expect(settingsIn(both, fields)).toMatchObject([
    { key: 'metadata', written: { colour: 'red', site: 'south', constructor: 'x' } },
  ]);
});
