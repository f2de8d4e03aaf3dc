import type { Connection, Context, Endpoint } from '../contract.ts';
import { addressOf } from './address.ts';
import { openCloud } from './cloud.ts';
import { createConsoles } from './console.ts';
import { createDelete } from './delete.ts';
import type { News } from './follow.ts';
import { createImages } from './images.ts';
import { readInfo } from './info.ts';
import { createLifecycle } from './lifecycle.ts';
import { createLists } from './lists.ts';
import { readNodeInfo } from './node-info.ts';
import { onServer, type ServerCalls } from './server-call.ts';
import { createSettings } from './settings.ts';
import { readSnapshots } from './snapshots.ts';
import { watchCloud } from './watch.ts';

const IMAGES = 'what OpenStack calls a snapshot of a server is an image, which lives on without it';

/** A project, connected: logged in, with Nova found. Polls and figures have connections of their own, so that none waits for others. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const { clock } = context;
  const cloud = await openCloud(endpoint, await addressOf(endpoint), context);
  const closing = new AbortController();
  const [glance, cinder] = [cloud.other('image'), cloud.other('volume')];
  const images = createImages(glance);
  const api = cloud.compute('control');
  let onNews = (_news: News): void => {};
  const calls: ServerCalls = { cloud, api, images, news: (news) => onNews(news) };
  const neighbours = { glance, cinder };
  const lists = createLists(cloud, { nova: cloud.compute('lists'), glance, cinder, neutron: cloud.other('network') });

  return {
    vm: {
      info: (id, signal) => readInfo(calls, neighbours, id, signal),
      ...createLifecycle(calls),
      ...createDelete(calls, neighbours),
      ...createSettings(calls),
    },
    console: createConsoles(calls),
    node: { info: (id, signal) => readNodeInfo(api, cloud, id, signal) },
    snapshot: { list: (id, signal) => onServer(calls, id, signal, (call) => readSnapshots(id, glance, call)) },
    ...lists.groups,
    whyNot: {
      'node.shell': 'OpenStack has no login to its hosts',
      'snapshot.create': IMAGES,
      'snapshot.planRevert': IMAGES,
      'snapshot.revert': IMAGES,
      'snapshot.planDelete': IMAGES,
      'snapshot.delete': IMAGES,
      ...lists.whyNot,
    },
    async watch(options) {
      const listen = (listener: (news: News) => void) => {
        onNews = listener;
      };
      const [poll, figures] = [cloud.compute('poll'), cloud.compute('figures')];
      const signal = AbortSignal.any([options.signal, closing.signal]);
      if (signal.aborted) return;
      await watchCloud({ cloud, clock, images, poll, figures, onNews: listen }, { ...options, signal });
    },
    async close() {
      closing.abort();
      cloud.close();
    },
  };
}
