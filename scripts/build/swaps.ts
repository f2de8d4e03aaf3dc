import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Parts of libraries that the bundle has in another form, each for speed or for a build without a compiler. */
export const swaps: readonly Plugin[] = [
  inkPart('output', './ink-output.ts'),
  inkPart('squash-text-nodes', './ink-text.ts'),
  stringWidth(),
  // Node loads the tables of graphemes with the first segmenter, 10 ms; most texts never ask for one.
  patched(
    'late-segmenters',
    ['wrap-ansi/index', 'slice-ansi/tokenize-ansi', 'ansi-tokenize/build/tokenize', 'ink/build/line-update'],
    /^const (\w+) = new Intl\.Segmenter\(.*\);$/m,
    'let made; const $1 = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };',
  ),
  // Every line of the last 100 screens twice, 10 MB; those of the last few are asked for.
  patched('small-caches', ['ink/build/measure-text', 'ink/build/wrap-text'], /maxSize: 4096/, 'maxSize: 256'),
  // Yoga's loader takes its own data: URL through fetch, which loads Node's whole HTTP client: 20 ms and 11 MB.
  patched('yoga-without-fetch', ['yoga-wasm-base64-esm'], /"function"!=typeof fetch/g, '!0'),
  yamlAsModule(),
  smallAjv(),
  withoutOptionalParts(),
];

/** A module of Ink's, for all the others of Ink's. */
function inkPart(name: string, ours: string): Plugin {
  return {
    name: `ink-${name}`,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^\\./${name}\\.js$`) }, ({ importer }) =>
        /[\\/]ink[\\/]build[\\/]/.test(importer) ? { path: here(ours) } : undefined,
      );
    },
  };
}

/** One table for all who ask for widths; the real package only behind it, evaluated on the first text that needs it. */
function stringWidth(): Plugin {
  return {
    name: 'string-width',
    setup(build) {
      build.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
        /[\\/]terminal[\\/]wide\.ts$/.test(importer) ? undefined : { path: here('./string-width.ts') },
      );
      // esbuild bundles a module behind require() so that it runs when it is first asked for.
      build.onLoad({ filter: /[\\/]terminal[\\/]wide\.ts$/ }, () => ({
        contents: `export const wideWidth = (text, countEscapes) =>
          require('string-width').default(text, { countAnsiEscapeCodes: countEscapes });`,
        loader: 'js',
        resolveDir: here('../..'),
      }));
    },
  };
}

/** Files of packages with a change in them. A build fails when there is nothing to change any more. */
function patched(name: string, files: readonly string[], pattern: RegExp, replacement: string): Plugin {
  return {
    name,
    setup(build) {
      build.onLoad({ filter: new RegExp(`/(?:${files.join('|')})\\.js$`) }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const contents = source.replace(pattern, replacement);
        if (contents === source) throw new Error(`${path} looks different: is ${name} still needed?`);
        return { contents, loader: 'js' };
      });
    },
  };
}

/** For Node the package points to CommonJS, whose names an import() of a chunk can't see; its build for browsers is a module. */
function yamlAsModule(): Plugin {
  return {
    name: 'yaml-as-module',
    setup(build) {
      build.onResolve({ filter: /^yaml$/ }, () => ({ path: here('../../node_modules/yaml/browser/index.js') }));
    },
  };
}

/** What checks the three values that conf keeps, see ajv.ts. */
function smallAjv(): Plugin {
  return {
    name: 'small-ajv',
    setup(build) {
      build.onResolve({ filter: /^ajv(?:-formats|\/dist\/2020\.js)$/ }, () => ({ path: here('./ajv.ts') }));
    },
  };
}

/** Ink's developer tools, and parts of ssh2 that need a compiler: both do without when these can't be loaded. */
function withoutOptionalParts(): Plugin {
  return {
    name: 'without-optional-parts',
    setup(build) {
      build.onResolve({ filter: /^(?:cpu-features|react-devtools-core)$|\.node$/ }, ({ path }) => ({
        path,
        namespace: 'left-out',
      }));
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(`${path} is not part of the bundle`)});`,
        loader: 'js',
      }));
    },
  };
}
