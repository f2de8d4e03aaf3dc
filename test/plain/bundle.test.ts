import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { buildOptions } from '../../scripts/build/options.ts';

it('loads nothing that draws: neither Ink nor React', async () => {
  const { metafile } = await build({ ...buildOptions, write: false });
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.inputs[file]?.imports ?? []) if (kind !== 'dynamic-import') load(path);
  };
  load('src/plain/run-plain.ts');
  expect(loaded).toContain('src/plain/plain-program.ts');
  expect([...loaded].filter((file) => /node_modules\/(?:ink|react|ink-select-input)\//.test(file))).toEqual([]);
});
