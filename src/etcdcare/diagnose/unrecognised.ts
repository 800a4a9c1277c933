import type { Case, Check } from './ailment.ts';

/** Something is wrong that no other check knows: said as such, with what there is to see. */
export const unrecognised: Check = ({ facts, quorum }: Case) => {
  const notReady = facts.pods.filter(({ ready }) => !ready).map(({ name }) => name);
  const silent = facts.looks.flatMap((look) => ('error' in look ? [`${look.podName}: ${look.error.message}`] : []));
  const unhealthy = (quorum.members ?? [])
    .filter(({ healthy }) => !healthy)
    .map(({ name, id }) => name || id.toString(16));
  const pods = [...new Set([...notReady, ...facts.missing])].sort();
  const seen = [
    ...facts.pods.filter(({ name }) => pods.includes(name)).map(describe),
    ...facts.missing.map((name) => `${name} does not exist`),
    ...silent,
    ...(unhealthy.length > 0 && pods.length === 0 ? [`member ${unhealthy.join(', ')} is not healthy`] : []),
    ...facts.unread.map((what) => `not read: ${what}`),
  ];
  if (pods.length === 0 && silent.length === 0 && unhealthy.length === 0) return undefined;
  return {
    case: 'Unrecognised',
    pods,
    evidence: seen.join('; '),
    certainty: 'Suspected',
    remedy: `Read the logs and events of the pods that are named (kubectl logs --previous, kubectl describe pod). ${quorum.verdict === 'Quorate' ? 'The quorum holds, so there is time: ' : ''}delete no claim and no data directory before the cause is known.`,
  };
};

function describe({ name, phase, container, crash, lines }: Case['facts']['pods'][number]): string {
  const end = crash
    ? `, its container ended with exit code ${crash.exitCode}${crash.reason ? ` (${crash.reason})` : ''}`
    : '';
  const waits = container.state === 'Waiting' && !crash ? `, waiting: ${container.reason} ${container.message}` : '';
  const last = lines.at(-1);
  return `${name} is ${phase} and not ready${end}${waits}${last === undefined ? '' : `; its last line: "${last.text}"`}`;
}
