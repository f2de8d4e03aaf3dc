import { importers } from '../import/importers.ts';
import { example, type Topic, terms, text } from './topic.ts';

export const importTopic: Topic = {
  name: 'import',
  help: 'Endpoints from what other tools already know.',
  async blocks() {
    return [
      text(
        'What the users of other tools have written down becomes endpoints. A table shows what would be added before anything is; nothing is connected to, and the files of the other tool are only read.',
      ),
      terms(importers.map(({ tool, help }) => [tool, help])),
      example('drover import kcli', 'drover import aws --only prod-eu-west-1 --yes', 'drover import openstack -o json'),
      text(
        'In a terminal you are asked; elsewhere --yes writes, and without it, with --dry-run or -o json the table is all there is. --only picks by name. An endpoint that is there is never changed: one that agrees is passed over, so that the same import can be run again, and another one of that name gives the new one the name of the tool as an ending.',
      ),
      text(
        'A secret is referred to wherever that is possible: a cloud or a profile by its name, a variable as env:, a file as file:. One that stands in the middle of another tool’s file is copied into a file of its own, secrets/ENDPOINT.FIELD beside the configuration, that only you can read. None is ever printed. What pvetui has encrypted stays with pvetui.',
      ),
      text(
        'Settings that switch the check of certificates off are not taken over: the endpoint gets ca or fingerprint instead (drover help trust).',
      ),
    ];
  },
};
