import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import type { ImageSpec } from '../../contract.ts';
import { type Answers, changesIn, PVE, scriptedLists, UPID } from '../testkit/scripted-api.ts';
import { downloadImage } from './download.ts';

const { signal } = new AbortController();
const on = (node: string, storage: string, content: string, more: object = {}) => ({
  type: 'storage',
  node,
  storage,
  content,
  shared: 0,
  status: 'available',
  ...more,
});
const RESOURCES = [
  { type: 'node', node: 'pve1', status: 'online' },
  { type: 'node', node: 'pve2', status: 'online' },
  on('pve1', 'disks', 'images'),
  on('pve1', 'local', 'iso,vztmpl'),
  on('pve2', 'local', 'iso,vztmpl'),
  on('pve2', 'nas', 'iso,vztmpl,import', { shared: 1 }),
  on('pve2', 'off', 'iso', { status: 'unknown' }),
];
const URL = 'https://example.org/x?y=1&z';

function create(spec: Partial<ImageSpec>, answers: Answers = {}) {
  const { context, asked } = scriptedLists({
    'GET /cluster/resources': RESOURCES,
    'GET /nodes/pve1/storage/local/content': [{ volid: 'local:iso/old.iso', content: 'iso' }],
    'GET /nodes/pve2/storage/local/content': [],
    'GET /nodes/pve2/storage/nas/content': [{ volid: 'nas:import/base.qcow2', content: 'import' }],
    'POST /nodes/pve1/storage/local/download-url': UPID,
    'POST /nodes/pve2/storage/local/download-url': UPID,
    'POST /nodes/pve2/storage/nas/download-url': UPID,
    [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: { status: 'stopped', exitstatus: 'OK' },
    ...answers,
  });
  const answer = downloadImage(context, context.api, { name: 'new.iso', url: URL, storage: '', ...spec }, signal);
  return { answer, asked };
}

describe('an image from the web', () => {
  it.each([
    ['new.iso', 'nas', 'iso', 'nas:iso/new.iso', 'pve2'],
    ['disk.IMG', 'nas', 'iso', 'nas:iso/disk.IMG', 'pve2'],
    ['debian.tar.zst', 'pve2/local', 'vztmpl', 'pve2/local:vztmpl/debian.tar.zst', 'pve2'],
    ['debian.tar', 'pve1/local', 'vztmpl', 'pve1/local:vztmpl/debian.tar', 'pve1'],
    ['cloud.qcow2', 'nas', 'import', 'nas:import/cloud.qcow2', 'pve2'],
    ['new.iso', '', 'iso', 'pve1/local:iso/new.iso', 'pve1'],
    ['app.ova', '', 'import', 'nas:import/app.ova', 'pve2'],
  ])('%s into "%s" is fetched by one request, as %s', async (name, storage, content, native, node) => {
    const { answer, asked } = create({ name, storage });
    expect(await answer).toEqual({ task: UPID, warnings: [], id: `${PVE}/${native}` });
    const [, at] = /([^/:]+):/.exec(native) ?? [];
    const form = { content, filename: name, url: URL };
    expect(changesIn(asked)).toEqual([`POST /nodes/${node}/storage/${at}/download-url ${JSON.stringify({ form })}`]);
  });

  it.each<[string, Partial<ImageSpec>, string, string]>([
    ['whose name the server would change', { name: 'my image.iso' }, 'op.refused', "can't be the name of a file"],
    ['whose name is a path', { name: '../x.iso' }, 'op.refused', "can't be the name of a file"],
    ['whose name is too long', { name: `${'x'.repeat(252)}.iso` }, 'op.refused', "can't be the name of a file"],
    ['whose name says no kind', { name: 'debian' }, 'op.refused', 'what kind of image'],
    ['whose name is an ending alone', { name: '.iso' }, 'op.refused', 'what kind of image'],
    ['that is there already', { name: 'old.iso', storage: 'nas' }, 'op.conflict', 'has an image old.iso already'],
    ['for a storage that is not there', { storage: 'nix' }, 'storage.not-found', 'has no storage "nix"'],
    ['for a storage of several nodes', { storage: 'local' }, 'name.ambiguous', '2 nodes have a storage local'],
    ['for a storage that is not active', { storage: 'off' }, 'op.conflict', "pve2/off can't be used now"],
    ['for a storage that does not take it', { storage: 'disks' }, 'op.refused', 'pve1/disks takes images, not iso'],
  ])('%s is refused before anything is sent', async (_what, spec, code, message) => {
    const { answer, asked } = create(spec);
    expect(await refusal(answer)).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(changesIn(asked)).toEqual([]);
  });

  it('says how to name one of several storages, and what to allow where none takes it', async () => {
    expect((await refusal(create({ storage: 'local' }).answer)).fix).toBe('say which one: pve1/local, pve2/local');
    const none = create({}, { 'GET /cluster/resources': RESOURCES.slice(0, 3) });
    expect(await refusal(none.answer)).toMatchObject({
      code: 'op.refused',
      message: 'no active storage of pve takes iso',
    });
  });

  it('fails with the reason of its task', async () => {
    const status = { status: 'stopped', exitstatus: "download failed: 404 'Not Found'" };
    const failed = create({}, { [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: status });
    expect(await refusal(failed.answer)).toMatchObject({ code: 'op.failed', message: `new.iso: ${status.exitstatus}` });
  });
});
