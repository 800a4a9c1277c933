import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden } from '../kube/errors.ts';
import { podDisruptionBudgetKind } from '../kube/kinds.ts';
import { selects, type LabelSelector } from '../kube/label-selector.ts';
import type { KubeObject } from '../kube/objects.ts';

/** How long a list of a namespace's budgets is taken as read. */
export const BUDGETS_MAX_AGE_MS = 300_000;
/** The same right before a budget is made. */
const BUDGETS_FRESH_MS = 5_000;

interface PodDisruptionBudget extends KubeObject {
  readonly spec?: { readonly selector?: LabelSelector };
}

/** Which budgets to look for. */
export interface BudgetQuestion {
  readonly namespace: string;
  /** Name of the pair's own budget, which does not count. */
  readonly own: string;
  /** Labels of the pods, those that are and those that would be made. */
  readonly labelSets: readonly Readonly<Record<string, string>>[];
  /** The pair's own is about to be made: an old list will not do. */
  readonly aboutToMake: boolean;
}

/**
 * Finds PodDisruptionBudgets of others over a pair's pods: while two match one pod, the API server refuses to evict it
 * at all (policy/v1). Budgets of others carry no label of ours, so they are listed by namespace, rarely, and not watched.
 */
export class DisruptionBudgets {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #listed = new Map<string, { readonly atMs: number; readonly budgets: Promise<PodDisruptionBudget[]> }>();

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @returns names, sorted; none when the operator may not list them. @throws ApiError */
  async over({ namespace, own, labelSets, aboutToMake }: BudgetQuestion): Promise<readonly string[]> {
    const matching = (budgets: readonly PodDisruptionBudget[]): readonly string[] =>
      budgets
        .filter(({ metadata, spec }) => metadata.name !== own && labelSets.some((set) => selects(spec?.selector, set)))
        .map(({ metadata }) => metadata.name)
        .sort();
    const known = matching(await this.#list(namespace, BUDGETS_MAX_AGE_MS));
    return known.length === 0 && aboutToMake ? matching(await this.#list(namespace, BUDGETS_FRESH_MS)) : known;
  }

  async #list(namespace: string, maxAgeMs: number): Promise<readonly PodDisruptionBudget[]> {
    const nowMs = this.#clock.nowMs();
    const known = this.#listed.get(namespace);
    if (known && nowMs - known.atMs < maxAgeMs) return known.budgets;
    for (const [other, { atMs }] of this.#listed) if (nowMs - atMs >= BUDGETS_MAX_AGE_MS) this.#listed.delete(other);
    const budgets = this.#fetch(namespace);
    this.#listed.set(namespace, { atMs: nowMs, budgets });
    budgets.catch(() => this.#listed.delete(namespace));
    return budgets;
  }

  async #fetch(namespace: string): Promise<PodDisruptionBudget[]> {
    try {
      return [...(await this.#client.list<PodDisruptionBudget>(podDisruptionBudgetKind, { namespace })).items];
    } catch (error) {
      if (isForbidden(error)) return [];
      throw error;
    }
  }
}
