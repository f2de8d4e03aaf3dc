import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { ConsoleSession } from '../../console/console-session.ts';
import { openLog, openRecording } from '../../console/output-file.ts';
import type { FileKind } from '../../console/session-files.ts';
import type { Stage } from '../stage.ts';

const ASKED: Readonly<Record<FileKind, { readonly title: string; readonly line: string; readonly end: string }>> = {
  log: { title: 'Log', line: 'All that the guest writes from now on goes behind what is in this file:', end: 'log' },
  recording: {
    title: 'Record',
    line: 'A recording for drover play, and for asciinema; what is typed is not in it. The new file:',
    end: 'cast',
  },
};

/** Starts to write what the console writes to a file that the user names, or ends that. */
export async function switchFile(stage: Stage, session: ConsoleSession, kind: FileKind): Promise<void> {
  const { dialogs, message, services } = stage;
  if (session.file(kind)) {
    const path = await session.stopWriting(kind);
    message.say(`the ${kind} of ${session.label} is in ${path}`, 'good');
    return;
  }
  const { title, line, end } = ASKED[kind];
  const typed = await dialogs.prompt({
    title,
    lines: [line],
    start: `${session.label.replaceAll(/[^\w.-]+/g, '_')}.${end}`,
    complaint: (text) => (text.trim() === '' ? 'a file needs a name' : undefined),
  });
  if (typed === undefined) return;
  const path = resolve(typed.trim().replace(/^~(?=\/)/, homedir()));
  const failed = (error: Error) => {
    message.fail(error);
    void session.stopWriting(kind).catch(() => {});
  };
  const file =
    kind === 'log'
      ? await openLog(path, failed)
      : await openRecording(path, { title: session.name, size: session.model.size(), clock: services.clock }, failed);
  session.writeTo(kind, file);
  message.say(`the ${kind} of ${session.label} is written to ${path}`, 'good');
}
