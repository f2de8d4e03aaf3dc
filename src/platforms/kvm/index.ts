import type { Platform } from '../contract.ts';
import { testEndpoint } from './checks.ts';
import { connect } from './connection.ts';
import { detectHere } from './detect.ts';
import { setUpHost } from './setup/set-up-host.ts';

export const platform: Platform = { connect, test: testEndpoint, detect: detectHere, setUp: setUpHost };
