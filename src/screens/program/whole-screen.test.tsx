import { Box } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { openProgram } from '../../../test/screens/light-program.ts';
import { host1, openStage, settled } from '../../../test/screens/light-stage.tsx';
import { painted, plain } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { Root } from '../root.tsx';
import { TourPanel } from '../tour/tour-panel.tsx';

describe('the whole screen', () => {
  const screen = (
    size: { columns: number; rows: number },
    prepare: (light: ReturnType<typeof openProgram>) => void = () => {},
  ) => {
    const light = openProgram({ size });
    prepare(light);
    const { lastFrame, unmount } = render(<Root stage={light.stage} state={light.state} views={light.program.views} />);
    const frame = lastFrame() ?? '';
    unmount();
    return plain(frame).split('\n');
  };

  it('has header, view and keys, and its message above them', () => {
    const lines = screen({ columns: 80, rows: 20 });
    expect([lines.length, lines[0], lines[1]?.trim().split(' ')[0]]).toEqual([
      20,
      ' drover  1/1 endpoint  8/8 VMs running',
      'NAME↑',
    ]);
    expect(lines.at(-1)).toMatch(/q quit$/);
    const told = screen({ columns: 80, rows: 20 }, ({ stage }) => stage.message.say('word '.repeat(20)));
    expect(told.slice(-3, -1).map((line) => line.trim().split(' ')[0])).toEqual(['word', 'word']);
    expect(told).toHaveLength(20);
  });

  it('has its header below where it is short', () => {
    const lines = screen({ columns: 80, rows: 10 });
    expect([lines.length, lines[0]?.trim().split(' ')[0], lines.at(-2)]).toEqual([
      10,
      'NAME↑',
      ' drover  1/1 endpoint  8/8 VMs running',
    ]);
  });

  it.each([
    [40, 8, 'NAME↑'],
    [39, 8, 'drover needs at least 40x8: make the'],
    [40, 7, 'drover needs at least 40x8: make the'],
    [20, 3, 'drover needs at'],
    [20, 2, '40x8 needed'],
    [6, 1, '40x8'],
  ])('of %ix%i begins with %s', (columns, rows, text) => {
    const lines = screen({ columns, rows });
    expect(lines[0]?.trim().startsWith(text)).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(rows);
  });

  it('has layers and the tour over it, above the details', () => {
    const lines = screen({ columns: 80, rows: 24 }, ({ stage }) => {
      stage.tour.show();
      void stage.dialogs.confirm({ title: 'Quit', question: 'Quit?' });
    });
    expect(lines.findIndex((line) => line.includes('Five keys'))).toBe(7);
    expect(lines.some((line) => line.includes('─ Quit ─'))).toBe(true);
  });

  it('follows what changes', async () => {
    const light = openProgram();
    const { lastFrame, unmount } = render(<Root stage={light.stage} state={light.state} views={light.program.views} />);
    light.stage.message.say('said now');
    await settled();
    expect(lastFrame()).toContain('said now');
    light.store.push(host1, inventory([aNode('n1')], [aVm('new-one')]));
    light.store.flush();
    await settled();
    expect(lastFrame()).toContain('new-one');
    unmount();
  });
});

describe('the tour', () => {
  const tour = (columns: number, rows: number, below: number) => {
    const { stage } = openStage();
    const { lastFrame, unmount } = render(
      <Box width={columns} height={rows}>
        <TourPanel stage={stage} room={{ columns, rows }} below={below} />
      </Box>,
    );
    const frame = painted(lastFrame() ?? '');
    unmount();
    return frame;
  };

  it('stands in the corner', () => {
    expect(tour(80, 14, 2)).toMatchInlineSnapshot(`
      "



                    {border|╭─}{title| Five keys to begin with; any key closes this }{border|─────────────────╮}
                    {border|│} {key|j k l h  } move, unfold and fold; the arrows do too             {border|│}
                    {border|│} {key|/        } find: a name, cpu>80, state:running                  {border|│}
                    {border|│} {key|enter    } all about the VM; its verbs are at the bottom        {border|│}
                    {border|│} {key|:        } every command by name, and why it can’t run now      {border|│}
                    {border|│} {key|? q      } all keys; leave                                      {border|│}
                    {border|╰────────────────────────────────────────────────────────────────╯}


      "
    `);
    expect(
      tour(44, 11, 9)
        .split('\n')
        .map((line) => line.replace(/\{\w+\||\}/g, ''))
        .slice(0, 4)
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "

      ╭─ Five keys to begin with; any key close…╮
      │ j k l h   move, unfold and fold; the ar… │"
    `);
    expect(tour(80, 10, 0).trim()).toBe('');
  });
});
