import { list, object, type Schema, text, word } from './schema.ts';

const done = object('success', 'What was asked for has happened.', {
  result: word(['success'], 'the outcome was seen, not only asked for'),
});

const failed = object('failure', 'It has not happened, or it is not known whether it has.', {
  result: word(['failure'], 'not done, or not known to be done'),
  reason: text('why, as a sentence for people'),
  code: text('why, for programs: a code of drover, as `vm.not-found`'),
});

/** What was asked for, where that is more than that it is done. */
const answered = (schema: Schema): Schema => ({
  ...schema,
  properties: { ...schema.properties, answer: text('what was asked for: an address, a link') },
});

const named = (schema: Schema): Schema => ({
  ...schema,
  properties: { ...schema.properties, name: text('which of them') },
});

/** What a verb that changes something prints: one object for one name, a list with names for several. */
export const result: Schema = {
  title: 'result',
  description:
    'The outcome of a change; a command that ends with an error prints a failure too. One object for one name; for several a list, each with its `name`.',
  anyOf: [
    named(answered(done)),
    named(failed),
    list({ anyOf: [named(answered(done)), named(failed)] }, 'one for each'),
  ],
};
