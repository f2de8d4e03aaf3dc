import { expect, it } from 'vitest';
import { endpointName, nodeId } from '../../ids.ts';
import type { Connection, Node } from '../../platforms/contract.ts';
import { seeNodeFile } from './change-files.ts';

it.each(['/', '//', '', '/srv/..', '.'])('F-201 %j names no file in a folder', async (path) => {
  const connection = { node: { files: async () => ({ path: '/', entries: [] }) } } as unknown as Connection;
  const node = { id: nodeId(endpointName('host1'), 'n'), name: 'host1' } as Node;
  await expect(seeNodeFile(connection, node, path, new AbortController().signal)).rejects.toThrow(
    `${JSON.stringify(path)} names no file in a folder`,
  );
});
