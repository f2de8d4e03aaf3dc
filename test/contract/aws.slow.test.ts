import { contractSuite, loadTestkit } from './suite.ts';

contractSuite('aws', await loadTestkit('aws'));
