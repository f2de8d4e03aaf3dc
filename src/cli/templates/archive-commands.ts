import { randomBytes } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
import { FleetError } from '../../errors.ts';
import { absolute } from '../../state/files/absolute.ts';
import { errnoOf, fileTrouble } from '../../state/files/file-trouble.ts';
import { writeTar } from '../../state/templates/archive/write-tar.ts';
import { findTemplate, spellTemplate, templateNameComplaint } from '../../state/templates/template.ts';
import { type Command, EXIT } from '../command.ts';
import { printResults, printWritten } from '../results.ts';
import { scanned } from './list-commands.ts';
import { newTemplateName } from './new-template.ts';

export const templateArchiveCommands: readonly Command[] = [
  {
    noun: 'template',
    verb: 'export',
    help: 'Write a template with all its files and versions into an archive, NAME.tar.gz unless FILE is given.',
    takes: 'TEMPLATE [FILE]',
    flags: () => [],
    async run(context, { words: [word, file] }) {
      const { template } = findTemplate(word, (await scanned(context)).templates);
      const entries = await context.app.templates().entries(template);
      const path = absolute(file ?? `${template.name}.tar.gz`);
      const name = spellTemplate(template);
      const text = context.global.dryRun ? `would write ${name} to ${path}` : `${name} is in ${path}`;
      if (!context.global.dryRun) {
        // Loaded here: zlib would be a part of every start.
        const { gzipSync } = await import('node:zlib');
        await writeNewFile(path, gzipSync(writeTar(template.name, entries, template.changedAt)));
      }
      await printResults([{ name, text }], false, context);
      return EXIT.done;
    },
  },
  {
    noun: 'template',
    verb: 'import',
    help: 'Put a template into the library from a tar, tar.gz or zip, under its own name unless one is given.',
    takes: 'FILE [TEMPLATE]',
    flags: () => [],
    async run(context, { words: [file, word] }) {
      if (file === undefined) throw new FleetError('usage', 'which archive? Give its path');
      const { readArchive } = await import('../../state/templates/archive/read-archive.ts');
      const archive = await readArchive(absolute(file));
      const wrong = word === undefined ? templateNameComplaint(archive.name) : undefined;
      if (wrong !== undefined)
        throw new FleetError('usage', `a template can't be called ${JSON.stringify(archive.name)}: ${wrong}`, {
          fix: `give it a name: drover template import ${file} GROUP/NAME`,
        });
      const to = newTemplateName(word ?? archive.name);
      const written = await context.app.changeTemplates({ kind: 'template-add', to, entries: archive.entries });
      const name = spellTemplate(to);
      return printWritten(name, `${name} is in the library`, written, context);
    },
  },
];

/** Wholly or not at all, and never over a file that is there. */
async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(part, bytes, { flag: 'wx', mode: 0o600 });
    await link(part, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST')
      throw new FleetError('op.conflict', `${path} is there already`, { fix: 'give another file, or remove that one' });
    throw new FleetError('op.failed', `${path} can't be written: ${fileTrouble(error)}`, { cause: error });
  } finally {
    await rm(part, { force: true });
  }
}
