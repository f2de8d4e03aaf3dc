/**
 * kcli's clients: ~/.kcli/config.yml and secrets.yml, as kvirt/baseconfig.py (Kbaseconfig.__init__) of karmab/kcli reads
 * them. Neither is ever written.
 */
import { clientPlan } from './kcli-clients.ts';
import type { Found, Importer } from './plan.ts';
import { firstOf, type Source } from './source.ts';
import { type Group, groupOf, readYaml } from './yaml-group.ts';

/** Stands for a value that secrets.yml has below the same two keys. */
const SECRET = '?secret';

/** The section that is no client: its keys are those of every client that does not say otherwise. */
const DEFAULT = 'default';

export const kcli: Importer = {
  tool: 'kcli',
  help: 'The clients of ~/.kcli/config.yml, with ?secret looked up in secrets.yml.',
  variables: [],
  async read(source) {
    const { env } = source;
    const named = env['KCLI_CONFIG'];
    const file = await firstOf(source, named ? [named] : ['~/.kcli/config.yml', '~/.kcli/config.yaml']);
    if (!file) return undefined;
    const config = await readYaml(file.path, file.text);
    const secrets = await secretsOf(source);
    const base = revealed(DEFAULT, config, secrets);
    const found: Found[] = [];
    for (const name of config.values.keys()) {
      if (name === DEFAULT) continue;
      const options = groupOf(new Map([...base.values, ...revealed(name, config, secrets).values]));
      const hidden = [...options.values.keys()].filter((key) => options.text(key) === SECRET);
      found.push(
        hidden.length > 0
          ? { name, why: `secrets.yml has no ${hidden.join(', ')} for it` }
          : await clientPlan(name, options, source),
      );
    }
    return found;
  },
};

async function secretsOf(source: Source): Promise<Group> {
  const file = await firstOf(source, ['~/.kcli/secrets.yml', '~/.kcli/secrets.yaml']);
  return file ? readYaml(file.path, file.text) : groupOf(new Map());
}

/** A section with its secrets in place. One that secrets.yml does not have stays `?secret`. */
function revealed(section: string, config: Group, secrets: Group): Group {
  const [own, hidden] = [config.group(section), secrets.group(section)];
  const values = [...own.values].map(
    ([key, value]) => [key, (own.text(key) === SECRET ? hidden.values.get(key) : undefined) ?? value] as const,
  );
  return groupOf(new Map(values));
}
