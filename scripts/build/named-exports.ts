import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * `await import('yaml')` of a package in CommonJS has named exports in Node, which reads them out of its source; in a
 * split bundle it would only have a default. This puts a module in between that says the names.
 */
export const namedExports: Plugin = {
  name: 'named-exports',
  setup(build) {
    const outside = (build.initialOptions.external ?? []).map((pattern) => pattern.replace(/\*$/, ''));
    build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import' || isBuiltin(path)) return undefined;
      if (outside.some((start) => path.startsWith(start))) return undefined;
      const names = await commonJsNames(path);
      return names && { path, namespace: 'named-exports', pluginData: { names, resolveDir } };
    });
    build.onLoad({ filter: /.*/, namespace: 'named-exports' }, ({ path, pluginData: { names, resolveDir } }) => ({
      contents: `const whole = require(${JSON.stringify(path)});
        export default whole;
        export const { ${names.join(', ')} } = whole;`,
      loader: 'js',
      resolveDir,
    }));
  },
};

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** The names that Node finds in a CommonJS package; undefined for others: there the default is not the whole. */
async function commonJsNames(path: string): Promise<string[] | undefined> {
  const { default: whole, ...named } = await import(path);
  const names = Object.keys(named).filter((name) => IDENTIFIER.test(name));
  return names.length > 0 && names.every((name) => whole?.[name] === named[name]) ? names : undefined;
}
