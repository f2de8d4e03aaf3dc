import { didYouMean } from '../../nearest.ts';
import { readApplianceCatalogs } from './appliance-catalogs.ts';
import { checkApplications } from './applications.ts';
import { consoleComplaints } from './console-preferences.ts';
import { readGroups } from './groups.ts';
import { historyComplaint } from './history-preferences.ts';
import { emptyMap, type Located, type LocatedMap, locate, plainOf } from './located.ts';
import type { Loaded, PlatformFields } from './model.ts';
import { readNotifyRules } from './notify-rules.ts';
import { readPluginPlaces } from './plugin-places.ts';
import {
  browserComplaint,
  chosenFolderComplaint,
  defaultTemplateComplaint,
  escapeWaitComplaint,
  updatesComplaint,
  viewerComplaint,
} from './preferences.ts';
import type { Problem } from './problem.ts';
import { readDefaults } from './read-defaults.ts';
import { type Complain, readEndpoints } from './read-endpoints.ts';
import { readNotes } from './read-notes.ts';
import { readPools } from './read-pools.ts';
import { checkPresets } from './read-presets.ts';
import { checkTimeLimits } from './time-limits.ts';
import { readViews } from './views.ts';

/** Every section that some part of drover reads. Any other is reported: it is mistyped, or of another version. */
const SECTIONS: readonly string[] = [
  'endpoints',
  'defaults',
  'groups',
  'pools',
  'notes',
  'current',
  'profiles',
  'flavors',
  'rules',
  'rules-strict',
  'keys',
  'theme',
  'views',
  'mouse',
  'plain',
  'confirm',
  'tasks',
  'time-limits',
  'audit',
  'escape-wait',
  'consoles',
  'viewer',
  'templates',
  'default-template',
  'appliance-store',
  'updates',
  'notifications',
  'history',
  'appliances',
  'applications',
  'browser',
  'plugins',
];
/** Counts: section, key, and the least that may stand there. */
const COUNTS = [
  ['confirm', 'type-count-above', 0],
  ['tasks', 'at-once', 1],
  ['tasks', 'stop-after', 1],
] as const;
/** Sections of one word: what stands there may be, the usual words first, the one that anything else counts as second. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  mouse: ['on', 'off', 'true', 'false'],
  plain: ['true', 'false'],
  'rules-strict': ['true', 'false'],
};
/** What is wrong with a section, each with a sentence; the usual counts then. */
const COMPLAINTS: Readonly<Record<string, (map: LocatedMap) => string | undefined>> = {
  viewer: viewerComplaint,
  browser: browserComplaint,
  templates: chosenFolderComplaint('templates'),
  'appliance-store': chosenFolderComplaint('appliance-store'),
  'default-template': defaultTemplateComplaint,
  updates: updatesComplaint,
  'escape-wait': escapeWaitComplaint,
  history: historyComplaint,
};
/** Set aside for values that the user writes once and refers to by an alias. */
const ASIDE = /^(x-|\.)/;

/** What the file means. Never throws: what can't be taken is a problem with its place, and is left out. */
export function interpret(file: string, tree: Located, platforms: PlatformFields): Loaded {
  const problems: Problem[] = [];
  const complain: Complain = (at, message, more = {}) => {
    const problem: Problem = { severity: 'error', file, at, message, ...more };
    problems.push(problem);
    return problem;
  };
  const map = tree.kind === 'map' ? tree : emptyMap;
  for (const [key, { at }] of map.entries) {
    if (SECTIONS.includes(key) || ASIDE.test(key)) continue;
    complain(at, `${JSON.stringify(key)} is not read${didYouMean(key, SECTIONS)}`, {
      severity: 'warning',
      fix: 'take it out, or let its name begin with x- if it is yours',
    });
  }
  for (const [section, key, least] of COUNTS) {
    const count = locate(map, [section, key]);
    const isCount = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= least;
    if (count && count.kind !== 'nothing' && !isCount(plainOf(count))) {
      complain(count.at, `${key} must be a whole number from ${least} on`);
    }
  }
  for (const [key, complaintOf] of Object.entries(COMPLAINTS)) {
    const entry = map.entries.get(key);
    const wrong = complaintOf(map);
    if (entry && wrong !== undefined) complain(entry.value.at, wrong, { severity: 'warning' });
  }
  const audit = locate(map, ['audit']);
  if (audit && audit.kind !== 'nothing' && plainOf(audit) !== 'required') {
    complain(audit.at, 'audit can only be `required`; without it, what the log can not take is a warning');
  }
  for (const [key, words] of Object.entries(CHOICES)) {
    const value = map.entries.get(key)?.value;
    if (!value || value.kind === 'nothing') continue;
    const word = value.kind === 'scalar' ? value.text : '';
    if (words.includes(word)) continue;
    const meant = didYouMean(word, words);
    complain(value.at, `${key} must be ${words.slice(0, 2).join(' or ')}${meant}; it is taken for ${words[1]}`, {
      severity: 'warning',
    });
  }
  for (const { at, message } of consoleComplaints(map)) complain(at, message, { severity: 'warning' });
  const defaults = readDefaults(map.entries.get('defaults'), platforms, complain);
  const endpoints = readEndpoints(map.entries.get('endpoints'), platforms, complain, defaults);
  problems.push(...readGroups(file, map, new Set(endpoints.keys())).problems);
  const pools = readPools(map.entries.get('pools'), new Set(endpoints.keys()), complain);
  const notes = readNotes(map.entries.get('notes'), complain);
  checkApplications(map, complain);
  checkPresets(map, complain);
  checkTimeLimits(map, complain);
  problems.push(
    ...readViews(file, map).problems,
    ...readNotifyRules(file, map).problems,
    ...readApplianceCatalogs(file, map).problems,
    ...readPluginPlaces(file, map).problems,
  );
  return { config: { endpoints, pools, notes, file: map }, problems };
}
