import { limits } from '../base/limits.ts';

/** What a coordinator writes about itself into its session keys (Go struct SessionRaw). */
export interface SessionValue {
  /** A new and higher number at each start of a process. */
  readonly serverID: bigint;
  /** The role; in a legacy guard key the guarded role. */
  readonly serverName: string;
  /** `ip:port` of its gRPC server. */
  readonly address: string;
  /** The Milvus version, as written; a build such as `2.2.8-pre+dev` counts, too. */
  readonly version: string;
  /** The pod's name; written from 2.3.2 on (servers of 2.2.8 to 2.3.5). */
  readonly hostName?: string;
  /** The lease as the process knows it, written from 2.3.1 on; the key's own metadata is the truth. */
  readonly leaseID?: bigint;
}

/** A session, or what is wrong with its value, to follow "the value is broken:". */
export type ParsedSessionValue =
  { readonly kind: 'session'; readonly session: SessionValue } | { readonly kind: 'broken'; readonly reason: string };

const broken = (reason: string): ParsedSessionValue => ({ kind: 'broken', reason });

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/**
 * Numbers are kept as bigint from the digits in the text: a lease such as 8448064511126318204 is beyond what a Number
 * holds exactly. JSON.parse hands the source text to its reviver (V8 of Node 22 and newer).
 */
function keepIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && /^-?[0-9]+$/.test(source) ? BigInt(source) : value;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const integer = (value: unknown): bigint | undefined =>
  typeof value === 'bigint' && value >= int64.min && value <= int64.max ? value : undefined;

/**
 * Reads the value of a session key. Unknown fields are ignored: each Milvus version adds some. Never throws; a value
 * that lacks what every version writes is broken, with the reason.
 */
export function parseSessionValue(value: string): ParsedSessionValue {
  if (value.length > limits.sessionValueBytes) return broken(`it is longer than ${limits.sessionValueBytes} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(value, keepIntegers);
  } catch {
    return broken('it is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return broken('it is not a JSON object');
  return fromFields(parsed as Readonly<Record<string, unknown>>);
}

function fromFields(fields: Readonly<Record<string, unknown>>): ParsedSessionValue {
  const serverID = integer(fields['ServerID']);
  if (serverID === undefined) return broken('ServerID is not a 64-bit number');
  const serverName = text(fields['ServerName']);
  if (serverName === undefined) return broken('ServerName is missing');
  const address = text(fields['Address']);
  if (address === undefined) return broken('Address is missing');
  const version = text(fields['Version']);
  if (version === undefined) return broken('Version is missing');
  const hostName = text(fields['HostName']);
  const leaseID = integer(fields['LeaseID']);
  return {
    kind: 'session',
    session: {
      serverID,
      serverName,
      address,
      version,
      ...(hostName === undefined ? {} : { hostName }),
      ...(leaseID === undefined ? {} : { leaseID }),
    },
  };
}

/**
 * The host of a registered `ip:port`, without the brackets of an IPv6 address. Milvus joins the two with a colon and no
 * brackets, so what follows the last colon is the port.
 */
export function hostOfAddress(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = colon < 0 ? address : address.slice(0, colon);
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** The port of a registered `ip:port`; undefined where there is none. */
export function portOfAddress(address: string): number | undefined {
  const digits = /:([0-9]{1,5})$/.exec(address)?.[1];
  const port = Number(digits);
  return digits !== undefined && port >= 1 && port <= 65_535 ? port : undefined;
}
