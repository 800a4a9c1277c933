import { coordinatorPairKind, podSelectorText } from '../../../src/api/names.ts';
import type {
  CoordinatorPair,
  CoordinatorPairStatus,
  MemberStatus,
  Proposal,
} from '../../../src/api/coordinator-pair.ts';
import type { Condition, ConditionType } from '../../../src/api/conditions.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind, statefulSetKind } from '../../../src/kube/kinds.ts';
import { standInImage } from '../../images/build.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import {
  endpointSliceKind,
  eventKind,
  podsBehind,
  type EndpointSlice,
  type PairEvent,
  type PodOwner,
} from './kinds.ts';
import type { Kubectl } from './kubectl.ts';

/** The Milvus that scenarios run where the version does not matter. */
export const usualRelease = '2.5.10';

/** For `pod` of a querycoord pair without the other roles of a Milvus 2.x: it would wait for them before it registers. */
export const alone = { extraEnv: [{ name: 'MILVUS_STANDIN_ALONE', value: 'true' }] };

/** A pair as a user writes it. */
export function pairManifest(name: string, spec: object = {}): object {
  return {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'CoordinatorPair',
    metadata: { name },
    spec: { role: 'rootcoord', image: standInImage(usualRelease), etcd: { endpoints: ['etcd:2379'] }, ...spec },
  };
}

/** The end of a process is told by its second: one in the second of the binding would not prove anything. */
const isBound = ({ boundTime = '' }: MemberStatus): boolean => Date.now() - Date.parse(boundTime) > 1_000;

/** What tells one life of a pod from another. */
export interface PodLife {
  readonly name: string;
  readonly uid: string;
  readonly restarts: number;
}

/** A pair on the cluster, as its user sees it. */
export class ScenarioPair {
  readonly name: string;
  readonly namespace: string;
  readonly #client: KubeClient;
  readonly #kubectl: Kubectl;

  constructor(name: string, namespace: string, client: KubeClient, kubectl: Kubectl) {
    this.name = name;
    this.namespace = namespace;
    this.#client = client;
    this.#kubectl = kubectl;
  }

  /** @throws Error when there is none. */
  async get(): Promise<CoordinatorPair> {
    const pair = await this.#client.get<CoordinatorPair>(coordinatorPairKind, this.name, this.namespace);
    if (!pair) throw new Error(`there is no CoordinatorPair ${this.namespace}/${this.name}`);
    return pair;
  }

  /** The status; empty before the first one is written. */
  async status(): Promise<CoordinatorPairStatus> {
    return (await this.get()).status ?? {};
  }

  /** @returns undefined while the pair has none of this type. */
  async condition(type: ConditionType): Promise<Condition | undefined> {
    return (await this.status()).conditions?.find((condition) => condition.type === type);
  }

  /** Waits for a condition about the present spec: its status, or its status and reason. */
  async until(type: ConditionType, status: string, reason?: string, options?: UntilOptions): Promise<Condition> {
    const wanted = [`${type}=${status}`, reason].filter(Boolean).join(' ');
    let seen: Condition | undefined;
    const probe = async () => {
      const { metadata, status: shown } = await this.get();
      seen = shown?.conditions?.find((condition) => condition.type === type);
      const fresh = seen?.observedGeneration === metadata.generation;
      return fresh && seen?.status === status && (reason === undefined || seen.reason === reason) ? seen : undefined;
    };
    try {
      return await until(wanted, probe, { timeoutMs: 90_000, everyMs: 100, ...options });
    } catch (cause) {
      throw new Error(`${wanted} did not come; last seen: ${JSON.stringify(seen)}`, { cause });
    }
  }

  /** Waits until ACTIVE and STANDBY are there and no change is under way. */
  async untilSteady(options?: UntilOptions): Promise<CoordinatorPair> {
    await this.until('Ready', 'True', undefined, options);
    return until(
      'no change under way',
      async () => {
        const pair = await this.get();
        const ready = pair.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
        return ready && pair.status?.transition === undefined && pair;
      },
      { timeoutMs: 60_000, everyMs: 100, ...options },
    );
  }

  /** Waits until both sessions are bound to their containers: from then on a container's end proves theirs. */
  async untilBound(options?: UntilOptions): Promise<void> {
    const probe = async () => {
      const { members = [] } = await this.status();
      return members.length === 2 && members.every(isBound);
    };
    await until(`both sessions of ${this.name} to be bound`, probe, { timeoutMs: 90_000, everyMs: 200, ...options });
  }

