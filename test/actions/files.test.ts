/** Actions that take files of this machine, or make volumes, with the answers of a platform that is played. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transferActions } from '../../src/actions/transfer.ts';
import { vmFileActions } from '../../src/actions/vm-files.ts';
import { endpointName, vmId, volumeId } from '../../src/ids.ts';
import type { Connection, Destination, Vm, Volume } from '../../src/platforms/contract.ts';

const patient = new AbortController().signal;
const one = endpointName('one');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a volume that is downloaded', () => {
  const download = transferActions.find(({ id }) => id === 'volume.download');
  const connection = {
    volume: {
      async download(_id: unknown, to: Destination) {
        await to.write(Buffer.from('content'));
        return { seen: true };
      },
    },
  } as unknown as Connection;
  const get = (name: string, file: string) =>
    download?.send(
      connection,
      { id: volumeId(one, 'v'), name } as Volume,
      { file, overwrite: false },
      patient,
      () => {},
    );

  it.each(['.', '..', '', '../.ssh/authorized_keys', '/etc/passwd', 'a\\b', 'a\0'])(
    'becomes no file here by its name when that is %j',
    async (name) => {
      await expect(get(name, '')).rejects.toMatchObject({
        code: 'op.refused',
        message: `${JSON.stringify(name)} can't be the name of a file here`,
        fix: 'name one: --file',
      });
    },
  );

  it('is in the file that was named, whatever its own name', async () => {
    await get('..', join(folder, 'copy.img'));
    expect(await readFile(join(folder, 'copy.img'), 'utf8')).toBe('content');
  });
});

describe('a VM that was exported', () => {
  const made = volumeId(one, 'fast/web1.qcow2');
  const other = volumeId(one, 'slow/web1.qcow2');
  const seen = (listed: readonly string[], answered: typeof made | undefined) => {
    const action = vmFileActions.find(({ id }) => id === 'vm.export');
    const outcome = action?.outcome?.({ name: 'web1.qcow2', storage: '' }, { id: vmId(one, 'web1') } as Vm);
    if (outcome?.by !== 'read') throw new Error('an export is seen by reading');
    const list = async () => listed.map((id) => ({ id, name: 'web1.qcow2' }));
    return outcome.read({ volume: { list } } as unknown as Connection, patient, answered);
  };

  it('is the volume that the platform named', async () => {
    expect(await seen([other, made], made)).toBe(true);
  });
  it('is not another one of the same name', async () => {
    expect(await seen([other], made)).toBe('is not exported yet');
  });
  it('is not known where the answer was not heard', async () => {
    expect(await seen([other], undefined)).toBe('may be exported as web1.qcow2 now');
  });
});
