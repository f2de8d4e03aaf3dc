import type { Field } from '../platforms/contract.ts';

/** Of whatever can belong to a plan. */
export const PLAN: Field = {
  key: 'plan',
  label: 'Plan',
  help: 'The plan that it belongs to.',
  kind: 'text',
  default: '',
  advanced: true,
};
