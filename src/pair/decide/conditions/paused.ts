import type { Assessment, Finding } from './assessment.ts';

const type = 'Paused';

/** Whether the operator was told to leave the pair alone. */
export function paused({ facts: { pair } }: Assessment): Finding<typeof type> {
  switch (pair.spec.mode) {
    case 'Paused':
      return {
        type,
        status: 'True',
        reason: 'Paused',
        message: 'only the role labels follow; set spec.mode to Managed to go on',
      };
    case 'ObserveOnly':
      return { type, status: 'True', reason: 'ObserveOnly', message: 'the operator reports and changes nothing' };
    default:
      return { type, status: 'False', reason: 'Managed', message: 'the operator looks after the pair' };
  }
}
