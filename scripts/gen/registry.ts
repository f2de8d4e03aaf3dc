import type { Generated } from './generated.ts';
import { platformFolders } from './platform-folders.ts';

/** The one place that knows all platforms: manifests at once, the platforms themselves when they are needed. */
export const generated: Generated = {
  path: 'src/platforms/registry.ts',
  async make() {
    const folders = (await platformFolders()).map(({ folder }) => folder);
    const word = (folder: string) => folder.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const imports = folders
      .toSorted()
      .map((folder) => `import { manifest as ${word(folder)} } from './${folder}/manifest.ts';`);
    const entries = folders.map(
      (folder) => `  { manifest: ${word(folder)}, load: async () => (await import('./${folder}/index.ts')).platform },`,
    );
    return `// Written by \`npm run gen\` from the folders beside it.
import type { Manifest, Platform } from './contract.ts';
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
