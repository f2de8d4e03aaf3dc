import { describe, expect, it } from 'vitest';
import { openWithPool } from '../../../test/screens/light-fleet.ts';
import { createFind } from './find.ts';
import { goTo } from './go-to.ts';

describe('going to something that was told of', () => {
  it.each([
    ['host1/web2', 'vm host1/web2'],
    ['host1/n1', 'node host1/n1'],
    ['host1', 'node host1/n1'],
  ])('%s puts the cursor there', (id, key) => {
    const { stage, state } = openWithPool();
    state.pane = 'details';
    expect(goTo(stage, state, id, 'x')).toBe(true);
    expect([state.view.current()?.key, state.pane]).toEqual([key, 'tree']);
  });

  it('takes a filter away that hides it, and only such', () => {
    const { stage, state, said } = openWithPool();
    state.setFilter('name:web*');
    expect(goTo(stage, state, 'host1/web2', 'web2')).toBe(true);
    expect([state.filterText, said()]).toEqual(['name:web*', undefined]);
    expect(goTo(stage, state, 'host1/n1', 'n1')).toBe(true);
    expect(state.filterText).toBe('name:web*');
    expect(goTo(stage, state, 'host1/db1', 'db1')).toBe(true);
    expect([state.filterText, said(), state.view.current()?.key]).toEqual([
      '',
      'without the filter, which hid db1',
      'vm host1/db1',
    ]);
    state.setFilter('name:nothing');
    expect(goTo(stage, state, 'host1/n1', 'n1')).toBe(true);
    expect(state.filterText).toBe('');
  });

  it('says when it is gone', () => {
    const { stage, state, said, tone } = openWithPool();
    expect(goTo(stage, state, 'host1/gone', 'old')).toBe(false);
    expect([said(), tone()]).toEqual(['old is not there any more', 'warning']);
    expect(goTo(stage, state, 'host1', 'host1')).toBe(true);
  });
});

describe('going from match to match', () => {
  const find = () => {
    const light = openWithPool();
    let moved = 0;
    const by = createFind(light.stage, light.state, () => moved++);
    return { ...light, by, moved: () => moved, at: () => light.state.view.current()?.key };
  };

  it('needs something to look for', () => {
    const { by, said, tone } = find();
    by(1);
    expect([said(), tone()]).toEqual(['/ first: it says what to look for, and n goes from match to match', 'warning']);
  });

  it('goes on through the whole tree when the filter is gone, and round', () => {
    const { by, said, state, at, moved } = find();
    state.setFilter('name:web*');
    state.setFilter('');
    state.view.toIndex(0);
    by(1);
    expect([at(), said(), moved()]).toEqual(['vm host1/web1', 'name:web*: the next one', 1]);
    by(1);
    by(1);
    expect([at(), said()]).toEqual(['vm host1/web1', 'name:web*: on from the top']);
    by(-1);
    expect([at(), said()]).toEqual(['vm host1/web2', 'name:web*: on from the bottom']);
    by(-1);
    expect([at(), said()]).toEqual(['vm host1/web1', 'name:web*: the one before']);
  });

  it('says nothing where the filter shows the matches anyway, and that there is none', () => {
    const { by, said, state, at, tone, moved } = find();
    state.setFilter('name:web*');
    state.view.toIndex(0);
    by(1);
    expect([at(), said()]).toEqual(['vm host1/web1', undefined]);
    state.setFilter('name:nothing-of-this-name-is-in-the-whole-fleet');
    state.setFilter('');
    const before = moved();
    by(1);
    expect([said(), tone(), moved()]).toEqual([
      'no VM matches name:nothing-of-this-name-is-in-the-who…',
      'warning',
      before,
    ]);
  });
});
