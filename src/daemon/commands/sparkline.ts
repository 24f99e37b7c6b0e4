const levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/**
 * Numbers as a line of small columns, a blank where nothing is known; the last `width` of them, or means of neighbours when there are
 * more.
 * @param full what a full column stands for, unless a number is larger
 */
export function sparkline(values: readonly (number | null)[], width: number, full = 0): string {
  const shown = thinned(values, width);
  const most = Math.max(full, ...shown.map((value) => value ?? 0));
  return shown
    .map((value) => {
      if (value === null) return " ";
      const level = most > 0 ? Math.floor((value / most) * levels.length) : 0;
      return levels[Math.max(0, Math.min(level, levels.length - 1))];
    })
    .join("");
}

/** At most `width` numbers, each the mean of as many neighbours. */
function thinned(values: readonly (number | null)[], width: number): readonly (number | null)[] {
  const each = Math.ceil(values.length / Math.max(1, width));
  if (each <= 1) return values;
  return Array.from({ length: Math.ceil(values.length / each) }, (_, at) => {
    const known = values.slice(at * each, (at + 1) * each).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length;
  });
}
