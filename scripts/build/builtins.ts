import { builtinModules } from 'node:module';
import { relative } from 'node:path';
import type { Plugin } from 'esbuild';

/** 3 MB and 5 ms together, for what few runs ever call: they are loaded with the first call. */
const LOADED_WHEN_CALLED = ['child_process', 'crypto'];

/**
 * An import of one of Node's own modules, in the bundle without the module that Node makes of it: for that one Node reads
 * every export, and some of them load more (`fs.ReadStream`, `util.TextDecoder`): 10 ms of each start. Here only the
 * names that are used are read.
 */
export const builtins: Plugin = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?[a-z_/0-9]+$/ }, ({ path, kind, importer }) => {
      const name = path.replace(/^node:/, '');
      if (kind !== 'import-statement' || !builtinModules.includes(name)) return undefined;
      // One for each who asks: one for all would be a chunk of its own, which costs more than it saves.
      const asker = relative(build.initialOptions.absWorkingDir ?? '', importer);
      return { path: `${name} for ${asker}`, namespace: 'builtin', sideEffects: false, pluginData: name };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ pluginData: name }) => {
      const whole: Readonly<Record<string, unknown>> = { ...process.getBuiltinModule(`node:${name}`) };
      return { contents: LOADED_WHEN_CALLED.includes(name) ? late(name, whole) : early(name, whole) };
    });
  },
};

/** A call that is marked as pure is left out together with its export. */
const early = (name: string, whole: object): string => `
  const $whole = process.getBuiltinModule('node:${name}');
  const $read = (name) => $whole[name];
  export default $whole;
  ${Object.keys(whole)
    .map((one) => `export const ${one} = /* @__PURE__ */ $read('${one}');`)
    .join('\n')}`;

/** Functions only: anything else would have to be read at once, and no code here asks for it. */
function late(name: string, whole: Readonly<Record<string, unknown>>): string {
  const functions = Object.keys(whole).filter((one) => typeof whole[one] === 'function' && /^[a-z]/.test(one));
  return `
  const $whole = () => process.getBuiltinModule('node:${name}');
  ${functions.map((one) => `export const ${one} = (...given) => $whole().${one}(...given);`).join('\n')}
  export default { ${functions.join(', ')} };`;
}
