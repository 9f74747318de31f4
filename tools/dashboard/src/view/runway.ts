// How long each provider can go on voting with the randomness that it has committed.
import type { Provider, State } from "../api.js";
import { brief, label, number } from "../format.js";

export interface Runway {
  key: string;
  name: string;
  state: "active" | "waiting" | "jailed" | "slashed" | "no stake";
  power: number;
  /** Blocks from the tip on: of them the first ones that Bitcoin has timestamped. */
  blocks: number;
  timestamped: number;
  text: string;
  low: boolean;
}

/** Less than this is little, as an alert in monitoring/ says; on a chain where one commitment is short, a quarter of that. */
const LITTLE_S = 6 * 3_600;
const LITTLE_PART = 4;
/** So many are shown at once. */
export const LISTED = 12;

const standing = (one: Provider, nowS: number): Runway["state"] => {
  if (one.slashed_height > 0) return "slashed";
  if (one.jailed_until_s > 0) return "jailed";
  if (one.active) return "active";
  return one.power > 0 && nowS > 0 ? "waiting" : "no stake";
};

export const runways = (state: State): Runway[] => {
  const tip = state.tip?.height ?? 0;
  const ahead = (height: number): number => (height > 0 ? Math.max(0, height - tip) : 0);
  const rows = state.providers.map((one) => {
    const blocks = ahead(one.randomness_end);
    const timestamped = Math.min(blocks, ahead(one.timestamped_end));
    const seconds = (timestamped * state.chain.block_ms) / 1000;
    const kind = standing(one, state.now);
    const counts = kind === "active" || kind === "waiting";
    const text = kind === "slashed" ? `slashed at height ${number(one.slashed_height)}` : timestamped ? `${brief(seconds)}, ${number(timestamped)} blocks` : blocks ? "not timestamped yet" : "none";
    return { key: one.key, name: label(one), state: kind, power: one.power, blocks, timestamped, text, low: counts && seconds < LITTLE_S && timestamped * LITTLE_PART < Math.max(one.commitment, LITTLE_PART) };
  });
  // Who is short of it comes first where there are many.
  if (rows.length > LISTED) return rows.sort((a, b) => Number(b.state === "active") - Number(a.state === "active") || a.timestamped - b.timestamped || b.power - a.power || (a.key < b.key ? -1 : 1));
  return rows.sort((a, b) => Number(b.state === "active") - Number(a.state === "active") || b.power - a.power || (a.key < b.key ? -1 : 1));
};
