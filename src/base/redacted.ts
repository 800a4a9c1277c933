/** Whatever follows these words in a log is nobody's business. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/:\/\/[^/\s@]+@/g, '://***@'],
  [/((?:password|passwd|secret|authorization|bearer|api[-_]?key|user)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi, '$1***'],
  [/(--user[= ])\S+/g, '$1***'],
  // From a word's beginning only: else each `eyJ` within one long word would start a search to its end.
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '***'],
  [/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, '***'],
];

/** The same text with secrets redacted, fit for a status. */
export function redacted(text: string): string {
  return secrets.reduce((clean, [pattern, replacement]) => clean.replaceAll(pattern, replacement), text);
}
