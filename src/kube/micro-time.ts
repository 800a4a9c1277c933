/**
 * A time as metav1.MicroTime wants it: six digits. The API server refuses the three of toISOString
 * (`parsing time ... as "2006-01-02T15:04:05.000000Z07:00"`).
 */
export function microTime(date: Date): string {
  return date.toISOString().replace(/Z$/, '000Z');
}
