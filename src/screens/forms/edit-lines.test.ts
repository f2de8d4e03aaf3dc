import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openFields, script } from '../../../test/screens/light-fields.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import { FleetError } from '../../errors.ts';
import type { Attachment } from '../../platforms/contract.ts';

afterEach(() => vi.unstubAllEnvs());

/** A terminal that hands itself over to `edit`, which gets the file. */
function openWith(edit: (file: string, argv: readonly string[]) => void, fields = [script]) {
  const files: string[] = [];
  const attach = async (attachment: Attachment) => {
    if (attachment.kind !== 'command') throw new Error('no command');
    const file = attachment.argv.at(-1) ?? '';
    files.push(file);
    edit(file, attachment.argv);
    return 'closed' as const;
  };
  return { ...openFields({ fields, terminal: { attach } }), files };
}
/** Until the file was written, read and is gone. */
const done = async (files: readonly string[]) => {
  while (files.length === 0 || files.some((file) => existsSync(dirname(file)))) await settled();
  await settled(5);
};

describe('text of many lines in a form', () => {
  it('is changed in the editor, in a file that only the user can read and that is gone afterwards', async () => {
    const seen: unknown[] = [];
    const { press, drawn, form, files } = openWith((file) => {
      seen.push(readFileSync(file, 'utf8'), statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777);
      writeFileSync(file, 'one\r\ntwo\r\nthree\r\n');
    });
    expect(drawn()).toContain('2 lines ▸');
    press('enter');
    await done(files);
    expect(seen).toEqual(['one\ntwo\n', 0o600, 0o700]);
    await vi.waitFor(() => expect(form.changes()).toEqual({ 'user-data': 'one\ntwo\nthree\n' }));
    expect(drawn()).toContain('2 lines → 3 lines');
    expect([existsSync(files[0] ?? ''), existsSync(dirname(files[0] ?? ''))]).toEqual([false, false]);
  });

  it.each([
    [{ VISUAL: "sed -i 's/one/ONE/'", EDITOR: 'false' }, { 'user-data': 'ONE\ntwo\n' }],
    [{ VISUAL: '', EDITOR: 'tee -a' }, {}],
  ])('is changed by the command that %o names, flags and all', async (env, changes) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { press, form, files } = openWith((_file, [command = '', ...parameters]) => {
      spawnSync(command, parameters, { input: '' });
    });
    press('enter');
    await done(files);
    await vi.waitFor(() => expect(form.changes()).toEqual(changes));
  });

  it('is as it was when nothing was changed but the end of the last line', async () => {
    const { press, form, files } = openWith((file) => writeFileSync(file, `${readFileSync(file, 'utf8')}\n`));
    form.set('user-data', 'one');
    form.rebase({ 'user-data': 'one' });
    press('enter');
    await done(files);
    expect(form.changes()).toEqual({});
  });

  it('is as it was when the editor fails, which is said', async () => {
    vi.stubEnv('VISUAL', 'nonesuch');
    const { press, form, files, said } = openWith(() => {
      throw new FleetError('op.failed', 'sh ended with exit code 127');
    });
    press('enter');
    await done(files);
    await vi.waitFor(() =>
      expect(said()).toContain('nonesuch failed, so nothing was changed: sh ended with exit code 127'),
    );
    expect(form.changes()).toEqual({});
  });

  it('is not opened where it can only be read', () => {
    const { press, form, stage } = openWith(() => {}, [{ ...script, writable: false }]);
    press('enter');
    expect([form.at, stage.layers.all.length]).toEqual([1, 1]);
  });
});
