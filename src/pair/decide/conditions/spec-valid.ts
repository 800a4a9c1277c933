import type { Assessment, Finding } from './assessment.ts';

const type = 'SpecValid';

/** Whether the spec, and what it refers to, can be rendered. */
export function specValid({ facts: { problems } }: Assessment): Finding<typeof type> {
  const [first] = problems;
  if (!first) return { type, status: 'True', reason: 'Valid', message: 'the spec can be rendered' };
  return { type, status: 'False', reason: first.reason, message: problems.map(({ message }) => message).join('; ') };
}
