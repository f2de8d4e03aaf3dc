import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient } from '../testkit/scripted-client.ts';
import { idOf } from '../testkit/watched-host.ts';
import { createDisplay } from './display.ts';
import { createViewer } from './viewer.ts';

/** A guest that runs with these displays. */
function guest(graphics: string) {
  const { client, answer } = createScriptedClient();
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid: Buffer.alloc(16, 1), id: 1 }));
  answer(procedures.domainXml, () => `<domain><devices>${graphics}</devices></domain>`);
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const calls = { daemon, touched: () => undefined };
  const reached: unknown[] = [];
  const dialer = {
    host: 'host1',
    async reach(place: unknown) {
      reached.push(place);
      return { stream: new PassThrough(), host: 'host1' };
    },
  };
  const { signal } = new AbortController();
  return {
    reached,
    display: () => createDisplay(calls, dialer)(idOf(1), signal),
    viewer: () => createViewer(calls, dialer)(idOf(1), signal),
  };
}

describe('the display of a guest', () => {
  it('is its VNC, also where it has SPICE beside it', async () => {
    const { display, reached } = guest(
      "<graphics type='spice' port='5900'/><graphics type='vnc' port='5901' listen='127.0.0.1' passwd='geheim'/>",
    );
    expect(await display()).toMatchObject({ host: 'host1', password: 'geheim' });
    expect(reached).toEqual([{ listen: '127.0.0.1', port: 5901 }]);
  });

  it('F-110 that is a window of SDL is seen on its host alone', async () => {
    const { display, viewer } = guest("<graphics type='sdl' display=':0'/>");
    for (const look of [display, viewer])
      await expect(look()).rejects.toMatchObject({
        code: 'op.unsupported',
        message: 'the display of web1 is a window on a screen of its host',
      });
  });

  it.each(['spice', 'rdp'] as const)(
    'of the kind %s alone says so, and offers a viewer, which is let there',
    async (kind) => {
      const { display, viewer } = guest(`<graphics type='${kind}' port='5900' listen='127.0.0.1'/>`);
      await expect(display()).rejects.toMatchObject({
        code: 'op.unsupported',
        message: `web1 has a display of the kind ${kind}, and drover shows VNC`,
        fix: 'a program of the desktop shows it: drover vm console web1 --viewer',
      });
      expect(await viewer()).toMatchObject({ kind, place: { host: '127.0.0.1', port: 5900 } });
    },
  );

  it('that is none is said to be none', async () => {
    const { display, viewer } = guest('');
    for (const way of [display, viewer])
      await expect(way()).rejects.toMatchObject({ code: 'op.unsupported', message: 'web1 has no display' });
  });
});
