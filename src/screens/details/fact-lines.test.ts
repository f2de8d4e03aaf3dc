import { describe, expect, it } from 'vitest';
import { look, painted } from '../../../test/screens/painted.ts';
import { type Fact, fact, factLines, staleState } from './facts.ts';

const at = (hours: number, minutes = 0) => new Date(2026, 0, 1, hours, minutes).getTime();
const shown = (lines: readonly string[]) => lines.map(painted).join('\n');

describe('facts', () => {
  const facts: readonly Fact[] = [
    { label: 'State', value: 'running', colour: 'running' },
    { label: 'CPU', share: 0.5, text: 'of 4' },
    { label: 'History', trend: new Float32Array([0, 0.5, 1]) },
    { section: 'Storage' },
    { label: 'A label that is long', value: 'a value that does not fit into one line of it' },
  ];

  it('stand below each other', () => {
    expect(shown(factLines(facts, 40, look))).toMatchInlineSnapshot(`
      "{dim|State           } {running|running                }
      {dim|CPU             } {gauge-low|███}{gauge-empty|···}  50% of 4       
      {dim|History         } {accent|▁▅█}                    
      {header|Storage                                 }
      {dim|A label that is } {text|a value that does not  }
      {dim|long            } {text|fit into one line of it}"
    `);
  });

  it('stand in two columns where there is room', () => {
    expect(shown(factLines(facts, 76, look))).toMatchInlineSnapshot(`
      "{dim|State       } {running|running                 }  {dim|A label that is } {text|a value that does   }
      {dim|CPU         } {gauge-low|███}{gauge-empty|···}  50% of 4          {dim|long            } {text|not fit into one    }
      {dim|History     } {accent|▁▅█}                       {dim|                } {text|line of it          }
      {header|Storage                              }"
    `);
    expect(factLines(facts, 75, look)).toHaveLength(6);
  });

  it.each([
    [43, 'x'.repeat(14), 1],
    [43, 'x'.repeat(15), 2],
    [42, 'x'.repeat(17), 1],
    [42, 'x'.repeat(18), 2],
  ])('have their text beside the gauge where it has room: in %i columns', (columns, text, lines) => {
    expect(factLines([{ label: 'CPU', share: 1, text }], columns, look)).toHaveLength(lines);
  });

  it('have a shorter gauge and the newest of a graph in few columns', () => {
    const trend = new Float32Array([0, 1, 0, 1]);
    expect(
      shown(
        factLines(
          [
            { label: 'CPU', share: 1, text: '' },
            { label: 'x', trend },
          ],
          16,
          look,
        ),
      ),
    ).toMatchInlineSnapshot(`
      "{dim|CPU         } {gauge-high|██████}{gauge-empty|} 100% 
      {dim|x           } {accent|█▁█}"
    `);
    expect(shown(factLines([{ label: 'CPU', share: 1, text: '' }], 43, look))).toContain('██████████');
  });

  it('are not told of what is not known to exist', () => {
    expect([fact('A', undefined), fact('A', '')]).toEqual([[], []]);
    expect(fact('A', 'b')).toEqual([{ label: 'A', value: 'b' }]);
    expect(fact('A', 'b', 'dim')).toEqual([{ label: 'A', value: 'b', colour: 'dim' }]);
    expect(staleState('up', undefined, undefined, look)).toEqual([]);
    expect(staleState('up', at(9), at(10), look)).toEqual([
      { label: 'State', value: '~ was up', colour: 'warning' },
      { label: 'Last heard', value: '09:00:00', colour: 'warning' },
    ]);
  });

  it('show times for programs as all others, and leave what only looks like one', () => {
    const line = (value: string) => shown(factLines([{ label: 'At', value }], 60, look));
    expect(line(new Date(2026, 0, 2, 3, 4).toISOString())).toContain('2026-01-02 03:04');
    expect(line('2026-99-99T99:99Z')).toContain('2026-99-99T99:99Z');
  });
});
