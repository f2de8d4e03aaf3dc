import type { ViewAction } from './action.ts';

/** [id, keys, title, help]: the screen's own verbs. What each does is in the screens, found by its id. */
const VIEW = [
  ['view.down', ['j', 'down'], 'Down', 'One row down.'],
  ['view.up', ['k', 'up'], 'Up', 'One row up.'],
  ['view.half-down', ['ctrl-d'], 'Half a page down', 'Half a page down.'],
  ['view.half-up', ['ctrl-u'], 'Half a page up', 'Half a page up.'],
  ['view.page-down', ['ctrl-f', 'pgdn'], 'Page down', 'One page down.'],
  ['view.page-up', ['ctrl-b', 'pgup'], 'Page up', 'One page up.'],
  ['view.first', ['g', 'home'], 'First row', 'To the first row.'],
  ['view.last', ['G', 'end'], 'Last row', 'To the last row.'],
  ['view.expand', ['l', 'right'], 'Expand', 'Unfold the branch, or go to its first row.'],
  ['view.collapse', ['h', 'left'], 'Collapse', 'Fold the branch, or go to the row that this one hangs under.'],
  ['view.enter', ['enter'], 'Open', 'Fold or unfold a branch, show the details of a VM.'],
  ['view.back', ['esc'], 'Back', 'One layer back: prompt, overlay, marks, filter. Never quits.'],
  ['view.mark', ['space'], 'Mark', 'Mark the row for the next action and step down.'],
  [
    'view.invert',
    ['*'],
    'Invert marks',
    'Mark what is not marked, and the other way round, among the rows that are shown.',
  ],
  ['view.range', ['v'], 'Mark a range', 'Mark from here to where it is pressed again.'],
  ['view.mark-shown', ['M'], 'Mark all shown', 'Mark every VM that the filter lets through.'],
  ['view.filter', ['/'], 'Filter', 'Show only the VMs that match, while typing.'],
  ['view.palette', [':', 'ctrl-p'], 'Commands', 'Every action by name, and why it can not run now.'],
  ['view.help', ['?'], 'Help', 'The keys of this view; pressed again, all of them.'],
  ['view.next-pane', ['tab'], 'Next pane', 'From the tree to the details and back.'],
  ['view.next-tab', [']'], 'Next tab', 'The next tab of the details.'],
  ['view.previous-tab', ['['], 'Previous tab', 'The previous tab of the details.'],
  ['view.details', ['i'], 'Details', 'Show or hide the details.'],
  ['view.fleet', ['1'], 'Fleet', 'The tree of pools, nodes and VMs.'],
  ['view.tasks', ['7', 't'], 'Tasks', 'What is under way and what became of it.'],
  ['view.events', ['8'], 'Events', 'What happened at the platforms.'],
  ['view.wire-log', ['L', '9'], 'Wire log', 'What was really sent to the platforms.'],
  ['view.copy', ['y'], 'Copy name', 'Copy the name to the clipboard of the terminal.'],
  ['view.copy-json', ['Y'], 'Copy as JSON', 'Copy the row as JSON to the clipboard of the terminal.'],
  ['view.repaint', ['ctrl-l'], 'Repaint', 'Paint the whole screen anew.'],
  ['view.suspend', ['ctrl-z'], 'Suspend', 'Back to the shell; fg returns.'],
  ['view.quit', ['q'], 'Quit', 'Leave; asks only while tasks run.'],
  ['view.quit-now', ['ctrl-c'], 'Quit at once', 'Leave without asking.'],
] as const;

export type ViewActionId = (typeof VIEW)[number][0];

export const viewActions: readonly (ViewAction & { readonly id: ViewActionId })[] = VIEW.map(
  ([id, keys, title, help]) => ({ id, noun: 'view', keys, title, help, danger: 'none' }),
);
