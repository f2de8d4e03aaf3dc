import { describe, expect, it } from 'vitest';
import { presetFor } from './presets.ts';

const NONE = { profile: undefined, flavor: undefined };
const PRESETS = {
  defaults: new Map(),
  flavors: new Map([['large', new Map([['numcpus', { value: '8', where: 'flavors' }]])]]),
  profiles: new Map(),
  rules: [],
  strict: false,
};

describe('a flavor', () => {
  it('that the configuration has is what it says, also where a platform has flavors of its own', () => {
    const { says } = presetFor('web1', { ...NONE, flavor: 'large' }, PRESETS, true);
    expect([...says.keys()]).toEqual(['numcpus']);
  });

  it('that it has not is one of a platform that has flavors of its own, and else unknown', () => {
    const { says } = presetFor('web1', { ...NONE, flavor: 'm1.small' }, PRESETS, true);
    expect(says.get('flavor')?.value).toBe('m1.small');
    expect(() => presetFor('web1', { ...NONE, flavor: 'm1.small' }, PRESETS)).toThrow('there is no flavor "m1.small"');
  });
});
