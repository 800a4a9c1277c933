/** Some fields of a `T`; one that is undefined is taken away. */
export type Changes<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** `base` with these changes. */
export function changed<T extends object>(base: T, changes: Changes<T>): T {
  return Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value !== undefined)) as T;
}
