import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { actions } from '../../actions/index.ts';
import { createKeymap } from '../../actions/keymap.ts';
import { endpointName } from '../../ids.ts';
import type { EndpointStatus } from '../../state/fleet/fleet.ts';
import { loadTheme } from '../../state/theme/theme.ts';
import { createAdvice } from '../advice.ts';
import { glyphsOf } from '../frame/glyphs.ts';
import { timeOfDay } from '../time.ts';
import { endpointOverview } from './group-tabs.ts';

const look = { theme: await loadTheme('dark', 'none'), glyphs: glyphsOf('unicode') };
const advice = createAdvice(actions, createKeymap(actions).keymap);
const since = Date.UTC(2026, 0, 2, 3, 4, 5);
const status: EndpointStatus = { name: endpointName('host1'), platform: 'fake', address: '', phase: 'up', since };
const shown = (one: EndpointStatus) => stripVTControlCharacters(endpointOverview(one, advice, 75, look).join('\n'));

it('says how many events of an endpoint were too many, and nothing while there are none', () => {
  expect(shown(status)).not.toContain('Events');
  expect(shown({ ...status, droppedEvents: 2_000 })).toMatch(
    new RegExp(`Events +\\S*2[^ ]* too many to be shown since ${timeOfDay(since)}`),
  );
});
