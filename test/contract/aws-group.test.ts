import { expect, it } from 'vitest';
import { GROUP_TAG } from '../../src/platforms/aws/machine.ts';

it('knows the tag that EC2 Auto Scaling puts on an instance of a group', () => {
  // EC2 Auto Scaling user guide, "Tag Auto Scaling groups and instances".
  expect(GROUP_TAG).toBe('aws:autoscaling:groupName');
});
