import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Parts of libraries that the bundle has in another form, each for speed or for a build without a compiler. */
export const swaps: readonly Plugin[] = [
  inkPart('output', './ink-output.ts'),
  inkPart('squash-text-nodes', './ink-text.ts'),
  stringWidth(),
  yogaWithoutFetch(),
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

/** Yoga's loader takes its own data: URL through fetch, which loads Node's whole HTTP client: 20 ms and 11 MB. */
function yogaWithoutFetch(): Plugin {
  return {
    name: 'yoga-without-fetch',
    setup(build) {
      build.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const contents = source.replaceAll('"function"!=typeof fetch', '!0');
        if (contents === source) throw new Error(`${path} looks different: does it still use fetch?`);
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
