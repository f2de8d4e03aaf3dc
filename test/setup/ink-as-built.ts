import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildOptions, root } from '../../scripts/build/options.ts';

/** What draws the screen, and what tests draw it with: all must share one React. */
const PACKAGES = ['ink', 'ink-select-input', 'ink-testing-library', 'react', 'react/jsx-runtime'];
const FOLDER = join(root, 'node_modules/.drover-test');

const fileOf = (name: string): string => `${name.replace('/', '-')}.mjs`;

/** For vitest's configuration: these packages as they are in the bundle. */
export const inkAsBuilt = PACKAGES.map((name) => ({
  find: new RegExp(`^${name}$`),
  replacement: join(FOLDER, fileOf(name)),
}));

/** What writes to no terminal is asked for its size; without this `tput` is started twice for each frame of such a test. */
const noTerminal: Plugin = {
  name: 'no-terminal',
  setup(bundle) {
    bundle.onLoad({ filter: /\/terminal-size\/index\.js$/ }, () => ({
      contents: 'export default () => ({ columns: 80, rows: 24 });',
    }));
  },
};

/** Screens are tested with Ink as it is shipped (scripts/build/swaps.ts), which also takes half of the time. */
export default async function setUp(): Promise<void> {
  mkdirSync(join(FOLDER, 'entries'), { recursive: true });
  const entries = Object.entries(namesIn(PACKAGES)).map(writeEntry);
  const { banner: _banner, ...options } = buildOptions;
  await build({
    ...options,
    entryPoints: Object.fromEntries(entries),
    outdir: FOLDER,
    outExtension: { '.js': '.mjs' },
    minify: false,
    sourcemap: false,
    plugins: [...options.plugins, noTerminal],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}

/**
 * What each package exports. Asked of a Node of its own: in this process their names already stand for what is about to be
 * built.
 */
function namesIn(packages: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const ask = `
    const names = {};
    for (const name of ${JSON.stringify(packages)}) names[name] = Object.keys(await import(name));
    console.log(JSON.stringify(names));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', ask], { cwd: root, encoding: 'utf8' }),
  );
}

/** A module with the package's names spelled out: those of a CommonJS package are lost in a bundle. */
function writeEntry([name, all]: readonly [string, readonly string[]]): [string, string] {
  const names = all.filter((key) => key !== 'default' && /^[\w$]+$/.test(key));
  const entry = join(FOLDER, 'entries', fileOf(name));
  writeFileSync(
    entry,
    `import * as whole from '${name}';\nexport default whole.default;\nexport const { ${names.join(', ')} } = whole;\n`,
  );
  return [fileOf(name).replace('.mjs', ''), entry];
}
