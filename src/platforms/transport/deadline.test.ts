import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { within } from './deadline.ts';

const late = () => new FleetError('host.unreachable', 'no answer');
const never = () => new Promise<never>(() => {});

describe('a deadline', () => {
  it('lets through what is in time', async () => {
    const clock = createTestClock();
    const { signal } = new AbortController();
    expect(await within(1_000, { clock, signal }, late, async () => 'in time')).toBe('in time');
  });

  it('ends what is late, and aborts the work', async () => {
    const clock = createTestClock();
    const { signal } = new AbortController();
    let given: AbortSignal | undefined;
    const answer = within(1_000, { clock, signal }, late, (deadline) => {
      given = deadline.signal;
      return never();
    });
    const refused = expect(answer).rejects.toMatchObject({ code: 'host.unreachable' });
    await clock.pass(999);
    expect(given?.aborted).toBe(false);
    await clock.pass(1);
    await refused;
    expect(given?.aborted).toBe(true);
  });

  it('ends with the reason of who gave up', async () => {
    const clock = createTestClock();
    const controller = new AbortController();
    const answer = within(1_000, { clock, signal: controller.signal }, late, never);
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });

  it('does not count the time that a person takes to answer', async () => {
    const clock = createTestClock();
    const { signal } = new AbortController();
    const answer = within(1_000, { clock, signal }, late, async ({ whileAsking }) => {
      await whileAsking(() => new Promise((resolve) => clock.after(60_000, () => resolve(undefined))));
      return 'answered';
    });
    await clock.pass(60_000);
    expect(await answer).toBe('answered');
  });

  it('continues with the time that was left when the question came', async () => {
    const clock = createTestClock();
    const { signal } = new AbortController();
    const answer = within(1_000, { clock, signal }, late, async ({ whileAsking }) => {
      await new Promise((resolve) => clock.after(600, () => resolve(undefined)));
      await whileAsking(() => new Promise((resolve) => clock.after(60_000, () => resolve(undefined))));
      return never();
    });
    let isLate = false;
    const refused = expect(answer)
      .rejects.toMatchObject({ code: 'host.unreachable' })
      .then(() => {
        isLate = true;
      });
    await clock.pass(60_600);
    await clock.pass(399);
    expect(isLate).toBe(false);
    await clock.pass(1);
    await refused;
    expect(clock.ticks()).toBe(61_000);
  });
});
