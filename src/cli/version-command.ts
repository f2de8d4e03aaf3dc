import { programVersion } from '../version.ts';
import { EXIT } from './command.ts';
import { renderDetails } from './output.ts';
import type { OwnCommand } from './own-command.ts';

export const versionCommand: OwnCommand = {
  word: 'version',
  help: 'Say which version this is, and of which Node.',
  takes: '',
  flags: [],
  candidates: () => [],
  async run({ printer, format }) {
    const value = {
      version: programVersion(),
      node: process.version,
      system: `${process.platform} ${process.arch}`,
    };
    const line = `drover ${value.version} (Node ${value.node.slice(1)}, ${value.system})`;
    await printer.print(
      format === 'table' ? line : await renderDetails({ value, name: value.version, lines: [] }, format),
    );
    return EXIT.done;
  },
};
