import { expect, it } from 'vitest';
import type { Template } from './template.ts';
import { versionComplaint } from './version-complaint.ts';

const web = { group: 'Common', name: 'web', version: '1.2', older: ['1.0', '1.1'] } as unknown as Template;

it.each([
  ['Common/web@1.2', undefined],
  ['Common/web@1.0', undefined],
  ['Common/web@1.9', 'the library has no version 1.9 of Common/web, but 1.0, 1.1, 1.2'],
  ['Other/web@1.9', undefined],
  ['small', undefined],
  [undefined, undefined],
])('F-076 F-077 of a VM with the profile %s the template version is held against the library: %j', (profile, said) => {
  expect(versionComplaint(profile, { templates: [web] })).toBe(said);
});
