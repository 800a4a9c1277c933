/**
 * What a coordinator says of itself at `/healthz`. `Abnormal` is a process that has not registered yet or has been told
 * to stop; `Other` is every state in between, an answer that names none, and a process whose roles differ.
 */
export type HealthState = 'Healthy' | 'Standby' | 'Abnormal' | 'Other';

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
export function parseHealth(body: string): HealthState {
  const text = body.trim();
  if (text === 'OK') return 'Healthy';
  if (ABNORMAL_TEXT.test(text)) return 'Abnormal';
  const codes = codesIn(text);
  if (codes.length === 0) return 'Other';
  if (codes.every((code) => code === ABNORMAL)) return 'Abnormal';
  if (codes.every((code) => code === HEALTHY)) return 'Healthy';
  return codes.every((code) => code === HEALTHY || code === STANDBY) ? 'Standby' : 'Other';
}

interface HealthEntry {
  readonly name: unknown;
  readonly code: unknown;
}

function codesIn(text: string): readonly unknown[] {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    const entries = Array.isArray(detail) ? (detail as readonly (Partial<HealthEntry> | null)[]) : [];
    const telling = entries.filter((entry) => entry?.name !== EMPTY_ROLE);
    return (telling.length > 0 ? telling : entries).map((entry) => entry?.code);
  } catch {
    return [];
  }
}
