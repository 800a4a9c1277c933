import type { Pod } from '../../../../kube/core-types.ts';
import { persistentVolumeClaimKind, podKind } from '../../../../kube/kinds.ts';
import type { PodFacts } from '../../../pod-facts.ts';
import { JOB_LABEL } from '../../../volumes/script-job.ts';
import { textOf } from '../../details.ts';
import type { Step, StepOutcome, Work } from '../../remedy.ts';
import type { EtcdWorld } from '../../world.ts';
import { approved } from '../replace-member/replacement.ts';
import { restartOnce } from '../restart-pod.ts';
import { isGivenTo, outlivesItsClaim, readVolume } from './volume.ts';

const LOOK_MS = 1_000;
/** Before Kubernetes 1.28 a pod that waits is not given a claim that went after it was made. */
const CLAIM_COMES_WITHIN_MS = 5_000;

/** The pod gets a claim, and with it a volume, of its own anew. */
export const swapVolume: Step = {
  name: 'SwapVolume',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const { pod: name } = approved(work);
    const world = await work.look();
    const claim = world.claims.get(name);
    const pod = world.facts.pods.find((one) => one.name === name);
    if (!claim) return withoutClaim(work, name, pod);
    if (claim.metadata.uid !== textOf(work.details, 'claim') && claim.metadata.deletionTimestamp === undefined)
      return { state: 'Done', message: `${name} has the new claim ${claim.metadata.name}` };
    if (claim.metadata.deletionTimestamp === undefined) return removeClaim(work, world, name);
    if (pod && !pod.terminating && pod.nodeName !== undefined) await restartOnce(work, pod, pod.uid);
    await removeEndedJobPods(work, claim.metadata.name);
    return { state: 'Waiting', message: waitsFor(name, pod), againMs: LOOK_MS };
  },
};

/** Only when the volume is seen to outlive it. */
async function removeClaim(work: Work, world: EtcdWorld, pod: string): Promise<StepOutcome> {
  const volume = textOf(work.details, 'volume');
  const claim = world.claims.get(pod);
  if ((claim?.spec?.volumeName ?? '') !== volume)
    return {
      state: 'Failed',
      keepChanges: true,
      message: `the claim of ${pod} has another volume by now than when this was planned (${claim?.spec?.volumeName ?? 'none'}, not ${volume || 'none'}): it was left. Make another EtcdRecovery of the same action`,
    };
  const kept = volume === '' ? undefined : await readVolume(work, volume);
  if (kept && !isGivenTo(kept, { namespace: work.guard.metadata.namespace, uid: textOf(work.details, 'claim') }))
    return {
      state: 'Failed',
      keepChanges: true,
      message: `PersistentVolume ${volume} is given to another claim by now: the claim of ${pod} was left`,
    };
  if (!outlivesItsClaim(kept))
    return {
      state: 'Failed',
      keepChanges: true,
      message: `somebody took Retain away from PersistentVolume ${volume}: its claim was left. Set persistentVolumeReclaimPolicy to Retain, then make another EtcdRecovery of the same action`,
    };
  const { name = '', namespace, uid = '', resourceVersion = '' } = claim?.metadata ?? {};
  await work.client.delete(persistentVolumeClaimKind, name, namespace, { uid, resourceVersion, signal: work.signal });
  return { state: 'Waiting', message: `deleted claim ${name}; its volume ${volume} stays`, againMs: 0 };
}

interface PodWithClaims extends Pod {
  readonly spec?: Pod['spec'] & {
    readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  };
}

/**
 * Kubernetes keeps a claim for as long as there is a pod that names it, ended ones too (pvc-protection, seen with 1.35):
 * those of Jobs that earlier recoveries ran on this volume. The Jobs stay.
 */
async function removeEndedJobPods({ client, recovery, signal }: Work, claimName: string): Promise<void> {
  const { namespace } = recovery.metadata;
  const { items } = await client.list<PodWithClaims>(podKind, { namespace, labelSelector: JOB_LABEL, signal });
  for (const { metadata, spec, status } of items) {
    const uses = spec?.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === claimName) ?? false;
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    if (uses && ended) await client.delete(podKind, metadata.name, namespace, { uid: metadata.uid, signal });
  }
}

/** The StatefulSet makes the claim with the pod. */
async function withoutClaim(work: Work, name: string, pod: PodFacts | undefined): Promise<StepOutcome> {
  const waits = pod && !pod.terminating && pod.nodeName === undefined;
  if (waits && work.now.getTime() - pod.createdAt.getTime() > CLAIM_COMES_WITHIN_MS)
    await restartOnce(work, pod, pod.uid);
  return { state: 'Waiting', message: `waits for the StatefulSet to make a new claim for ${name}`, againMs: LOOK_MS };
}

function waitsFor(name: string, pod: PodFacts | undefined): string {
  if (pod?.nodeReady !== false) return `waits for pod ${name} to end, so that its old claim can go`;
  const node = pod.nodeName ?? '';
  return `pod ${name} cannot end while nobody hears of node ${node}. When that machine is surely off: kubectl taint node ${node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`;
}
