import type { Generated } from './generated.ts';
import { platformFolders } from './platform-folders.ts';

/** The one place that knows all platforms: manifests at once, the platforms themselves when they are needed. */
export const generated: Generated = {
  path: 'src/platforms/registry.ts',
  async make() {
    const folders = (await platformFolders()).map(({ folder }) => folder);
    const word = (folder: string) => folder.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const imports = folders
      .map((folder) => ({
        from: `./${folder}/manifest.ts`,
        line: `import { manifest as ${word(folder)} } from './${folder}/manifest.ts';`,
      }))
      .concat({ from: './contract.ts', line: "import type { Manifest, Platform } from './contract.ts';" })
      .toSorted((a, b) => (a.from < b.from ? -1 : 1))
      .map(({ line }) => line);
    const entries = folders.map(
      (folder) => `  { manifest: ${word(folder)}, load: async () => (await import('./${folder}/index.ts')).platform },`,
    );
    return `// Written by \`npm run gen\` from the folders beside it.
${imports.join('\n')}

export interface PlatformEntry {
  readonly manifest: Manifest;
  /** Loads the platform and its libraries. */
  load(): Promise<Platform>;
}

export const platforms: readonly PlatformEntry[] = [
${entries.join('\n')}
];
`;
  },
};
