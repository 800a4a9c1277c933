/** A condition as it stands in a status (metav1.Condition). */
export interface StatusCondition<Type extends string> {
  readonly type: Type;
  readonly status: 'True' | 'False' | 'Unknown';
  /** The generation of the spec that it is about. */
  readonly observedGeneration: number;
  /** Since when the status is what it is, RFC 3339. */
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

/** What was found about one condition. */
export type ConditionContent<Type extends string> = Pick<
  StatusCondition<Type>,
  'type' | 'status' | 'reason' | 'message'
>;

/** What the API server accepts as a message (maxLength in the CRDs). */
const MAX_MESSAGE_LENGTH = 32768;

/**
 * The conditions to write, in the order of `types`: those that were found, and as Unknown those of `permanent` that were
 * not. The time of transition moves only when the status does.
 *
 * @param previous what the status holds now
 * @param findings at most one for a type
 * @param nowIso the time of the findings, RFC 3339
 * @param generation the generation of the spec that the findings are about
 */
export function mergeConditionsOf<Type extends string>(
  types: readonly Type[],
  permanent: readonly Type[],
  previous: readonly StatusCondition<Type>[],
  findings: readonly ConditionContent<Type>[],
  nowIso: string,
  generation: number,
): StatusCondition<Type>[] {
  const before = new Map(previous.map((condition) => [condition.type, condition]));
  const found = new Map<Type, Omit<ConditionContent<Type>, 'type'>>([
    ...permanent.map((type) => [type, notObserved] as const),
    ...findings.map((finding) => [finding.type, finding] as const),
  ]);
  return types.flatMap((type) => {
    const finding = found.get(type);
    if (finding === undefined) return [];
    const known = before.get(type);
    return [
      {
        type,
        status: finding.status,
        observedGeneration: generation,
        lastTransitionTime: known?.status === finding.status ? known.lastTransitionTime : nowIso,
        reason: finding.reason,
        message: finding.message.slice(0, MAX_MESSAGE_LENGTH),
      },
    ];
  });
}

const notObserved = { status: 'Unknown', reason: 'NotObserved', message: 'The operator has not looked yet.' } as const;
