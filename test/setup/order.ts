import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They wait most of their time: for servers, for deadlines on a real clock, and for programs in terminals. */
const WAITING = [
  /^test\/(contract|crash|faults|terminal)\//,
  /^test\/cli\/(attach|built|cli|completion|create|json|listed|question|snapshots|wait)\./,
  /^test\/(plain\/line|screens\/real)-terminal\./,
  /^src\/platforms\/\w+\/(link\/dial|watch)\./,
  /^src\/platforms\/transport\/ssh\/(client|ssh)\./,
];
/** Of all workers; what computes has the other half. */
const WAITING_SHARE = 0.5;
const UNKNOWN_MS = 1_000;

/**
 * What waits runs beside what computes from the beginning, so that no core is without work, and within both what took longest
 * comes first. A worker that has nothing of its own kind takes what there is.
 */
export class MixedOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const { maxWorkers } = this.ctx.config;
    const waiting = Math.max(1, Math.floor(maxWorkers * WAITING_SHARE));
    const lanes = {
      waiting: new Array<number>(waiting).fill(0),
      computing: new Array<number>(Math.max(1, maxWorkers - waiting)).fill(0),
    };
    const turns = sorted.map((file) => {
      const waits = WAITING.some((name) => name.test(relative(this.ctx.config.root, file.moduleId)));
      const ends = lanes[waits ? 'waiting' : 'computing'];
      const at = Math.min(...ends);
      ends[ends.indexOf(at)] = at + (this.ctx.cache.getTestSpecificationResult(file)?.duration ?? UNKNOWN_MS);
      return { file, at };
    });
    return turns.sort((a, b) => a.at - b.at).map(({ file }) => file);
  }
}
