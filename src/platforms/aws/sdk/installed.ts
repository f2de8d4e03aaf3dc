/** Amazon's own packages, which users install beside drover. */
import { createRequire } from 'node:module';
import { FleetError } from '../../../errors.ts';
import { manifest } from '../manifest.ts';

const packages = manifest.needs ?? [];

/** Throws config.invalid, which names the packages and the command, when one of them is not there. Loads nothing. */
export function requireInstalled(names: readonly string[] = packages): void {
  const { resolve } = createRequire(import.meta.url);
  for (const name of names) {
    try {
      resolve(name);
    } catch (error) {
      const all = names.join(' ');
      throw new FleetError('config.invalid', `this needs packages of Amazon that are not installed: ${all}`, {
        fix: `npm install -g ${all} (without -g where drover is not installed globally)`,
        cause: error,
      });
    }
  }
}
