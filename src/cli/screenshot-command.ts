import { open, rm } from 'node:fs/promises';
import { permitted } from '../actions/permitted.ts';
import { bind, verify } from '../actions/target.ts';
import { displayAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { clean } from '../terminal/width.ts';
import { type Command, EXIT } from './command.ts';
import { findVms } from './find.ts';
import { renderDetails } from './output.ts';

const OVERWRITE = 'overwrite';

/** `drover vm screenshot web1 web1.png`: what its screen shows now; without a file as text, where it shows text. */
export const screenshotCommand: Command = {
  noun: 'vm',
  verb: 'screenshot',
  help: 'Write what the screen of a VM shows to a PNG file; without a file, print its text.',
  takes: 'NAME [FILE]',
  flags: () => [
    { key: OVERWRITE, label: 'Overwrite', help: 'Overwrite a file that is there.', kind: 'flag', default: false },
  ],
  async run(context, { words, values }) {
    const [name, file, more] = words;
    const [vm] = name !== undefined && more === undefined ? await findVms([name], context) : [];
    if (!vm) throw new FleetError('usage', 'which VM? Name one, and perhaps a file');
    const target = bind('vm', vm.id, context.app);
    await verify(target, context.app, context.signal);
    const { connection } = permitted(displayAction, 'vm', vm.id, context.app);
    const link = await connection.console?.display?.(vm.id, context.signal);
    if (!link) throw new FleetError('op.unsupported', `${vm.name}: this platform shows no displays`);
    const { shownOn, textOf, pngOf } = await import('../display/screenshot.ts');
    const frame = await shownOn(link, context.signal);
    const text = textOf(frame);
    if (file !== undefined) await write(file, await pngOf(frame), values[OVERWRITE] === true);
    const { width, height } = frame;
    if (context.format !== 'table') {
      const value = { id: vm.id, name: vm.name, width, height, file: file ?? null, text: text ?? null };
      await context.printer.print(await renderDetails({ value, name: vm.id, lines: [] }, context.format));
    } else if (file !== undefined) context.say(`${file}: ${width}x${height} pixels of ${clean(vm.name)}`);
    else {
      if (text === undefined)
        throw new FleetError('op.failed', `${vm.name} shows a picture, and no text`, {
          fix: `write it to a file: drover vm screenshot ${vm.name} FILE.png`,
        });
      await context.printer.print(text.split('\n').map(clean).join('\n'));
    }
    return EXIT.done;
  },
};

async function write(file: string, png: Uint8Array, overwrite: boolean): Promise<void> {
  const handle = await open(file, overwrite ? 'w' : 'wx').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST')
      throw new FleetError('op.conflict', `${file} is there already`, { fix: 'choose another name, or --overwrite' });
    throw new FleetError('op.failed', `${file} can't be written: ${cause.message}`, { cause });
  });
  try {
    await handle.writeFile(png);
  } catch (cause) {
    await rm(file, { force: true });
    throw new FleetError('op.failed', `${file} can't be written: ${(cause as Error).message}`, { cause });
  } finally {
    await handle.close();
  }
}
