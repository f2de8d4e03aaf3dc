import { type EndpointName, isEndpointName } from '../../ids.ts';
import { type LocatedMap, locate, plainOf } from './located.ts';
import type { Config } from './model.ts';

/** `theme: light` of the configuration. */
export function themeName({ file }: Config): string {
  const name = plainOf(locate(file, ['theme']));
  return typeof name === 'string' ? name : 'dark';
}

/** `current: host1`: the endpoint that things are made on where none is named; undefined where it says none that there is. */
export function currentEndpoint({ file, endpoints }: Config): EndpointName | undefined {
  const name = plainOf(locate(file, ['current']));
  return typeof name === 'string' && isEndpointName(name) && endpoints.get(name)?.enabled ? name : undefined;
}

/** `mouse: on` of the configuration; off unless it says so, since the terminal's own selection goes with it. */
export function mouseIsOn({ file }: Config): boolean {
  const value = plainOf(locate(file, ['mouse']));
  return value === 'on' || value === true;
}

/** `confirm: { type-count-above: 10 }`: more VMs than this are interrupted only after their count was typed. Undefined: not set. */
export function typeCountAbove({ file }: Config): number | undefined {
  const value = plainOf(locate(file, ['confirm', 'type-count-above']));
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** How many items of a task run at the same time on one endpoint, and after how many failures the rest is not sent. */
export interface TaskLimits {
  readonly atOnce?: number;
  readonly stopAfter?: number;
}

/** `tasks: { at-once: 4, stop-after: 3 }`; what is not said, or is no count from 1 on, is left out. */
export function taskLimits({ file }: Config): TaskLimits {
  const countAt = (key: string) => {
    const value = plainOf(locate(file, ['tasks', key]));
    return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? value : undefined;
  };
  const [atOnce, stopAfter] = [countAt('at-once'), countAt('stop-after')];
  return { ...(atOnce !== undefined && { atOnce }), ...(stopAfter !== undefined && { stopAfter }) };
}

/** `audit: required`: nothing is changed that the audit log can't take. */
export const auditIsRequired = ({ file }: Config): boolean => plainOf(locate(file, ['audit'])) === 'required';

/** Unprotected to this machine alone. */
const UPDATES = /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?![^:/?]))[^\s@]*$/;

/** `updates: https://…`: where it is asked once a day for a new version; undefined where nothing is asked. */
export function updatesAddress(file: LocatedMap): string | undefined {
  const value = plainOf(locate(file, ['updates']));
  return typeof value === 'string' && UPDATES.test(value) && URL.canParse(value) ? value : undefined;
}

/** What is wrong with it: a sentence without a full stop. */
export const updatesComplaint = (file: LocatedMap): string | undefined =>
  (plainOf(locate(file, ['updates'])) ?? null) !== null && updatesAddress(file) === undefined
    ? 'updates must be an address that begins with https://, without a login; nothing is asked'
    : undefined;

/** What is kept in a folder that the user may choose. */
export type ChosenFolder = 'templates' | 'appliance-store';

/** `templates: /srv/templates`: its path below `home` where it begins with `~/`; undefined where it is not said, or is no path. */
export function chosenFolder(file: LocatedMap, what: ChosenFolder, home: string): string | undefined {
  const value = plainOf(locate(file, [what]));
  return typeof value === 'string' && /^(\/|~\/)/.test(value) ? value.replace(/^~(?=\/)/, () => home) : undefined;
}

/** What is wrong with it where it is said: a sentence without a full stop. */
export const chosenFolderComplaint =
  (what: ChosenFolder) =>
  (file: LocatedMap): string | undefined =>
    plainOf(locate(file, [what])) !== null && chosenFolder(file, what, '') === undefined
      ? `${what} must be the path of a folder, which begins with / or ~/; the usual folder is taken`
      : undefined;

/** `default-template: Common/web`: what VMs are made of where a template is chosen, unless another one is. */
export function defaultTemplate({ file }: Pick<Config, 'file'>): string | undefined {
  const value = plainOf(locate(file, ['default-template']));
  return typeof value === 'string' && /^[^/@\s]+\/[^/@\s]+$/.test(value) ? value : undefined;
}

