import { resolve } from 'node:path';
import type { Found, Importer } from '../../src/cli/import/plan.ts';
import type { Env, Source } from '../../src/cli/import/source.ts';

export const HOME = '/home/anna';

/** Files by their paths, and the environment. */
export function source(files: Readonly<Record<string, string>>, env: Env = {}): Source {
  const resolved = (path: string) => resolve('/work', path.replace(/^~(?=\/)/, HOME));
  const whole = new Map(Object.entries(files).map(([path, text]) => [resolved(path), text]));
  const looked: string[] = [];
  return {
    env,
    home: HOME,
    directory: '/work',
    looked,
    resolved,
    async text(path) {
      looked.push(resolved(path));
      return whole.get(resolved(path));
    },
    isThere: async (path) => whole.has(resolved(path)),
  };
}

export async function found(importer: Importer, ...from: Parameters<typeof source>): Promise<readonly Found[]> {
  return (await importer.read(source(...from))) ?? [];
}
