import { namedByHand } from '../../actions/appliances/by-hand.ts';
import { importTask } from '../../actions/appliances/import-appliance.ts';
import { bind } from '../../actions/target.ts';
import { FleetError } from '../../errors.ts';
import type { Settings } from '../../platforms/contract.ts';
import { type Appliance, findAppliance } from '../../state/appliances/appliance.ts';
import type { Command, CommandContext } from '../command.ts';
import { findEndpoint } from '../find-listed.ts';
import type { Flag } from '../flags.ts';
import { followed, report } from '../object-commands.ts';
import { newTemplateName } from '../templates/new-template.ts';
import { ARCH, archIn, offered } from './list-commands.ts';

const STORAGE: Flag = {
  key: 'storage',
  label: 'Storage',
  help: 'The storage that its image is kept in, where images are in storages.',
  kind: 'text',
  examples: ['NAME'],
};
const IMAGE: Flag = {
  key: 'image',
  label: 'Image',
  help: 'What its image is called; the name of the template otherwise.',
  kind: 'text',
  pattern: {
    source: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$',
    complaint: 'a letter or digit, then letters, digits, - . or _',
  },
  examples: ['NAME'],
};
const CHECKSUM: Flag = {
  key: 'checksum',
  label: 'Checksum',
  help: 'What the file must be, where an address or a path is given.',
  kind: 'text',
  pattern: {
    source: '^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})$',
    complaint: 'sha256: with 64 hexadecimal digits, or sha512: with 128',
  },
  examples: ['sha256:0123…'],
};

export const importApplianceCommand: Command = {
  noun: 'appliance',
  verb: 'import',
  help: 'Make an image of an endpoint of an appliance, and a template of it; a URL or a path can stand in its place.',
  takes: 'APPLIANCE [TEMPLATE]',
  flags: () => [STORAGE, IMAGE, CHECKSUM, ARCH],
  async run(context, { words, values }) {
    const [word, name, ...more] = words;
    if (word === undefined || more.length > 0) throw new FleetError('usage', 'say which appliance, and its template');
    const appliance = await chosen(word, values, context);
    const template = newTemplateName(name ?? appliance.name);
    const endpoint = await findEndpoint(context);
    const spec = {
      appliance,
      to: bind('endpoint', endpoint.id, context.app),
      storage: String(values[STORAGE.key] ?? ''),
      image: String(values[IMAGE.key] ?? template.name),
      template,
    };
    const task = importTask(spec, context.app);
    const { id, ended } = context.app.tasks.run(task);
    return report(await followed(id, ended, context), 1, context);
  },
};

async function chosen(word: string, values: Settings, context: CommandContext): Promise<Appliance> {
  const checksum = values[CHECKSUM.key] === undefined ? undefined : String(values[CHECKSUM.key]).toLowerCase();
  const byHand = namedByHand(word, checksum);
  if (byHand) return byHand;
  if (checksum !== undefined)
    throw new FleetError('usage', '--checksum is for an address or a path: catalogs have their own');
  return findAppliance(word, (await offered('usual', archIn(values), context)).appliances);
}