  /** Waits until the ACTIVE's session is bound to its container, whatever is known of the STANDBY's: enough to end the ACTIVE. */
  async untilActiveBound(options?: UntilOptions): Promise<void> {
    const probe = async () => {
      const { active, members = [] } = await this.status();
      return members.some((member) => member.serverID === active?.serverID && isBound(member));
    };
    await until(`the ACTIVE of ${this.name} to be bound`, probe, { timeoutMs: 120_000, everyMs: 200, ...options });
  }

  /** The pods, by name. */
  async pods(): Promise<Pod[]> {
    const selection = { namespace: this.namespace, labelSelector: podSelectorText(this.name) };
    const { items } = await this.#client.list<Pod>(podKind, selection);
    return items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  }

  /** What must stay the same as long as nobody touches the pods. */
  async lives(): Promise<PodLife[]> {
    return (await this.pods()).map(({ metadata: { name, uid = '' }, status }) => ({
      name,
      uid,
      restarts: status?.containerStatuses?.[0]?.restartCount ?? 0,
    }));
  }

  /** Names of the pods that carry the label of the ACTIVE. */
  async labelledActive(): Promise<string[]> {
    const active = (await this.pods()).filter(({ metadata }) => metadata.labels?.['ha.milvus.io/role'] === 'active');
    return active.map(({ metadata }) => metadata.name);
  }

  /** Names of the pods behind the active Service, from its EndpointSlices. */
  async activeEndpoints(): Promise<string[]> {
    const { items } = await this.#client.list<EndpointSlice>(endpointSliceKind, {
      namespace: this.namespace,
      labelSelector: `kubernetes.io/service-name=${this.name}-active`,
    });
    return podsBehind(items);
  }

  /** Events about this pair. */
  async events(): Promise<PairEvent[]> {
    const { items } = await this.#client.list<PairEvent>(eventKind, { namespace: this.namespace });
    return items.filter(({ regarding }) => regarding.kind === 'CoordinatorPair' && regarding.name === this.name);
  }

  /** Waits for an event about this pair. */
  untilEvent(reason: string, options?: UntilOptions): Promise<PairEvent> {
    const probe = async () => (await this.events()).find((event) => event.reason === reason);
    return until(`the event ${reason}`, probe, { everyMs: 100, ...options });
  }

  /** Changes the spec by a merge patch. */
  async change(spec: object): Promise<void> {
    const patch = JSON.stringify({ spec });
    await this.#kubectl.run(['patch', 'coordinatorpair', this.name, '--type', 'merge', '--patch', patch]);
  }

  /** Waits until new pods would be made with this image. */
  async untilHeld(image: string): Promise<void> {
    const held = async () => {
      const set = await this.#client.get<PodOwner>(statefulSetKind, this.name, this.namespace);
      return set?.spec.template.spec.containers[0]?.image === image;
    };
    await until(`the StatefulSet to hold ${image}`, held, { timeoutMs: 30_000 });
  }

  /** Waits until the operator proposes something for this reason. @returns the one proposal. */
  async proposal(reason: string, options?: UntilOptions): Promise<Proposal> {
    await this.until('RemediationRequired', 'True', reason, options);
    const { proposals = [] } = await this.status();
    const [proposal] = proposals;
    if (!proposal || proposals.length > 1) throw new Error(`not one proposal: ${JSON.stringify(proposals)}`);
    return proposal;
  }

  /** Approves a proposal by annotation, and waits for this answer. */
  async approve(id: string, result: NonNullable<CoordinatorPairStatus['lastApproval']>['result']): Promise<void> {
    const annotation = `ha.milvus.io/approve=${id}`;
    await this.#kubectl.run(['annotate', '--overwrite', 'coordinatorpair', this.name, annotation]);
    const probe = async () => {
      const { lastApproval } = await this.status();
      return lastApproval?.id === id && lastApproval.result === result;
    };
    await until(`the approval of ${id} to be ${result}`, probe, { timeoutMs: 90_000 });
  }

  /** Asks for a switchover by annotation, and waits for the answer. */
  async switchOver(token: string): Promise<NonNullable<CoordinatorPairStatus['lastSwitchover']>> {
    const annotation = `ha.milvus.io/switchover=${token}`;
    await this.#kubectl.run(['annotate', '--overwrite', 'coordinatorpair', this.name, annotation]);
    const probe = async () => {
      const { lastSwitchover } = await this.status();
      return lastSwitchover?.token === token && lastSwitchover;
    };
    return until(`the answer to switchover ${token}`, probe, { timeoutMs: 150_000 });
  }
}
