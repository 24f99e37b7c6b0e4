type Group<T, V> = readonly (readonly [flag: number, test: (one: T, view: V) => boolean])[];

/**
 * The filter that list calls have: a thing passes a group of flags when none of them is given, or when one that is given fits.
 * @returns takes the flags, and what the tests need beside the thing itself
 */
export function flagGroups<T, V = undefined>(
  groups: readonly Group<T, V>[],
): (flags: number, view: V) => (one: T) => boolean {
  return (flags, view) => {
    const asked = groups
      .map((group) => group.filter(([flag]) => (flags & flag) !== 0))
      .filter((group) => group.length > 0);
    return (one) => asked.every((group) => group.some(([, test]) => test(one, view)));
  };
}
