import { describe, expect, it } from 'vitest';
import { takeIgnoredSignals } from './ignored-signals.ts';

describe('signals that were ignored from the start', () => {
  it.each([
    ['0000000000000001', ['SIGHUP']],
    ['0000000000000006', ['SIGINT', 'SIGQUIT']],
    ['0000000001005000', ['SIGTERM']],
    ['ffffffffffffffff', ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM']],
    ["trap -- '' SIGHUP\ntrap -- '' INT", ['SIGHUP', 'SIGINT']],
    ["trap -- 'echo over' EXIT", []],
    ['', []],
  ])('%j are %j', (said, signals) => {
    const env = { DROVER_IGNORED_SIGNALS: said, TERM: 'xterm' };
    expect([...takeIgnoredSignals(env)]).toEqual(signals);
    expect(env).toEqual({ TERM: 'xterm' });
  });
});
