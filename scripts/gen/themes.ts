import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Generated } from './generated.ts';

const THEMES = new URL('../../themes/', import.meta.url);

/** The themes as the program has them, so that no YAML is read and parsed before the first frame. */
export const generated: Generated = {
  path: 'src/state/theme/built-in-themes.ts',
  async make() {
    const files = (await readdir(THEMES)).filter((file) => file.endsWith('.yaml'));
    const names = files.map((file) => file.slice(0, -'.yaml'.length)).sort();
    const themes = await Promise.all(
      names.map(async (name) => {
        const theme: unknown = parse(await readFile(new URL(`${name}.yaml`, THEMES), 'utf8'));
        return `  ${JSON.stringify(name)}: ${JSON.stringify(theme)},`;
      }),
    );
    return `// Written by \`npm run gen\` from themes/*.yaml.
// biome-ignore-all format: one theme a line
import type { ThemeFile } from './theme-file.ts';

export const builtInThemes: Readonly<Record<string, ThemeFile>> = {
${themes.join('\n')}
};
`;
  },
};
