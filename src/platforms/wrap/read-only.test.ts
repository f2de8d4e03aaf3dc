import { describe, expect, it } from 'vitest';
import { call, OBJECT, scripted } from '../../../test/contract/scripted.ts';
import { operations } from '../contract.ts';
import { operationNames } from './operations.ts';
import { readOnly } from './read-only.ts';

const reads = operationNames.filter((name) => operations[name].kind === 'reads');
const others = operationNames.filter((name) => operations[name].kind !== 'reads');

describe('read-only', () => {
  it.each(others)('refuses %s with the reason that holds for the object, and sends nothing', async (name) => {
    const { connection, sent } = scripted(async () => 'done');
    const asked: unknown[] = [];
    const guarded = readOnly(connection, (object) => {
      asked.push(object);
      return 'the pool Prod is read-only';
    });
    await expect(call(guarded, name)).rejects.toMatchObject({
      code: 'op.refused',
      message: 'the pool Prod is read-only',
    });
    expect([asked, sent]).toEqual([[OBJECT], []]);
  });

  it.each(others)('sends %s where nothing is against it', async (name) => {
    const { connection, sent } = scripted(async () => 'done');
    expect(
      await call(
        readOnly(connection, () => undefined),
        name,
      ),
    ).toBe('done');
    expect(sent).toMatchObject([{ name, args: [OBJECT, 'more'] }]);
  });

  it.each(reads)('lets %s through', async (name) => {
    const { connection, sent } = scripted(async () => 'done');
    expect(
      await call(
        readOnly(connection, () => 'this run is read-only'),
        name,
      ),
    ).toBe('done');
    expect(sent).toHaveLength(1);
  });
});
