import { type OutputFile, openLog, openRecording } from '../console/output-file.ts';
import type { FleetError } from '../errors.ts';
import type { Field, Settings } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import { sizeOf } from './attach.ts';
import type { CommandContext } from './command.ts';

const LOG: Field = {
  key: 'log',
  label: 'Log',
  help: 'Write all that the guest writes behind what is in this file, byte by byte.',
  kind: 'path',
  examples: ['FILE'],
};

const RECORD: Field = {
  key: 'record',
  label: 'Record',
  help: 'Record what the guest writes to a new file, for drover play and asciinema (asciicast v2).',
  kind: 'path',
  examples: ['FILE'],
};

/** Files that get what a console writes. */
export const CONSOLE_FILES: readonly Field[] = [LOG, RECORD];

/**
 * Opens the files before anything else, so that one that can't be written is said at once, and closes them at the end. Rejects
 * with op.failed when one of them could not take everything.
 */
export async function withConsoleFiles(
  values: Settings,
  name: string,
  context: CommandContext,
  use: (files: readonly OutputFile[]) => Promise<number>,
): Promise<number> {
  const [log, record] = [values[LOG.key], values[RECORD.key]];
  if (log === undefined && record === undefined) return use([]);
  const failed = ({ message }: FleetError) => context.say(clean(message));
  const recorded = { title: clean(name), size: sizeOf(context), clock: context.app.clock };
  const files: OutputFile[] = [];
  let code: number;
  try {
    if (log !== undefined) files.push(await openLog(String(log), failed));
    if (record !== undefined) files.push(await openRecording(String(record), recorded, failed));
    code = await use(files);
  } catch (error) {
    await Promise.allSettled(files.map((file) => file.end()));
    throw error;
  }
  await Promise.all(files.map((file) => file.end()));
  return code;
}
