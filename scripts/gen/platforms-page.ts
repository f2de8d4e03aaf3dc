import { readFile } from 'node:fs/promises';
import {
  type EndpointField,
  type Manifest,
  operations,
  type SettingsField,
  type SettingsMode,
} from '../../src/platforms/contract.ts';
import { spell } from '../../src/state/fields.ts';
import type { Generated } from './generated.ts';
import { platformFolders } from './platform-folders.ts';

/** Written by the contract suite: the operations that it has seen working against a platform's server. */
const SUPPORT = new URL('../../docs/support.json', import.meta.url);

const MODES: Readonly<Record<SettingsMode, string>> = {
  'edit-config': 'saved',
  'edit-running': 'running',
  'edit-image': 'template',
  provision: 'new VM',
};

export const generated: Generated = {
  path: 'docs/platforms.md',
  async make() {
    const manifests = (await platformFolders()).map(({ manifest }) => manifest);
    const support: Record<string, readonly string[]> = JSON.parse(await readFile(SUPPORT, 'utf8'));
    return `# Platforms

Written by \`npm run gen\` from the manifests in \`src/platforms\` and from \`support.json\`.

${manifests.map(chapter).join('\n')}
## Operations

An operation is marked when the contract suite has seen it working against a server of that platform
(\`DROVER_RECORD_SUPPORT=1\`, see \`test/contract\`). An empty cell is unproven or missing; where it is missing, the
program says why.

${table(['Operation', ...manifests.map(({ title }) => title)], matrix(manifests, support))}`;
  },
};

const matrix = (manifests: readonly Manifest[], support: Readonly<Record<string, readonly string[]>>) =>
  Object.keys(operations).map((operation) => [
    `\`${operation}\``,
    ...manifests.map(({ id }) => (support[id]?.includes(operation) ? 'yes' : '')),
  ]);

function chapter(manifest: Manifest): string {
  return `## ${manifest.title}

${manifest.summary}
Platform \`${manifest.id}\`, ${manifest.tier}; samples every ${manifest.everyMs / 1000} s.${
    manifest.needs === undefined ? '' : ` Needs ${manifest.needs.map((name) => `\`${name}\``).join(', ')}.`
  }

### Fields of an endpoint

${table(['Field', 'Meaning', 'Kind', 'Default'], manifest.endpoint.map(endpointRow))}
### Settings of a VM

${table(['Setting', 'Meaning', 'Kind', 'Can be set', 'Takes effect'], manifest.settings.map(settingRow))}`;
}

const endpointRow = (field: EndpointField): readonly string[] => [
  `\`${field.key}\``,
  [
    field.help.split('\n')[0] ?? '',
    field.required ? 'Required.' : '',
    field.fixed ? 'Can’t be changed later.' : '',
    field.when ? `Only with ${field.when.key} ${field.when.is.join(' or ')}.` : '',
    field.env === undefined ? '' : `Also \`$${field.env}\`.`,
    field.examples ? `Such as ${field.examples.map((example) => `\`${example}\``).join(', ')}.` : '',
  ]
    .filter((part) => part !== '')
    .join(' '),
  kindOf(field),
  field.default === undefined
    ? ''
    : `\`${typeof field.default === 'boolean' ? field.default : spell(field, field.default)}\``,
];

const settingRow = (field: SettingsField): readonly string[] => [
  `\`${field.key}\``,
  field.help.split('\n')[0] ?? '',
  kindOf(field),
  Object.entries(MODES)
    .filter(([mode]) => field.in[mode as SettingsMode] === 'write')
    .map(([, word]) => word)
    .join(', '),
  field.takesEffect ?? '',
];

function kindOf(field: EndpointField | SettingsField): string {
  if (field.kind === 'choice' && field.options) return field.options.join(', ');
  const ends = field.kind === 'bytes' || field.kind === 'count' ? [field.min, field.max] : [];
  const limits = ends.map((limit) => (limit === undefined ? '' : spell(field, limit)));
  const range = limits.every((limit) => limit === '') ? '' : ` ${limits.join('…')}`;
  return `${field.sensitive ? 'secret ' : ''}${field.kind}${range}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |\n`).join('');
