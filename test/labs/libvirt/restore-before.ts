import { beforeAll, expect } from 'vitest';
import { restoreHost } from './faults.ts';
import { siteFrom } from './site.ts';

/** A daemon that crashed behind the last test of one file must not fail the next file. */
beforeAll(async () => {
  if (!expect.getState().testPath?.includes('/labs/libvirt/')) return;
  for (const host of siteFrom(process.env).hosts) await restoreHost(host);
});
