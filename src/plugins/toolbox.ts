/**
 * What drover gives to a plugin when it makes its platform: the same helpers that drover's own platforms are written with, of the
 * very program that runs. A plugin needs no copy of drover, and its errors and ids are drover's. docs/plugins.md tells of each.
 */
import { wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import * as ids from '../ids.ts';
import { type Absences, type OperationName, operations, partsOf } from '../platforms/contract.ts';
import { lacking, noListed } from '../platforms/lib/listed.ts';
import { nodeChanges } from '../platforms/lib/node-changes.ts';
import { createPollLoop } from '../platforms/lib/poll-loop.ts';
import { createRechecks } from '../platforms/lib/rechecks.ts';
import { asShare, blockOf, lastBlockOf } from '../platforms/lib/sample-block.ts';
import { resolveName, step, upToFailure } from '../platforms/transport/check.ts';
import { within } from '../platforms/transport/deadline.ts';
import { createHttp } from '../platforms/transport/http/http.ts';
import { createRest } from '../platforms/transport/http/rest.ts';
import { StatusError, statusError } from '../platforms/transport/http/rest-error.ts';
import { createTokens } from '../platforms/transport/http/rest-token.ts';
import { readHttpTarget } from '../platforms/transport/http/target.ts';
import { runningChild } from '../platforms/transport/running-command.ts';
import { openSshHost } from '../platforms/transport/ssh/ssh.ts';
import { shellWord } from '../shell-word.ts';
import * as units from '../units.ts';

const groupNames = [...new Set((Object.keys(operations) as OperationName[]).map((name) => partsOf(name)[0]))];

/** `whyNot` of a platform that has these operations and no other one, for one and the same reason. */
const lackingAllBut = (has: readonly OperationName[], why: string): Absences => lacking(why, groupNames, has);

export const toolbox = {
  FleetError,
  ids,
  units,
  wait,
  within,
  shellWord,
  watching: { createPollLoop, createRechecks, nodeChanges, blockOf, lastBlockOf, asShare },
  lists: { lacking, lackingAllBut, noListed },
  checks: { step, resolveName, upToFailure },
  ssh: { openSshHost, runningChild },
  http: { readHttpTarget, createHttp, createRest, createTokens, StatusError, statusError },
} as const;

export type Toolbox = typeof toolbox;
