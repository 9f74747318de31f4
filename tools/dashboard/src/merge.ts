import type { State } from "./api.js";

/** How many heights are kept to be drawn. */
export const HEIGHTS = 300;

/** An answer that holds only what changed, put on top of the one before. Another run of the server starts anew. */
export const merge = (before: State | null, change: State): State => {
  if (!before || before.run !== change.run || before.chain.id !== change.chain.id) return change;
  const heights = new Map(before.heights.map((one) => [one.height, one]));
  for (const one of change.heights) heights.set(one.height, one);
  const minutes = new Map(before.minutes.map((one) => [one[0], one]));
  for (const one of change.minutes) minutes.set(one[0], one);
  return {
    ...change,
    heights: [...heights.values()].sort((a, b) => a.height - b.height).slice(-HEIGHTS),
    minutes: [...minutes.values()].sort((a, b) => a[0] - b[0]).slice(-1_440),
  };
};

/** Where to ask for what changed; everything, where nothing is known yet. */
export const since = (state: State | null): string => (state ? `?run=${encodeURIComponent(state.run)}&since=${state.revision}` : "");
