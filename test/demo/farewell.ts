import { dirname } from 'node:path';
import { adminKubeconfig } from '../cluster/kubeconfig.ts';
import type { ClusterPlan } from '../cluster/plan.ts';
import { ensurePrograms } from '../cluster/programs.ts';

/**
 * What to do with a cluster that was left running.
 * @param image of another version, to try a rollout with
 */
export async function howToGoOn(plan: ClusterPlan, image: string): Promise<string> {
  const { kubectl } = await ensurePrograms(['kubectl']);
  return `
The cluster goes on running. To look around:

  export KUBECONFIG=${adminKubeconfig(plan)}
  export PATH=$PATH:${dirname(kubectl)}
  kubectl config set-context --current --namespace milvus

  kubectl get coordinatorpairs --watch
  kubectl describe coordinatorpair rootcoord
  kubectl events --for coordinatorpair/rootcoord
  kubectl annotate --overwrite coordinatorpair rootcoord ha.milvus.io/switchover=once-more
  kubectl cordon NODE      # of the ACTIVE: the role moves away
  kubectl patch coordinatorpair rootcoord --type merge --patch '{"spec":{"image":"${image}"}}'

make demo-down removes it all.
`;
}
