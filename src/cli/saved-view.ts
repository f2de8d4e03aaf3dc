import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { readViews, readyViews, type ViewSettings } from '../state/config/views.ts';
import { compileFilter } from '../state/query/filter.ts';
import { compileNodeFilter } from '../state/query/node-filter.ts';
import type { CommandContext } from './command.ts';

/** A view of the configuration or a ready-made one, for a list of VMs or of nodes. Throws usage where there is none. */
export function savedView(of: 'vm' | 'node', name: string, { app }: CommandContext): ViewSettings {
  // What is wrong in that section was said with the rest of the file.
  const { views } = readViews(app.configPath, app.config().file);
  const all = new Map([...readyViews, ...views]);
  const view = all.get(name);
  const names = [...all].flatMap(([one, { nodes }]) => (nodes === (of === 'node') ? [one] : []));
  if (!view) {
    throw new FleetError('usage', `there is no view ${JSON.stringify(name)}${didYouMean(name, names)}`, {
      fix: `there are ${names.join(', ')}; drover help columns says how to add one`,
    });
  }
  if (view.nodes !== (of === 'node')) {
    const other = view.nodes ? 'node' : 'vm';
    throw new FleetError('usage', `the view ${name} is of ${view.nodes ? 'nodes' : 'VMs'}`, {
      fix: `drover ${other} list --view ${name}`,
    });
  }
  const compile = view.nodes ? compileNodeFilter : compileFilter;
  const { problem, unfinished } = compile(view.filter, app.store.fleet);
  const wrong = problem ?? unfinished;
  if (wrong) throw new FleetError('usage', `the filter of the view ${name}: ${wrong.message}`);
  return view;
}

/** What was read of a flag; throws usage with the sentence that was answered in its place. */
export function orUsage<Value>(flag: string, read: Value | string): Value {
  if (typeof read === 'string') throw new FleetError('usage', `${flag}: ${read}`);
  return read;
}
