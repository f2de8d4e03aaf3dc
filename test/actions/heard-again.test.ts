import { describe, expect, it } from 'vitest';
import { onceHeardAgain } from '../../src/actions/heard-again.ts';
import type { Services } from '../../src/actions/services.ts';
import { endpointName } from '../../src/ids.ts';
import { createTestClock } from '../clock.ts';

/** An endpoint that is heard again when the test says so. */
function open(read: (signal: AbortSignal) => Promise<string> = async () => 'true') {
  const clock = createTestClock();
  const heard = Promise.withResolvers<void>();
  const controller = new AbortController();
  const sessions = {
    heard: (_name: string, signal: AbortSignal) =>
      Promise.race([
        heard.promise,
        new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      ]),
  } as unknown as Services['sessions'];
  let ended: unknown = 'waits';
  const answer = onceHeardAgain({ sessions, clock }, endpointName('h1'), controller.signal, read);
  void answer.then(
    (truth) => (ended = truth),
    (error: unknown) => (ended = error),
  );
  return { clock, heard, controller, ended: () => ended };
}

describe('an endpoint whose link was lost', () => {
  it('is read once it is heard again', async () => {
    const { clock, heard, ended } = open();
    await clock.pass(29_999);
    expect(ended()).toBe('waits');
    heard.resolve();
    await clock.pass(0);
    expect(ended()).toBe('true');
  });

  it('is waited for half a minute', async () => {
    const { clock, ended } = open();
    await clock.pass(29_999);
    expect(ended()).toBe('waits');
    await clock.pass(1);
    expect(ended()).toBeUndefined();
  });

  it('says nothing when reading from it fails', async () => {
    const { clock, heard, ended } = open(() => Promise.reject(new Error('broken')));
    heard.resolve();
    await clock.pass(0);
    expect(ended()).toBeUndefined();
  });

  it('is waited for no longer by a user who gives up, whose reason it is then', async () => {
    const { clock, controller, ended } = open();
    const reason = new Error('enough');
    controller.abort(reason);
    await clock.pass(0);
    expect(ended()).toBe(reason);
  });
});
