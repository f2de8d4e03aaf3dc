/** Edits in the text of a template that leave its comments and its order alone. */
import { FleetError } from '../../errors.ts';
import type { Tree } from '../config/draft.ts';
import { spellProblem } from '../config/problem.ts';
import { openYaml } from '../config/yaml-file.ts';

export interface SettingsEdit {
  /** Below `vm`; undefined takes a key away. */
  readonly vm: Readonly<Record<string, Tree | undefined>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly version: string | undefined;
  readonly platform?: string;
}

/** The text with these in it. Throws config.invalid for one that is broken. */
export async function withSettings(file: string, text: string, edit: SettingsEdit): Promise<string> {
  const yaml = await openYaml(file, text);
  const [problem] = yaml.broken;
  if (problem)
    throw new FleetError('config.invalid', spellProblem(problem), { fix: 'drover template edit NAME opens it' });
  const { draft } = yaml;
  // Before what is below `vm`, so that a new file begins with it.
  if (edit.version !== undefined) draft.set(['version'], edit.version);
  if (edit.platform !== undefined) draft.set(['platform'], edit.platform);
  for (const [name, value] of Object.entries(edit.variables)) draft.set(['variables', name], value);
  for (const [key, value] of Object.entries(edit.vm)) {
    if (value === undefined) draft.remove(['vm', key]);
    else draft.put(['vm', key], value);
  }
  return yaml.print();
}
