import { describe, expect, it } from 'vitest';
import { configuredKeymap } from '../../src/actions/configured-keymap.ts';
import { actions } from '../../src/actions/index.ts';
import { sampleConfig } from '../../src/cli/topics/config.ts';
import { plainText } from '../../src/cli/topics/plain.ts';
import { sampleTemplate } from '../../src/cli/topics/templates.ts';
import { topics } from '../../src/cli/topics/topics.ts';
import { platforms } from '../../src/platforms/registry.ts';
import { interpret } from '../../src/state/config/interpret.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { compileFilter } from '../../src/state/query/filter.ts';
import { filterWords } from '../../src/state/query/filter-words.ts';
import { readTemplate } from '../../src/state/templates/read-template.ts';
import { createTestClock } from '../clock.ts';

const textOf = async (name: string): Promise<string> => {
  const topic = topics.find((one) => one.name === name);
  return topic ? plainText(await topic.blocks(), 80) : '';
};

async function configOf(lines: readonly string[]) {
  const { tree, broken } = await openYaml('config.yaml', `${lines.join('\n')}\n`);
  const fields = new Map(platforms.map(({ manifest }) => [manifest.id, manifest.endpoint]));
  return { broken, ...interpret('config.yaml', tree, fields) };
}

describe('topics of the help', () => {
  it('are each a page of lines that fit, without a word that is cut', async () => {
    for (const { name, help } of topics) {
      expect(help).toMatch(/^[A-Z].*[^.]\.$/);
      const text = await textOf(name);
      expect(text.length).toBeGreaterThan(200);
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('name every key that an action has', async () => {
    const text = await textOf('keys');
    for (const { id, keys } of actions) if (keys.length > 0) expect(text.replaceAll(/\s+/g, ' ')).toContain(`(${id})`);
  });

  it('show a configuration that can be used as it stands', async () => {
    const { broken, problems, config } = await configOf(sampleConfig);
    expect([...broken, ...problems]).toEqual([]);
    expect([...config.endpoints.keys()]).toEqual(['desk', 'db1']);
  });

  it('show a template that can be used as it stands', async () => {
    const ids = platforms.map(({ manifest }) => manifest.id);
    const { problems, says } = await readTemplate('template.yaml', `${sampleTemplate.join('\n')}\n`, ids);
    expect([problems, [...says.vm.keys()]]).toEqual([[], ['image', 'memory', 'numcpus', 'description']]);
  });

  it('show keys that can be used as they stand', async () => {
    const topic = topics.find(({ name }) => name === 'keys');
    const [block] = ((await topic?.blocks()) ?? []).filter(({ kind }) => kind === 'example');
    const { config } = await configOf(block?.kind === 'example' ? block.lines : []);
    const { problems, detachKey } = configuredKeymap(actions, 'config.yaml', config.file);
    expect(problems).toEqual([]);
    expect(detachKey).toBe('ctrl-t');
  });

  it('name words of the filter language that it understands, as it understands them', () => {
    const { fleet } = createStore(createTestClock());
    for (const { word, compares } of filterWords) {
      expect(compileFilter(compares === 'text' ? `${word}:*` : `${word}>67108864`, fleet).problem).toBeUndefined();
      const size = compileFilter(`${word}>1GiB`, fleet).problem?.message;
      if (compares === 'size') expect(size).toBeUndefined();
      if (compares === 'number') expect(size).toContain('is no number');
      if (compares === 'text') expect(size).toContain('is a text');
    }
  });
});
