import { spellProblem } from '../state/config/problem.ts';
import { type Command, EXIT } from './command.ts';
import { type Column, renderList } from './output.ts';

export const platformListCommand: Command = {
  noun: 'platform',
  verb: 'list',
  help: 'List the platforms that drover knows.',
  takes: '',
  flags: () => [],
  async run({ app, printer, format, say, columns: room }) {
    for (const problem of await app.checkPlugins()) say(spellProblem(problem));
    const rows = app.manifests.map(({ id, title, tier, summary, needs }) => ({
      id,
      title,
      tier,
      summary,
      needs,
    }));
    const columns: readonly Column<(typeof rows)[number]>[] = [
      { title: 'PLATFORM', show: ({ id }) => id },
      { title: 'TITLE', show: ({ title }) => title },
      { title: 'TIER', show: ({ tier }) => tier },
      { title: 'WHAT', shrinksTo: 20, show: ({ summary }) => summary },
    ];
    await printer.print(await renderList({ rows, columns, name: ({ id }) => id }, format, room));
    return EXIT.done;
  },
};
