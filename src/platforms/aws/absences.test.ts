/** The README says of each operation that AWS lacks which page of the API lacks it. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OperationName } from '../contract.ts';
import { operationNames } from '../wrap/operations.ts';
import { testkit } from './testkit.ts';

const README = readFileSync(`${import.meta.dirname}/README.md`, 'utf8');
const COMMANDS = `${import.meta.dirname}/../../../node_modules/@aws-sdk/client-ec2/dist-types/commands`;
const { operations, elsewhere = [] } = testkit.facts;
const has = (name: OperationName) => operations.includes(name) || elsewhere.includes(name);

/** Rows of tables that have operations in their first column: patterns, and what is said of them. */
const rows = [...README.matchAll(/^\| (`[a-z]+\.[^|]+) \| (.+) \|$/gm)].map(([, what = '', why = '']) => ({
  patterns: [...what.matchAll(/`([a-z]+\.[a-zA-Z*]+)`/g)].map(([, pattern = '']) => pattern),
  why,
}));
const covers = (pattern: string, name: string) =>
  pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

describe('operations that AWS lacks', () => {
  it('are in the README, each once, and none that is there', () => {
    const told = (name: OperationName) =>
      rows.flatMap(({ patterns }) => patterns.filter((pattern) => covers(pattern, name)));
    const absent = operationNames.filter((name) => !has(name));
    expect(absent.map((name) => [name, told(name).length])).toEqual(absent.map((name) => [name, 1]));
    const named = operationNames.filter((name) => told(name).includes(name));
    expect(named.filter(has)).toEqual([]);
  });

  it.each(rows)('are named with a page of the API of EC2: $patterns', ({ patterns, why }) => {
    const pages = [...why.matchAll(/`([A-Z]\w+)`/g)].map(([, page = '']) => page);
    const isPage = (page: string) => existsSync(`${COMMANDS}/${page}Command.d.ts`);
    // metrics are told by another service
    if (!patterns.includes('vm.history')) expect(pages.filter(isPage)).not.toEqual([]);
  });
});
