/** What `vm create --template` takes of a template. */
import type { ObjectAction } from '../../actions/action.ts';
import { foundVariables } from '../../actions/templates/found-variables.ts';
import { withScript } from '../../actions/templates/with-script.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Field, Manifest, Settings } from '../../platforms/contract.ts';
import type { Config } from '../../state/config/model.ts';
import { defaultTemplate } from '../../state/config/preferences.ts';
import {
  ANY_PLATFORM,
  findTemplate,
  profileOfTemplate,
  spellTemplate,
  type Template,
} from '../../state/templates/template.ts';
import { KEPT_AS } from '../../state/templates/template-settings.ts';
import { filledTemplate, variablesFor, variablesOfPools } from '../../state/templates/variables.ts';
import { clean } from '../../terminal/width.ts';
import type { CommandContext } from '../command.ts';
import type { Flag } from '../flags.ts';
import type { Presets } from '../preset-files.ts';
import { scanned } from './list-commands.ts';

export const TEMPLATE: Flag = {
  key: 'template',
  label: 'Template',
  help: 'Take what is not given from this template of the library; GROUP/NAME@1.0 is an older version, default that of the configuration.',
  kind: 'text',
  examples: ['GROUP/NAME'],
};

/** The word for the one that the configuration says. */
const DEFAULT = 'default';

export interface ChosenTemplate {
  /** What it says of a VM of this name, in the place of a profile. Throws usage for a variable without a value. */
  asProfile(vm: string, presets: Presets): { readonly profile: string; readonly presets: Presets };
  /** The settings with the template and its version, where the platform keeps them with a VM. */
  recorded(spec: Settings, fields: readonly Field[]): Settings;
  /** The action, which runs its script first where it has one. */
  readonly create: ObjectAction<'endpoint'>;
}

/** Where it is made: on an endpoint, perhaps in a pool of this name. */
interface TemplatePlace {
  readonly endpoint: EndpointName;
  readonly manifest: Manifest;
  readonly pool: string | undefined;
}

/** Throws usage for a template that is not there, or is for another platform. */
export async function templateFor(
  word: string,
  given: Readonly<Record<string, string>>,
  { endpoint, manifest, pool }: TemplatePlace,
  create: ObjectAction<'endpoint'>,
  context: CommandContext,
): Promise<ChosenTemplate> {
  const { app } = context;
  const { templates } = await scanned(context);
  const found = findTemplate(word === DEFAULT ? defaultOf(app.config()) : word, templates);
  const template =
    found.version === undefined ? found.template : await app.templates().older(found.template, found.version);
  refuseOther(template, manifest);
  if (!manifest.settings.some(({ key, in: access }) => key === KEPT_AS && access.provision === 'write'))
    context.say(
      `${manifest.title} keeps no profile with a VM: drover template vms will not show what is made of ${spellTemplate(template)}`,
    );
  const ofNode = await foundVariables(template, manifest.id, { endpoint, pool }, app, context.signal);
  const ofPools = variablesOfPools(app.store.fleet, endpoint, pool);
  const made = (vm: string) => ({ vm, server: endpoint, found: ofNode, ofPools, given });
  const script = {
    template,
    endpoint,
    fields: manifest.settings,
    variablesFor: (vm: string) => variablesFor(template, made(vm)),
  };
  const withItsScript = await withScript(create, script, app, (text) => context.say(clean(text)));
  return {
    create: withItsScript,
    asProfile(vm, presets) {
      const says = filledTemplate(template, manifest.id, made(vm));
      const profile = profileOfTemplate(template);
      return { profile, presets: { ...presets, profiles: new Map([[profile, { from: 'configuration', says }]]) } };
    },
    recorded: (spec, fields) =>
      fields.some(({ key }) => key === KEPT_AS) ? { ...spec, [KEPT_AS]: profileOfTemplate(template) } : spec,
  };
}

/** Throws usage where the configuration says none. */
function defaultOf(config: Config): string {
  const word = defaultTemplate(config);
  if (word !== undefined) return word;
  throw new FleetError('usage', 'the configuration says no default-template', {
    fix: 'write default-template: GROUP/NAME into it, or name a template',
  });
}

function refuseOther(template: Template, { id, title }: Manifest): void {
  if (template.platform === ANY_PLATFORM || template.platform === id) return;
  throw new FleetError('op.refused', `${spellTemplate(template)} is for ${template.platform}, and this is ${title}`, {
    fix: 'drover template clone makes one like it; its platform stands in the first lines of the file',
  });
}
