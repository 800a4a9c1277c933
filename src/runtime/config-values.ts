/** Where a server listens. */
export interface ListenAddress {
  /** Absent: every address of the machine. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Log levels, least important first; each includes those after it. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/*
 * Readers of one textual value each. They give undefined for what they do not accept, and leave it to the caller, who
 * knows where the text came from, to say so.
 */

/** A whole number between two bounds, both included. */
export function wholeNumber(least: number, most: number): (text: string) => number | undefined {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return value >= least && value <= most ? value : undefined;
  };
}

/** `true` or `false`, and nothing that merely looks like one of them. */
export function trueOrFalse(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** One of the log levels. */
export function logLevel(text: string): LogLevel | undefined {
  return logLevels.find((level) => level === text);
}

/** A label name (RFC 1123): what the name of a namespace must be. */
export function labelName(text: string): string | undefined {
  return text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) ? text : undefined;
}

/** A subdomain name (RFC 1123): what the name of a Lease or a DNS zone must be. */
export function subdomainName(text: string): string | undefined {
  const labels = text.split('.');
  return text.length <= 253 && labels.every((label) => labelName(label) !== undefined) ? text : undefined;
}

/** Namespaces separated by commas; blanks around them are ignored, repetitions too. The empty text is the empty list. */
export function namespaceList(text: string): readonly string[] | undefined {
  if (text.trim() === '') return [];
  const names = text.split(',').map((name) => name.trim());
  return names.every((name) => labelName(name) !== undefined) ? [...new Set(names)] : undefined;
}

/** `:port`, `host:port` or `[IPv6 address]:port`. */
export function listenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<host>[-.\w]+))?:(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.port);
  if (match === null || port > 65_535) return undefined;
  const host = match.groups?.ipv6 ?? match.groups?.host;
  return host === undefined ? { port } : { host, port };
}

/** Any text that is not empty. */
export function someText(text: string): string | undefined {
  return text === '' ? undefined : text;
}
