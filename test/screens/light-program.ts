import { keyNamed } from '../../src/screens/keys.ts';
import { createProgram } from '../../src/screens/program/program.ts';
import type { Mouse } from '../../src/terminal/keys.ts';
import { aNode, vmsOn } from '../state/objects.ts';
import { type LightOptions, openStage } from './light-stage.tsx';
import { plain } from './painted.ts';

/** The program over two nodes: n1, n1-0 … n1-4, n2, n2-0 … n2-2. */
export function openProgram(options: LightOptions = {}) {
  const connection = { vm: { info: () => new Promise(() => {}) }, node: {}, console: {}, whyNot: {} } as never;
  const light = openStage({
    nodes: [aNode('n1'), aNode('n2')],
    vms: [...vmsOn('n1', 5), ...vmsOn('n2', 3)],
    connection,
    ...options,
  });
  const program = createProgram(light.stage, light.state);
  const { state, stage } = light;
  const draw = () => {
    const { rows, columns } = light.size;
    return program.views.current.lines({ columns, rows: rows - 3 });
  };
  draw();
  const input = (...keys: readonly string[]) => {
    for (const name of keys) {
      const key = keyNamed(name, 5);
      if (!key) throw new Error(name);
      program.onInput(key);
    }
  };
  const mouse = (action: Mouse['action'], column: number, row: number, button = 'left') =>
    program.onInput({ kind: 'mouse', action, button, column, row, read: 5 } as unknown as Mouse);
  const at = () => state.view.current()?.key.replace(/^\w+ host1\//, '');
  return {
    ...light,
    stage,
    program,
    input,
    mouse,
    at,
    draw,
    text: () => plain(draw()),
    view: () => program.views.current.id,
  };
}
