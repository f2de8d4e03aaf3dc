import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { buildOptions } from '../../scripts/build/options.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The launcher with the sample in place of the app and of the command line, built as the program is. */
const sampleApp: Plugin = {
  name: 'sample-app',
  setup(build) {
    build.onResolve({ filter: /^\.\/app\.tsx$/ }, () => ({ path: here('./sample/ink-app.ts') }));
    build.onResolve({ filter: /^\.\/cli\.ts$/ }, () => ({ path: here('./sample/cli.ts') }));
  },
};

export async function buildSample(outdir: string): Promise<Metafile> {
  const { metafile } = await build({ ...buildOptions, outdir, plugins: [...buildOptions.plugins, sampleApp] });
  return metafile;
}
