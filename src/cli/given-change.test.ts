import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { FleetError } from '../errors.ts';
import type { Field } from '../platforms/contract.ts';
import { metadataField } from '../platforms/lib/provision-fields.ts';
import { changeGiven } from './given-change.ts';
import { openGivenFiles } from './given-files.ts';
import { allGiven } from './given-values.ts';
import { pairsAfter, takePairEdits } from './pair-edits.ts';
import { saidBy } from './parameters.ts';

const fields: readonly Field[] = [{ key: 'vcpus', label: 'vCPUs', help: '', kind: 'count' }, metadataField];
const files = openGivenFiles({ stdin: new PassThrough(), signal: new AbortController().signal });

async function changed(parameters: readonly string[], repeated: Readonly<Record<string, readonly string[]>> = {}) {
  const { edits, left } = takePairEdits({ values: {}, repeated }, [metadataField]);
  const said = await saidBy({ parameters, parameterFiles: [] }, fields, files);
  const unknown = () => new FleetError('usage', 'unknown');
  const given = { said, flags: await allGiven(left, files), pairs: edits, fields, unknown };
  const { changes, pairs } = await changeGiven(given, files);
  return { ...changes, ...pairsAfter(pairs, { metadata: { site: 'north', owner: 'ann' } }) };
}

it('F-298 parameters that become metadata leave the other pairs', async () => {
  expect(await changed(['numcpus=4', 'site=south', 'colour=red'])).toEqual({
    vcpus: 4,
    metadata: { site: 'south', owner: 'ann', colour: 'red' },
  });
  for (const metadata of ['metadata=site=south', 'metadata={site: south}'])
    expect(await changed([metadata])).toEqual({ metadata: { site: 'south', owner: 'ann' } });
  expect(await changed(['numcpus=4'])).toEqual({ vcpus: 4 });
});

it('flags of single pairs count more than parameters, and all pairs are not said twice', async () => {
  expect(await changed(['site=south'], { 'append-metadata': ['site=east'], 'remove-metadata': ['owner'] })).toEqual({
    metadata: { site: 'south,east' },
  });
  expect(await changed([], { metadata: ['a=1'] })).toEqual({ metadata: { a: '1' } });
  await expect(changed(['site=south'], { metadata: ['a=1'] })).rejects.toThrow(
    'site: --metadata says all that it has already',
  );
});

it('the storage of new disks is not said of a VM that is there', async () => {
  await expect(changed(['pool=ssd'])).rejects.toThrow('-P pool: ');
});
