// biome-ignore-all lint/correctness/noComponentHookFactories: one mount, one model, in one small function.
/** Stands in for src/app.tsx: a tree of machines that all change every second, drawn by Ink on the screen. */
import { Box, render, Text, useInput } from 'ink';
import { createElement as h, useState, useSyncExternalStore } from 'react';
import { FleetError } from '../../../src/errors.ts';
import type { Input } from '../../../src/terminal/input.ts';
import { createKeyStream } from '../../../src/terminal/key-stream.ts';
import type { Screen } from '../../../src/terminal/screen.ts';
import { fit } from '../../../src/terminal/width.ts';

const MACHINES = 10_000;
const BARS = ' ▁▂▃▄▅▆▇█';

interface Model {
  top: number;
  cursor: number;
  tick: number;
  asking: boolean;
  version: number;
}

export async function runApp({ screen, input }: { screen: Screen; input: Input }): Promise<number> {
  const model: Model = { top: 0, cursor: 0, tick: 0, asking: false, version: 0 };
  const listeners = new Set<() => void>();
  const keys = createKeyStream();
  const details = process.env['SAMPLE_DETAILS'] === '1';

  function change(edit: () => void): void {
    edit();
    model.version++;
    for (const listener of listeners) listener();
  }

  const cpu = (index: number): number => (Math.imul(index + 1, 2654435761) + model.tick * 7919 * (index % 13)) % 101;

  function row(index: number, columns: number): string {
    const load = Math.abs(cpu(index));
    const bar = (BARS[Math.floor(load / 12.5)] ?? '█').repeat(8);
    const state = index % 5 === 0 ? '\x1b[90m○ stopped\x1b[39m' : '\x1b[32m● running\x1b[39m';
    const name = fit(`vm-${String(index).padStart(5, '0')}`, 16);
    const shown = index === model.cursor ? `\x1b[7m${name}\x1b[27m` : name;
    const tail = `${String(load).padStart(3)}% \x1b[36m${bar}\x1b[39m ${String(1 + (index % 16)).padStart(3)}.0G`;
    const io =
      columns > 70 ? ` ${String((index * 37) % 900).padStart(4)}K ${String((index * 91) % 900).padStart(4)}K` : '';
    return `  ${shown} ${state}  ${tail}${io}`;
  }

  function Question() {
    const [answer, setAnswer] = useState('');
    useInput((typed, key) => {
      if (key.return)
        change(() => Object.assign(model, { asking: false, cursor: Number(answer) || 0, top: Number(answer) || 0 }));
      else setAnswer(answer + typed);
    });
    return h(
      Box,
      { position: 'absolute', marginTop: 5, marginLeft: 10, borderStyle: 'round', width: 30 },
      h(Text, null, `go to: ${answer}`),
    );
  }

  function Tree() {
    useSyncExternalStore(
      (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      () => model.version,
    );
    const { columns, rows } = screen.size();
    const treeColumns = details ? Math.floor(columns * 0.6) : columns;
    const lines = Array.from({ length: rows - 3 }, (_, line) =>
      h(Text, { key: line, wrap: 'truncate' }, row(model.top + line, treeColumns)),
    );
    return h(
      Box,
      { flexDirection: 'column', width: columns, height: rows },
      h(Text, { bold: true }, fit(`drover sample  ${MACHINES} machines`, columns)),
      h(
        Box,
        { flexGrow: 1 },
        h(Box, { flexDirection: 'column', width: treeColumns }, ...lines),
        details &&
          h(
            Box,
            { flexDirection: 'column', borderStyle: 'single', flexGrow: 1 },
            ...Array.from({ length: 12 }, (_, line) => h(Text, { key: line }, `detail ${line} of the machine`)),
          ),
      ),
      h(Text, null, fit('j down  k up  : go to  q quit', columns)),
      h(Text, { dimColor: true }, fit('ready', columns)),
      model.asking && h(Question),
    );
  }

  const app = render(h(Tree), {
    stdout: screen.stdout,
    stdin: keys.stdin,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
    interactive: true,
  });

  return new Promise((resolve, reject) => {
    const ticking = setInterval(
      () => {
        if (!screen.isBusy()) change(() => model.tick++);
      },
      Number(process.env['SAMPLE_TICK_MS'] ?? 1000),
    );

    function move(by: number): void {
      const { rows } = screen.size();
      model.cursor = Math.min(MACHINES - 1, Math.max(0, model.cursor + by));
      if (model.cursor < model.top) model.top = model.cursor;
      if (model.cursor >= model.top + rows - 3) model.top = model.cursor - rows + 4;
    }

    screen.stdout.on('resize', () => change(() => move(0)));
    input.listen((event) => {
      if (event.kind === 'mouse' || event.kind === 'focus') return;
      if (model.asking) {
        keys.feed(event);
        return;
      }
      if (event.kind === 'paste') return;
      if (event.name === 'q') {
        clearInterval(ticking);
        app.unmount();
        resolve(0);
      } else if (event.name === ':') change(() => Object.assign(model, { asking: true }));
      else if (event.name === 'E')
        reject(new FleetError('config.invalid', 'the configuration is broken', { fix: 'fix it' }));
      else if (event.name === 'C') setImmediate(() => JSON.parse('{not json'));
      else
        change(() =>
          move(event.name === 'j' || event.name === 'down' ? 1 : event.name === 'k' || event.name === 'up' ? -1 : 0),
        );
    });
  });
}
