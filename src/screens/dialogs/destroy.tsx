import type { VmAction } from '../../actions/action.ts';
import { sentence } from '../../errors.ts';
import { endpointOf, nativeOf, type VmId } from '../../ids.ts';
import type { EndpointField, Losses, Settings } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import { createForm } from '../forms/form-state.ts';
import { toldColumns } from '../forms/told-columns.ts';
import type { Stage } from '../stage.ts';

const TYPED = 'typed';
/** More are not asked, which is said: nobody reads the disks of a thousand. */
const MOST_ASKED = 100;
const MOST_LISTED = 8;

/**
 * Lists what will be lost and asks to type the name, or the count of many. Answers the options that were chosen,
 * undefined when it was given up. Losses are asked of the platform; when they can't be told, that is said.
 */
export function confirmLosses(
  stage: Stage,
  action: VmAction,
  ids: readonly VmId[],
  question: string,
  notes: readonly string[],
): Promise<Settings | undefined> {
  const { fleet } = stage.services.store;
  const { theme } = stage.look;
  const [first] = ids;
  // What has no name that can be seen goes by what its platform calls it.
  const nameOf = (id: VmId) => asSeen(fleet.vms.get(id)?.name ?? '') || nativeOf(id);
  const word = ids.length === 1 && first !== undefined ? nameOf(first) : String(ids.length);
  const controller = new AbortController();
  let losses: readonly Losses[] | undefined;
  let failed: string | undefined;
  const unasked = Math.max(0, ids.length - MOST_ASKED);

  const proof: EndpointField = {
    key: TYPED,
    label: ids.length === 1 ? 'Type its name' : 'Type the number',
    help: `${action.title} goes on when ${word} stands here.`,
    kind: 'text',
    required: true,
    pattern: { source: asTyped(word), complaint: `that is not ${word}` },
  };
  const form = createForm({
    fields: [...(action.options ?? []), proof].map((field) => ({ ...field, writable: true })),
    before: {},
    startAt: TYPED,
    buttons: [
      { id: 'go', label: action.title },
      { id: 'cancel', label: 'Cancel' },
    ],
  });

  return new Promise((resolve) => {
    const end = (answer: Settings | undefined) => {
      controller.abort();
      stage.layers.close(dialog.layer);
      resolve(answer);
    };
    const describe = () => {
      const keeps = form.values()['keep-disks'] === true;
      const lines = [
        ...wrapped(question, toldColumns(stage)).map((line) => theme.paint('title', line)),
        ...notes
          .slice(0, MOST_LISTED)
          .flatMap((note) => wrapped(note, toldColumns(stage)))
          .map((line) => theme.paint('dim', line)),
        ...(notes.length > MOST_LISTED ? [theme.paint('dim', `and ${notes.length - MOST_LISTED} more`)] : []),
        ...lossLines(keeps),
        '',
      ];
      dialog.tell(lines, losses || failed !== undefined ? undefined : 'more will come');
    };
    const lossLines = (keeps: boolean): readonly string[] => {
      if (failed !== undefined)
        return wrapped(`What it would take along is not known: ${failed}`, toldColumns(stage)).map((line) =>
          theme.paint('warning', line),
        );
      if (!losses) return [theme.paint('dim', 'Looking what would be lost…')];
      const impossible = keeps ? losses.find(({ disksGo }) => disksGo !== undefined)?.disksGo : undefined;
      if (impossible !== undefined) {
        return wrapped(`Disks can't be kept: ${impossible}`, toldColumns(stage)).map((line) =>
          theme.paint('danger', line),
        );
      }
      const all = (pick: (one: Losses) => readonly string[]) => losses?.flatMap(pick) ?? [];
      const goes = all(({ goes }) => goes);
      return [
        ...listed(keeps ? 'Stays: ' : 'Is lost: ', goes, keeps ? 'dim' : 'danger'),
        ...listed(
          'Is lost: ',
          losses.flatMap(({ savedMemory }) => (savedMemory ? ['memory saved when it was suspended'] : [])),
          'danger',
        ),
        ...listed(
          'Is lost: snapshot ',
          all(({ snapshots }) => snapshots),
          'danger',
        ),
        ...listed(
          'Stays: ',
          all(({ stays }) => stays),
          'dim',
        ),
        ...(goes.length === 0 && unasked === 0 ? [theme.paint('dim', 'No disk goes with it.')] : []),
        ...(unasked > 0 ? [theme.paint('warning', `The disks of ${unasked} further VMs were not looked at.`)] : []),
      ];
    };
    const listed = (lead: string, paths: readonly string[], colour: 'danger' | 'dim') => [
      ...paths
        .slice(0, MOST_LISTED)
        .flatMap((path) => wrapped(lead + path, toldColumns(stage)))
        .map((line) => theme.paint(colour, line)),
      ...(paths.length > MOST_LISTED ? [theme.paint(colour, `${lead}${paths.length - MOST_LISTED} more`)] : []),
    ];
    const dialog = stage.dialogs.form({
      title: action.title,
      form: () => form,
      edited: describe,
      cancel: () => end(undefined),
      pressed(button) {
        if (button === 'cancel') return end(undefined);
        const { [TYPED]: proofGiven, ...args } = form.values();
        const cannotKeep = args['keep-disks'] === true && losses?.some(({ disksGo }) => disksGo !== undefined);
        if (cannotKeep) stage.message.say("disks can't be kept here: nothing was deleted", 'warning');
        else if (asSeen(String(proofGiven ?? '')) === word) end(args);
        else {
          stage.message.say(`that is not ${word}: nothing was deleted`, 'warning');
          form.goTo(TYPED);
        }
      },
    });
    describe();
    stage.layers.open(dialog.layer);

    const asked = ids.slice(0, MOST_ASKED).map(async (id): Promise<Losses> => {
      const connection = stage.services.sessions.connection(endpointOf(id));
      if (!connection?.vm.losses) throw new Error('this platform does not tell');
      return connection.vm.losses(id, controller.signal);
    });
    Promise.all(asked).then(
      (answers) => {
        losses = answers;
        describe();
      },
      (error: unknown) => {
        failed = sentence(error);
        if (!controller.signal.aborted) describe();
      },
    );
  });
}

/** How many blanks stand in a name, nobody sees. */
const asSeen = (text: string): string => clean(text).replace(/\s+/g, ' ').trim();

/** A pattern of this text, whatever blanks stand in it. */
const asTyped = (text: string): string =>
  `^\\s*${text
    .split(' ')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('\\s+')}\\s*$`;
