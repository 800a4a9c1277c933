/**
 * What a coordinator says of itself at `/healthz`. `Abnormal` is a process that has not registered yet or has been told
 * to stop; `Other` is every state in between, an answer that names none, and a process whose roles differ.
 */
export type HealthState = 'Healthy' | 'Standby' | 'Abnormal' | 'Other';

/** What a process says of itself. */
export interface Health {
  readonly state: HealthState;
  /** The same of each of its roles, by name, where it has several: they stop one after the other (2.3.5). */
  readonly roles?: Readonly<Record<string, HealthState>>;
}

/** commonpb.StateCode of milvus-proto: 0 is Initializing, 1 Healthy, 2 Abnormal, 3 StandBy. */
const HEALTHY = 1;
const ABNORMAL = 2;
const STANDBY = 3;

/** Without the header `Content-Type: application/json` the answer is one line of text (2.3.5). */
const ABNORMAL_TEXT = /^component \S+ state is Abnormal$/;

/** From 2.3 to 2.5 a process of all roles lists an indexcoord in which there is nothing: it is always well. */
const EMPTY_ROLE = 'indexcoord';

/**
 * Reads the body of `/healthz`, whatever its HTTP status: `{"state":"OK","detail":[{"name":"rootcoord","code":1}]}` with
 * one entry a role of the process, `detail: null` in the first moments (2.3.5, measured). Never throws.
 */
export function parseHealth(body: string): Health {
  const text = body.trim();
  if (text === 'OK') return { state: 'Healthy' };
  if (ABNORMAL_TEXT.test(text)) return { state: 'Abnormal' };
  const entries = entriesIn(text);
  const telling = entries.filter((entry) => entry?.name !== EMPTY_ROLE);
  const state = stateOf((telling.length > 0 ? telling : entries).map((entry) => entry?.code));
  const named = entries.flatMap((entry) =>
    typeof entry?.name === 'string' ? [[entry.name, stateOf([entry.code])] as const] : [],
  );
  return telling.length > 1 ? { state, roles: Object.fromEntries(named) } : { state };
}

function stateOf(codes: readonly unknown[]): HealthState {
  if (codes.length === 0) return 'Other';
  if (codes.every((code) => code === ABNORMAL)) return 'Abnormal';
  if (codes.every((code) => code === HEALTHY)) return 'Healthy';
  return codes.every((code) => code === HEALTHY || code === STANDBY) ? 'Standby' : 'Other';
}

interface HealthEntry {
  readonly name: unknown;
  readonly code: unknown;
}

function entriesIn(text: string): readonly (Partial<HealthEntry> | null)[] {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    return Array.isArray(detail) ? (detail as readonly (Partial<HealthEntry> | null)[]) : [];
  } catch {
    return [];
  }
}
