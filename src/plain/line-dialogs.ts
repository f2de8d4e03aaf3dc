import type { Consent, Dialogs, Optional, Question } from '../screens/dialogs/dialogs.ts';
import { STRAY_MS } from '../screens/dialogs/stray-keys.ts';
import type { Stage } from '../screens/stage.ts';
import { askForFilter } from './ask-for-filter.ts';
import { chosenOf } from './chosen.ts';
import { lineForm } from './line-form.ts';
import type { Typing } from './typing.ts';
import type { Voice } from './voice.ts';

/** More names than this are counted, not read. */
const MOST_READ = 20;
/** Of what can be chosen; the others are chosen by how they begin. */
const MOST_CHOICES_READ = 100;

/** Questions that are read and answered by typing. Enter alone is no; Esc gives up. */
export const lineDialogs =
  (voice: Voice, typing: Typing) =>
  (stage: Stage): Dialogs => {
    /** What is typed before the next question of several is for that one. */
    const inTurn = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
      const release = typing.reserve();
      try {
        return await ask();
      } finally {
        release();
      }
    };
    /** Of a question that comes by itself: when what is typed can be an answer. */
    const afterStrays = (unasked = false) =>
      unasked
        ? { after: () => new Promise<void>((resolve) => void stage.services.clock.after(STRAY_MS, resolve)) }
        : {};
    /** `y or n:`, or what else has to be typed in place of y. */
    const agreed = async (
      {
        question,
        unasked,
        until,
        hasOptions,
        canWait,
      }: Pick<Question & Optional, 'question' | 'unasked' | 'until' | 'hasOptions' | 'canWait'>,
      typed?: string,
    ): Promise<Consent> => {
      const others = [...(hasOptions ? ['o for options'] : []), ...(canWait ? ['t for a time'] : [])];
      const ways =
        typed === undefined
          ? alternatives(['y', 'n', ...others])
          : [`Type ${typed} to continue`, ...others].join(', or ');
      const answer = await typing.ask(`${question} ${ways}:`, {
        fresh: true,
        ...afterStrays(unasked),
        ...voidOn(until),
      });
      const text = (answer ?? '').trim();
      if (hasOptions && /^o(ptions)?$/i.test(text)) return 'options';
      if (canWait && /^t(ime)?$/i.test(text)) return 'later';
      return (typed === undefined ? /^y(es)?$/i.test(text) : text === typed) ? 'yes' : 'no';
    };
    const consent = (question: Question & Optional) => {
      voice.say(...shortened(question.details ?? []));
      return agreed(question);
    };

    return {
      confirm: async (question) => (await consent(question)) === 'yes',
      consent,
      async plan({ details = [], does, leavesOut, typed, ...question }) {
        voice.say(...details, ...shortened(does));
        if (leavesOut.length > 0) voice.say(`left out: ${leavesOut.length}`, ...shortened(leavesOut));
        const answer = await agreed(question, typed);
        if (answer === 'no' && typed !== undefined) voice.say('nothing was done');
        return answer;
      },
      prompt({ title, lines, start = '', secret = false, complaint, unasked, until }) {
        const kept = start === '' || secret ? '' : ` Enter keeps ${start}.`;
        return inTurn(async () => {
          for (;;) {
            const question = `${title}: ${lines.join(' ')}${kept}`;
            const typed = await typing.ask(question, { secret, ...afterStrays(unasked), ...voidOn(until) });
            if (typed === undefined) return undefined;
            const text = typed === '' ? start : typed;
            const wrong = complaint?.(text);
            if (wrong === undefined) return text;
            voice.say(wrong);
          }
        });
      },
      pick({ title, lines = [], choices, taken, until }) {
        voice.say(`${title}. ${lines.join(' ')}`);
        return inTurn(async () => {
          const known = await there(stage, choices, until);
          if (!known) return undefined;
          const labels = known.map(({ label }) => label);
          voice.say(
            ...shortened(
              labels.map((label, at) => `${at + 1}: ${label}`),
              MOST_CHOICES_READ,
            ),
          );
          for (;;) {
            const typed = await typing.ask('Number, or the beginning of the words:', voidOn(until));
            if (typed === undefined || typed.trim() === '') return undefined;
            const at = chosenOf(labels, typed);
            const chosen = at === undefined ? undefined : known[at];
            if (chosen) {
              taken?.(chosen.value);
              return chosen.value;
            }
            voice.say(`${typed} is none of them`);
          }
        });
      },
      form: (options) => lineForm(stage, voice, typing, options),
      filter: (options) => void askForFilter(voice, typing, options),
      columns: () => voice.say('columns are for the full screen'),
    };
  };

/** Ends the question as if it had been given up when the signal aborts. */
const voidOn = (until: AbortSignal | undefined): { readonly until?: Promise<void> } =>
  until ? { until: new Promise((resolve) => until.addEventListener('abort', () => resolve(), { once: true })) } : {};

const shortened = (lines: readonly string[], most = MOST_READ): readonly string[] =>
  lines.length <= most ? lines : [...lines.slice(0, most), `and ${lines.length - most} more`];

/** Waits until it is known what there is; undefined when that is of no interest any more. */
function there<Value>(
  stage: Stage,
  look: () => Value | undefined,
  until: AbortSignal | undefined,
): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const tryIt = () => {
      const found = look();
      if (found === undefined && until?.aborted !== true) return;
      stop();
      resolve(found);
    };
    const stop = stage.subscribe(tryIt);
    until?.addEventListener('abort', tryIt, { once: true });
    tryIt();
  });
}

/** `y or n`, `y, n, or o for options`. */
const alternatives = (ways: readonly string[]): string =>
  ways.length === 2 ? ways.join(' or ') : `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}`;
