import { expect, it } from 'vitest';
import { isCount, screenOptions } from './screen-options.ts';

it.each([
  [[], { demo: undefined, config: undefined, readOnly: false }],
  [['--demo'], { demo: '', config: undefined, readOnly: false }],
  [['--demo', '8'], { demo: '8', config: undefined, readOnly: false }],
  [['--demo', '--read-only'], { demo: '', config: undefined, readOnly: true }],
  [['--demo=50', '--read-only'], { demo: '50', config: undefined, readOnly: true }],
  [['--config', 'a.yaml', '--plain'], { demo: undefined, config: 'a.yaml', readOnly: false }],
  [['--config=a.yaml'], { demo: undefined, config: 'a.yaml', readOnly: false }],
])('%j opens the screen with %j', (argv, options) => {
  expect(screenOptions(argv)).toEqual(options);
});

it.each([
  ['0', true],
  ['999999', true],
  ['1000000', false],
  ['', false],
  ['1e3', false],
  ['-5', false],
])('%j is a number of VMs: %s', (text, is) => {
  expect(isCount(text)).toBe(is);
});
