import { spellProblem } from '../../state/config/problem.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { isSecretWord } from '../../state/presets/settings-in.ts';
import type { LibraryRow } from '../../state/query/library-rows.ts';
import { type MadeOfTemplate, vmsOfTemplates } from '../../state/templates/made-of.ts';
import { spellTemplate, type Template } from '../../state/templates/template.ts';
import { clean } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { Look } from '../frame/look.ts';
import { dateAndTime } from '../time.ts';
import { type Fact, fact, factLines } from './facts.ts';

/** What the details show of a row of the template library. */
export function libraryLines(
  row: LibraryRow,
  tab: string,
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const { templates, groups, problems } = fleet.library;
  if (row.kind === 'template') {
    const template = templates.find((one) => spellTemplate(one) === row.id);
    if (!template) return [look.theme.paint('dim', 'This is not in the library any more.')];
    const made = vmsOfTemplates(fleet, templates).filter((one) => one.template === row.id);
    return tab === 'VMs' ? vmLines(made, fleet, columns, look) : templateLines(template, made, columns, look);
  }
  const inside = row.kind === 'library' ? templates : templates.filter(({ group }) => group === row.id);
  const facts: Fact[] = [
    ...(row.kind === 'library' ? fact('Groups', String(groups.length)) : []),
    ...fact('Templates', inside.map(({ name }) => name).join(' ') || '-'),
  ];
  const wrong = row.kind === 'library' ? problems.map(spellProblem) : [];
  return [
    ...factLines(facts, columns, look),
    ...wrong.flatMap((text) => wrapped(clean(text), columns).map((line) => look.theme.paint('danger', line))),
  ];
}

const HIDDEN = '(hidden)';

function templateLines(
  { version, older, platform, os, hasScript, changedAt, variables, vm, description }: Template,
  made: readonly MadeOfTemplate[],
  columns: number,
  look: Look,
): readonly string[] {
  const old = made.filter(({ isOld }) => isOld).length;
  const facts: Fact[] = [
    ...fact('Version', version),
    ...fact('Older', older.join(' ')),
    ...fact('Platform', platform),
    ...fact('OS', clean(os)),
    ...fact('Script', hasScript ? 'yes' : ''),
    ...fact('Changed', dateAndTime(changedAt)),
    ...fact('VMs', `${made.length}${old > 0 ? `, ${old} of an older version` : ''}`),
    ...Object.entries(variables).flatMap(([name, value]) =>
      fact(`$${name}`, value === '' ? '(must be given)' : isSecretWord(name) ? HIDDEN : clean(value)),
    ),
    ...[...vm].flatMap(([key, { value }]) =>
      fact(clean(key), isSecretWord(key) ? HIDDEN : clean(typeof value === 'string' ? value : JSON.stringify(value))),
    ),
  ];
  const text = description.trimEnd();
  return [
    ...factLines(facts, columns, look),
    ...(text === '' ? [] : ['', ...text.split('\n').flatMap((line) => wrapped(clean(line), columns))]),
  ];
}

function vmLines(made: readonly MadeOfTemplate[], fleet: Fleet, columns: number, look: Look): readonly string[] {
  if (made.length === 0) return [look.theme.paint('dim', 'No VM that is connected was made of it.')];
  return factLines(
    made.flatMap(({ id, version, isOld }) => {
      const vm = fleet.vms.get(id);
      return vm
        ? fact(
            clean(vm.name),
            `${version}${isOld ? ', older version' : ''}, ${vm.state}`,
            isOld ? 'warning' : undefined,
          )
        : [];
    }),
    columns,
    look,
  );
}
