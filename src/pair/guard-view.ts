import type { Diagnosis, EtcdGuard } from '../api/etcd-guard.ts';

/**
 * An EtcdGuard as the operator's watch holds it. `NotWatched`: guards are switched off or not installed. `NotListed`:
 * the operator has just started and will know in a moment.
 */
export type SeenGuard = EtcdGuard | 'NotFound' | 'NotWatched' | 'NotListed';

/** Finds an EtcdGuard without a call. */
export type GuardLookUp = (namespace: string, name: string) => SeenGuard;

/** What an EtcdGuard says of the etcd, as far as a pair needs to know. */
export type GuardView =
  | { readonly name: string; readonly verdict: 'Healthy' }
  | { readonly name: string; readonly verdict: 'Ailing'; readonly diagnosis: Diagnosis }
  /** What it said before the operator started still counts. */
  | { readonly name: string; readonly verdict: 'Pending' }
  /** It says nothing that could be relied on now. */
  | { readonly name: string; readonly verdict: 'Silent'; readonly why: string };

/** Reads what a guard says. A verdict about an earlier spec may be about another etcd, and counts as none. */
export function viewGuard(name: string, seen: SeenGuard): GuardView {
  const silent = (why: string): GuardView => ({ name, verdict: 'Silent', why });
  if (seen === 'NotListed') return { name, verdict: 'Pending' };
  if (seen === 'NotFound') return silent("does not exist in the pair's namespace; make it, or correct etcd.guardName");
  if (seen === 'NotWatched')
    return silent('is not read: guards are switched off, or their CustomResourceDefinition is missing');
  const { metadata, status } = seen;
  const healthy = status?.conditions?.find(({ type }) => type === 'Healthy');
  if (!healthy || status?.observedGeneration !== metadata.generation) return silent('has not looked at etcd yet');
  if (healthy.status === 'Unknown') return silent(`does not know: ${healthy.message}`);
  if (healthy.status === 'True') return { name, verdict: 'Healthy' };
  return status.diagnosis ? { name, verdict: 'Ailing', diagnosis: status.diagnosis } : silent(healthy.message);
}
