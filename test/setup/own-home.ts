import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** No test sees the user's ~/.ssh, ~/.aws or ~/.config. */
export default function setUp(): () => void {
  const home = mkdtempSync(join(tmpdir(), 'drover-test-home-'));
  process.env['HOME'] = home;
  return () => rmSync(home, { recursive: true, force: true });
}
