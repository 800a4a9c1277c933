import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Pod } from '../kube/core-types.ts';
import { podKind } from '../kube/kinds.ts';
import type { Probes } from '../probe/types.ts';
import { viewAttachedPod } from './pod-view.ts';
import type { StoppingProcess } from './decide/dead-sessions.ts';
import { addressesOf, isAt } from './decide/registrations.ts';
import { freshOf, healthIn, othersAnswer } from './decide/stops.ts';

/**
 * Whether a process that was seen to serve no more is the same and still serves nobody: its pod is read and it is asked
 * again, now. One that says anything else than that it has stopped keeps its lease, and so does one that says nothing.
 *
 * @throws ApiError when the API server cannot be asked.
 */
export async function isStillStopping(
  { role, podName, podUID, containerID, host, port }: StoppingProcess,
  namespace: string,
  { client, probes, clock }: { readonly client: KubeClient; readonly probes: Probes; readonly clock: Clock },
  signal: AbortSignal,
): Promise<boolean> {
  const [pod, answer] = await Promise.all([
    client.get<Pod>(podKind, podName, namespace, { signal }),
    probes.ask({ host, port }, signal),
  ]);
  const container = pod?.status?.containerStatuses?.find((status) => status.containerID === containerID);
  if (
    pod?.metadata.uid !== podUID ||
    !isAt({ address: `${host}:${port}` }, addressesOf(viewAttachedPod(pod, undefined))) ||
    !container?.state?.running
  )
    return false;
  if (healthIn(role, answer) === 'Abnormal') return true;
  const refuses = answer.health === 'Refused' && answer.port === 'Refused';
  return (
    refuses &&
    pod.metadata.deletionTimestamp !== undefined &&
    othersAnswer(podUID, freshOf(probes.findings, clock.wallTime()))
  );
}
