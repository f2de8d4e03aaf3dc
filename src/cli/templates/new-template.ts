import { FleetError } from '../../errors.ts';
import { FIRST_GROUP, newTemplateComplaint, type TemplateName } from '../../state/templates/template.ts';

/** `GROUP/NAME`, or `NAME` in this group. Throws usage for names that can't be folders. */
export function newTemplateName(word: string | undefined, group = FIRST_GROUP): TemplateName {
  if (word === undefined) throw new FleetError('usage', 'which name? Give the template one, as GROUP/NAME');
  const whole = word.includes('/') ? word : `${group}/${word}`;
  const wrong = newTemplateComplaint(whole);
  if (wrong !== undefined)
    throw new FleetError('usage', `a template can't be called ${JSON.stringify(word)}: ${wrong}`);
  const [of = '', name = ''] = whole.split('/');
  return { group: of, name };
}
