import { expect, it } from 'vitest';
import { platforms } from './registry.ts';

it.each(platforms.map(({ manifest }) => [manifest.id, manifest.endpoint] as const))(
  'every condition of a field of %s names a field and values that it can have',
  (_id, fields) => {
    for (const { key, when } of fields) {
      if (!when) continue;
      const asked = fields.find((field) => field.key === when.key);
      const values = asked?.kind === 'flag' ? ['true', 'false'] : asked?.kind === 'choice' ? asked.options : undefined;
      expect(values, key).toEqual(expect.arrayContaining([...when.is]));
    }
  },
);
