import { expect, it } from 'vitest';
import { createGate } from './gate.ts';

const patient = () => new AbortController().signal;
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Callers by their names, in the order in which they came in. */
function open(limit: number) {
  const gate = createGate(limit);
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const enter = async (name: string, signal = patient()) => {
    leave.set(name, await gate.enter(signal));
    inside.push(name);
  };
  return { enter, inside, leave: (name: string) => leave.get(name)?.() };
}

it('lets in as many as fit, and one more for each that leaves, first come, first served', async () => {
  const { enter, inside, leave } = open(2);
  for (const name of ['a', 'b', 'c', 'd', 'e']) void enter(name);
  await turn();
  expect(inside).toEqual(['a', 'b']);
  leave('b');
  await turn();
  expect(inside).toEqual(['a', 'b', 'c']);
  leave('a');
  leave('c');
  await turn();
  expect(inside).toEqual(['a', 'b', 'c', 'd', 'e']);
  leave('d');
  leave('e');
  for (const name of ['f', 'g', 'h']) void enter(name);
  await turn();
  expect(inside.slice(5)).toEqual(['f', 'g']);
});

it('forgets a caller that gives up while waiting, and lets none in that has given up before', async () => {
  const { enter, inside, leave } = open(1);
  await enter('a');
  const controller = new AbortController();
  const given = enter('b', controller.signal);
  void enter('c');
  controller.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  await expect(enter('d', controller.signal)).rejects.toThrow('enough');
  leave('a');
  await turn();
  expect(inside).toEqual(['a', 'c']);
});

it('is not bothered by a signal that comes when its caller is inside', async () => {
  const { enter, inside, leave } = open(1);
  const controller = new AbortController();
  await enter('a');
  const second = enter('b', controller.signal);
  leave('a');
  await second;
  controller.abort(new Error('enough'));
  void enter('c');
  await turn();
  expect(inside).toEqual(['a', 'b']);
  leave('b');
  await turn();
  expect(inside).toEqual(['a', 'b', 'c']);
});

it('leaves after work that fails, as after work that ends', async () => {
  const gate = createGate(1);
  await expect(gate.run(patient(), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await gate.run(patient(), () => 'done')).toBe('done');
});
