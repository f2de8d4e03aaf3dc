import { contractSuite, loadTestkit } from './suite.ts';

contractSuite('fake', await loadTestkit('fake'));
