/** What is said and typed in line mode, without a fleet. */

import { lineDialogs } from '../../src/plain/line-dialogs.ts';
import { createTyping } from '../../src/plain/typing.ts';
import { createVoice } from '../../src/plain/voice.ts';
import { createLayers } from '../../src/screens/frame/layers.ts';
import type { Stage } from '../../src/screens/stage.ts';
import { kinds } from '../../src/state/kinds.ts';
import { createInputParser } from '../../src/terminal/input-parser.ts';
import { createTestClock } from '../clock.ts';

export function openTalk() {
  const clock = createTestClock();
  let written = '';
  const voice = createVoice((text) => {
    written += text;
  });
  const typing = createTyping(voice);
  const watchers = new Set<() => void>();
  const failures: unknown[] = [];
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  /** As much of a stage as questions have a use for. */
  const stage = {
    services: { clock, kinds },
    layers: createLayers(changed),
    message: { fail: (error: unknown) => failures.push(error) },
    changed,
    subscribe(watcher: () => void) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  } as unknown as Stage;
  const parser = createInputParser();
  const turn = () => clock.pass(0);
  return {
    clock,
    voice,
    typing,
    stage,
    dialogs: lineDialogs(voice, typing)(stage),
    failures,
    watchers,
    turn,
    /** Bytes of the keyboard, after what was asked has been written. */
    async type(bytes: string): Promise<void> {
      for (let turns = 0; turns < 3; turns++) await turn();
      for (const event of parser.push(bytes)) typing.take(event);
      for (let turns = 0; turns < 3; turns++) await turn();
    },
    /** What was said since the last call. */
    said(): string {
      const now = written;
      written = '';
      return now;
    },
  };
}
