import { clipboardTopic } from './clipboard.ts';
import { coloursTopic } from './colours.ts';
import { columnsTopic } from './columns.ts';
import { completionTopic } from './completion.ts';
import { configTopic } from './config.ts';
import { consoleTopic } from './console.ts';
import { exitCodesTopic } from './exit-codes.ts';
import { filesTopic } from './files.ts';
import { filterTopic } from './filter.ts';
import { importTopic } from './import.ts';
import { keysTopic } from './keys.ts';
import { lineModeTopic } from './line-mode.ts';
import { mouseTopic } from './mouse.ts';
import { outputTopic } from './output.ts';
import { secretsTopic } from './secrets.ts';
import { sshTopic } from './ssh.ts';
import { templatesTopic } from './templates.ts';
import type { Topic } from './topic.ts';
import { tourTopic } from './tour.ts';
import { trustTopic } from './trust.ts';

/** In the order of the list. */
export const topics: readonly Topic[] = [
  tourTopic,
  keysTopic,
  filterTopic,
  columnsTopic,
  outputTopic,
  configTopic,
  templatesTopic,
  importTopic,
  secretsTopic,
  trustTopic,
  consoleTopic,
  sshTopic,
  completionTopic,
  coloursTopic,
  mouseTopic,
  clipboardTopic,
  lineModeTopic,
  filesTopic,
  exitCodesTopic,
];