/** What is wrong with it: a sentence without a full stop. */
export const defaultTemplateComplaint = (file: LocatedMap): string | undefined =>
  (plainOf(locate(file, ['default-template'])) ?? null) !== null && defaultTemplate({ file }) === undefined
    ? 'default-template must be the name of a template as GROUP/NAME, without a version'
    : undefined;

/** `plain: true`: lines instead of a screen, for screen readers. */
export const wantsLines = ({ file }: Config): boolean => plainOf(locate(file, ['plain'])) === true;

const WAIT = /^(\d+(?:\.\d+)?) ?(ms|s)$/;
const LEAST_WAIT_MS = 5;
const MOST_WAIT_MS = 1_000;

/**
 * `escape-wait: 100ms`: how long an escape alone waits before it is the Esc key, in ms; undefined when it is not said, or
 * can't be understood (`escapeWaitComplaint` has the sentence).
 */
export function escapeWait(file: LocatedMap): number | undefined {
  const [, count, unit] = WAIT.exec(String(plainOf(locate(file, ['escape-wait'])))) ?? [];
  const ms = Number(count) * (unit === 's' ? 1_000 : 1);
  return ms >= LEAST_WAIT_MS && ms <= MOST_WAIT_MS ? ms : undefined;
}

/** What is wrong with it: a sentence without a full stop. */
export const escapeWaitComplaint = (file: LocatedMap): string | undefined =>
  locate(file, ['escape-wait']) && escapeWait(file) === undefined
    ? `escape-wait must be a time from ${LEAST_WAIT_MS}ms to ${MOST_WAIT_MS / 1_000}s, such as 100ms`
    : undefined;

/** What stands for something in the words of `viewer`. */
const VIEWER_PLACES = ['vv', 'url', 'host', 'port', 'kind', 'name'];

/**
 * `viewer: remote-viewer {vv}`, or a list of words where one has blanks: the program that shows displays. It is started as it
 * stands there, never by a shell. Undefined where it is not said, or can't be understood.
 */
export const viewerWords = (file: LocatedMap): readonly string[] | undefined => wordsAt(file, 'viewer', VIEWER_PLACES);

/** What is wrong with it: a sentence without a full stop. */
export const viewerComplaint = (file: LocatedMap): string | undefined =>
  isSaid(file, 'viewer') && viewerWords(file) === undefined
    ? `viewer must be a program and its words, with ${VIEWER_PLACES.map((place) => `{${place}}`).join(', ')} for what it shows`
    : undefined;

/** `browser: firefox {url}`, in the same way: the program that opens the pages of applications. */
export function browserWords(file: LocatedMap): readonly string[] | undefined {
  const words = wordsAt(file, 'browser', ['url']);
  // A word with blanks would be the command of a shell, and an address may have any of the characters that it reads.
  return words?.slice(1).some((word) => /^\S*\{url\}\S*$/.test(word)) &&
    !words.some((word) => /\s/.test(word) && word.includes('{url}'))
    ? words
    : undefined;
}

/** What is wrong with it: a sentence without a full stop. */
export const browserComplaint = (file: LocatedMap): string | undefined =>
  isSaid(file, 'browser') && browserWords(file) === undefined
    ? 'browser must be a program and its words, with {url} for the page that it opens, in a word without blanks: no shell reads it'
    : undefined;

const isSaid = (file: LocatedMap, section: string): boolean =>
  (locate(file, [section]) ?? { kind: 'nothing' }).kind !== 'nothing';

/** A program with its words, which have no `{…}` but these places. */
function wordsAt(file: LocatedMap, section: string, known: readonly string[]): readonly string[] | undefined {
  const value = plainOf(locate(file, [section]));
  const words = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value;
  const isWords = Array.isArray(words) && words.every((word) => typeof word === 'string' && !word.includes('\0'));
  if (!isWords || !words[0]) return undefined;
  const places = words.flatMap((word) => [...String(word).matchAll(/\{(\w*)\}/g)].map(([, place]) => place ?? ''));
  return places.every((place) => known.includes(place)) ? (words as string[]) : undefined;
}
