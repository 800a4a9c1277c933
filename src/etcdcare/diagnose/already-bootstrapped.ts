import { replaceMember } from './advice.ts';
import { crashLine } from './crash-line.ts';

/** An empty member whose template still says state `new`, while the cluster knows it. */
export const alreadyBootstrapped = crashLine({
  case: 'AlreadyBootstrapped',
  pattern: /member [0-9a-f]+ has already been bootstrapped/,
  remedy: replaceMember,
});
