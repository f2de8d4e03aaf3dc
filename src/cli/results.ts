import { FleetError, sentence } from '../errors.ts';
import type { Kept } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import { type CommandContext, EXIT } from './command.ts';
import { renderDetails, renderList, resultOf } from './output.ts';

export interface Outcome {
  readonly name: string;
  /** What is true now. */
  readonly text: string;
  readonly error?: FleetError;
  /** What was to be deleted and is still there. */
  readonly kept?: readonly Kept[];
  /** What was asked for. */
  readonly answer?: string;
}

/**
 * What became of each: sentences on stderr for people, kcli's result on stdout for programs.
 * One object is one result; several are an array with names.
 */
export async function printResults(
  outcomes: readonly Outcome[],
  many: boolean,
  context: CommandContext,
): Promise<void> {
  for (const { text, error } of outcomes) {
    context.say(clean(text));
    if (error?.fix !== undefined) context.say(`  ${clean(error.fix)}`);
  }
  if (context.format === 'table') return;
  const results = outcomes.map(({ name, error, kept, answer }) => ({
    ...resultOf(error, many ? name : undefined),
    ...(answer !== undefined && { answer }),
    ...(kept && { kept: kept.map(({ path, why }) => ({ path, why })) }),
  }));
  const [only] = results;
  const text =
    !many && only
      ? await renderDetails({ value: only, name: outcomes[0]?.name ?? '', lines: [] }, context.format)
      : await renderList(
          { rows: results, columns: [], name: ({ name }) => String(name ?? '') },
          context.format,
          undefined,
        );
  await context.printer.print(text);
}

/** The same for something that ended with an error before it had results. */
export async function printFailure(
  error: unknown,
  context: Pick<CommandContext, 'format' | 'printer' | 'say'>,
): Promise<void> {
  context.say(clean(sentence(error)));
  if (error instanceof FleetError && error.fix !== undefined) context.say(`  ${clean(error.fix)}`);
  if (context.format === 'json' || context.format === 'jsoncompact' || context.format === 'yaml') {
    await context.printer.print(await renderDetails({ value: resultOf(error), name: '', lines: [] }, context.format));
  }
}

/** What a change of drover's own files came to; in a dry run nothing was `written`. */
export async function printWritten(
  name: string,
  text: string,
  written: boolean,
  context: CommandContext,
): Promise<number> {
  await printResults([{ name, text: written ? text : `${name}: nothing was written` }], false, context);
  return EXIT.done;
}
