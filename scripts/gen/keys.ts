import { keyChapters, remapping } from '../../src/cli/topics/keys.ts';
import type { Block } from '../../src/cli/topics/topic.ts';
import type { Generated } from './generated.ts';

/** The page on keys: the list of actions as it is, and how to have other keys. */
export const generated: Generated = {
  path: 'docs/keys.md',
  async make() {
    const chapters = keyChapters.map(({ title, actions }) => {
      const rows = actions.map(({ id, keys, title: does, help }) => [
        keys.map(code).join(' '),
        does,
        help,
        `\`${id}\``,
      ]);
      return `## ${title}\n\n${table(['Key', 'Action', 'What it does', 'Name'], rows)}`;
    });
    return `# Keys

Written by \`npm run gen\` from the actions in \`src/actions\`. The name is what the configuration, the palette and the
command line use: \`vm.start\` is \`drover vm start\`. Where two actions share a key, the one for the selected row runs.

${chapters.join('\n')}
${remapping.map(markdown).join('\n\n')}
`;
  },
};

function markdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${block.text}`;
    case 'text':
      return block.text;
    case 'example':
      return `\`\`\`yaml\n${block.lines.join('\n')}\n\`\`\``;
    case 'terms':
      return block.rows.map(([term, meaning]) => `- ${code(term)}: ${meaning}`).join('\n');
  }
}

/** A backquote needs two of them around it. */
const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');
