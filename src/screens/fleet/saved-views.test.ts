import { describe, expect, it } from 'vitest';
import { openWithPool } from '../../../test/screens/light-fleet.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import type { Services } from '../../actions/services.ts';
import { interpret } from '../../state/config/interpret.ts';
import { openYaml } from '../../state/config/yaml-file.ts';
import { openSavedViews } from './saved-views.ts';

describe('saved views', () => {
  const start = async (text: string, options: { readonly written?: boolean; readonly demo?: boolean } = {}) => {
    const { config } = interpret('config.yaml', (await openYaml('config.yaml', text)).tree, new Map());
    const changes: unknown[] = [];
    const changeConfig = async (change: unknown) => {
      changes.push(change);
      return options.written ?? true;
    };
    const services = { config: () => config, changeConfig } as unknown as Partial<Services>;
    const light = openWithPool({ services, run: { demo: options.demo ?? false }, size: { columns: 80, rows: 30 } });
    let changed = 0;
    const begin = () => {
      const done = openSavedViews(light.stage, light.state, () => changed++);
      return settled().then(() => ({ done }));
    };
    return { ...light, begin, changes, changed: () => changed };
  };
  const MINE = 'views:\n  mine: { filter: "name:web*", sort: cpu, flat: true }\n';

  it('are taken, with what they are', async () => {
    const { begin, drawn, press, said, state, changed } = await start(MINE);
    const { done } = await begin();
    expect(drawn()).toMatchInlineSnapshot(`
      " ╭─ Views ───────────────────────────────────────────────────────────────────╮
       │ ❯ mine: name:web*, by cpu, all in one list                                │
       │   busiest: by cpu, all in one list                                        │
       │   most-memory: by mem, all in one list                                    │
       │   running: state:running, by name, all in one list                        │
       │   stopped: state:stopped, by name, all in one list                        │
       │   in-trouble: trouble:*, by name, all in one list                         │
       │   busiest-nodes: by cpu, all nodes in one list                            │
       │   fullest-nodes: by mem, all nodes in one list                            │
       │   nodes-down: state:down,unknown, by name, all nodes in one list          │
       │   nodes-in-maintenance: state:maintenance, by name, all nodes in one list │
       │   Save this one: the whole tree                                           │
       │   Delete one …                                                            │
       ╰───────────────────────────────────────────────────────────────────────────╯"
    `);
    press('enter');
    await done;
    expect([state.filterText, state.sort?.by.id, state.arrangement, changed()]).toEqual([
      'name:web*',
      'cpu',
      'flat',
      1,
    ]);
    expect(said()).toMatch(/^the view mine: /);
  });

  it.each([
    [{}, 'saved as other', 'good'],
    [{ demo: true }, 'kept as other until this demo ends; nothing of a demo is saved', 'warning'],
    [{ written: false }, 'nothing is written in this run', 'warning'],
  ])('are saved under a name: %o', async (options, words, colour) => {
    const { begin, press, said, tone, changes, drawn } = await start('', options);
    const { done } = await begin();
    expect(drawn()).not.toContain('Delete one');
    press(...'Save', 'enter');
    await settled();
    expect(drawn()).toContain('Its name:');
    press(...'other', 'enter');
    await done;
    expect(changes).toMatchObject([{ kind: 'view-save', name: 'other' }]);
    expect([said(), tone()]).toEqual([words, colour]);
  });

  it('are written over only after a question', async () => {
    const { begin, press, changes, drawn } = await start(MINE);
    for (const answer of ['n', 'y']) {
      const { done } = await begin();
      press(...'Save', 'enter');
      await settled();
      press(...'mine', 'enter');
      await settled();
      expect(drawn()).toContain('There is a view mine already.');
      press(answer);
      await done;
      expect(changes).toHaveLength(answer === 'y' ? 1 : 0);
    }
  });

  it('are deleted after a question', async () => {
    const { begin, press, said, tone, changes, drawn } = await start(MINE);
    for (const answer of ['n', 'y']) {
      const { done } = await begin();
      press(...'Delete', 'enter');
      await settled();
      expect(drawn()).toContain('Delete a view');
      press('enter');
      await settled();
      expect(drawn()).toContain('Delete the view mine?');
      press(answer);
      await done;
    }
    expect(changes).toEqual([{ kind: 'view-remove', name: 'mine' }]);
    expect([said(), tone()]).toEqual(['the view mine is deleted', 'good']);
  });

  it('are not deleted in a run that writes nothing, or when it is given up', async () => {
    const { begin, press, said, tone, drawn } = await start(MINE, { written: false });
    const first = await begin();
    press(...'Delete', 'enter');
    await settled();
    press('esc');
    await first.done;
    expect(said()).toBeUndefined();
    const { done } = await begin();
    press(...'Delete', 'enter');
    await settled();
    press('enter');
    await settled();
    drawn();
    press('y');
    await done;
    expect([said(), tone()]).toEqual(['nothing is written in this run', 'warning']);
  });
});
