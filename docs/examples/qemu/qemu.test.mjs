import { pluginSuite } from 'drover/testkit';
import { testkit } from './testkit.mjs';

await pluginSuite(import.meta.dirname, testkit);
