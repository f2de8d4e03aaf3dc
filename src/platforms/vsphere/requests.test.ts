/** What the API is asked for: docs/contract-lessons.md, "What it costs". */
import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { vmId } from '../../ids.ts';
import { connect } from './connection.ts';
import { type SmallVcenter, startSmallVcenter } from './testkit/small-vcenter.ts';
import { aVm } from './testkit/small-world.ts';

const { signal } = new AbortController();

function fill(vcenter: SmallVcenter, vms: number): void {
  const refs = Array.from({ length: vms }, (_, at) => `VirtualMachine:vm-${1000 + at}` as const);
  for (const [at, ref] of refs.entries())
    vcenter.set(ref, aVm(`app-${at}`, 'Folder:group-v1', { 'config.hardware.memoryMB': '1024' }));
  vcenter.set('Folder:group-v1', { childEntity: { refs } });
}

/** One tag in one category, on every VM. */
function tagged(request: string): unknown {
  if (request.endsWith('/session')) return 'a-session';
  if (request.includes('~action=list-attached-tags')) return ['urn:tag'];
  return request.includes('/tagging/tag/')
    ? { name: 'prod', category_id: 'urn:category' }
    : request.includes('/tagging/category/') && { name: 'environment' };
}

it('does not grow with the VMs: the list, details, settings, snapshots, images, storages and networks', async () => {
  const counts: Record<string, number>[] = [];
  for (const vms of [2, 1_000]) {
    const vcenter = await startSmallVcenter();
    fill(vcenter, vms);
    vcenter.answerInJson(tagged);
    const count = () => vcenter.asked.length + vcenter.askedInJson.length;
    const connection = await connect(vcenter.endpoint, { signal, clock: createTestClock(), wire: () => {}, ask: {} });
    const id = vmId(vcenter.endpoint.name, 'vm-1000');
    const seen: Record<string, number> = { login: count() };
    const counted = async (what: string, ask: () => Promise<unknown> | undefined) => {
      const before = count();
      await ask();
      seen[what] = count() - before;
    };
    const watching = new AbortController();
    await counted('list', async () => {
      // what comes behind the list is not of it
      const listed = new Promise<void>((resolve) => {
        const sink = ({ kind }: { readonly kind: string }) => void (kind === 'complete' && resolve());
        void connection.watch({ sink, signal: watching.signal, interest: () => [], everyMs: () => 5_000 });
      });
      await listed;
      watching.abort();
    });
    await counted('details', () => connection.vm.info(id, signal));
    await counted('settings', () => connection.vm.settings?.(id, 'config', signal));
    await counted('snapshots', () => connection.snapshot?.list?.(id, signal));
    await counted('images', () => connection.image?.list?.(vcenter.endpoint.name, signal));
    await counted('storages', () => connection.storage?.list?.(vcenter.endpoint.name, signal));
    await counted('networks', () => connection.network?.list?.(vcenter.endpoint.name, signal));
    counts.push(seen);
    await connection.close();
    await vcenter.close();
  }
  expect(counts[1]).toEqual(counts[0]);
  expect(counts[0]).toEqual({
    login: 2,
    list: 1,
    // a session of the Automation API, the tags, each of them and its category
    details: 1 + 1 + 3,
    settings: 1 + 3,
    snapshots: 1,
    images: 1,
    storages: 1,
    networks: 1,
  });
});
