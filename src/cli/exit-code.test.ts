import { expect, it } from 'vitest';
import { type ErrorCode, FleetError } from '../errors.ts';
import { type EndpointName, endpointName } from '../ids.ts';
import { exitCodeOf, exitCodeOfList } from './exit-code.ts';

const error = (code: ErrorCode) => new FleetError(code, 'x');

it.each<[ErrorCode, number]>([
  ['vm.not-found', 1],
  ['op.failed', 1],
  ['usage', 2],
  ['name.ambiguous', 2],
  ['config.invalid', 2],
  ['config.secret', 2],
  ['op.unsupported', 3],
  ['op.refused', 3],
  ['auth.forbidden', 3],
  ['auth.rejected', 4],
  ['auth.needs-secret', 4],
  ['trust.unknown-host', 4],
  ['trust.changed-host', 4],
  ['trust.tls', 4],
  ['host.unreachable', 4],
  ['host.protocol', 4],
  ['op.cancelled', 130],
])('%s ends a command with %i', (code, exit) => {
  expect(exitCodeOf(error(code))).toBe(exit);
});

it('a bug ends a command with 1', () => expect(exitCodeOf(new TypeError('x'))).toBe(1));

it.each<[string, readonly string[], readonly ErrorCode[], number]>([
  ['was asked of no endpoint', [], [], 0],
  ['has one answer', ['a'], ['host.unreachable'], 0],
  ['has no answer', [], ['host.unreachable'], 4],
  ['has no answer for more reasons than one', [], ['usage', 'auth.rejected'], 4],
  ['is of endpoints that are configured wrong', [], ['config.invalid', 'usage'], 2],
])('a list that %s ends with the right code', (_what, answered, codes, exit) => {
  const failed = new Map<EndpointName, unknown>(codes.map((code, at) => [endpointName(`f${at}`), error(code)]));
  expect(exitCodeOfList({ answered: answered.map(endpointName), failed })).toBe(exit);
});
