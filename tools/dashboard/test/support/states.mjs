// States as `bsn serve` answers them: recorded ones, and larger ones made of those.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** What /api of `bsn serve` answered beside `bsn devnet`, after the faults hole and lost-hook, then offline, then double-sign. */
export const recorded = (name) => JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"));

const letters = (index, height) => ((index * 7 + height * 13) % 41 === 0 ? "m" : (index * 31 + height) % 97 === 0 ? "f" : "v");

/** The same chain with many more who vote, at as many heights as are kept. */
export const crowd = (state, count = 100, heights = 300) => {
  const key = (index) => index.toString(16).padStart(2, "0").repeat(32);
  const providers = Array.from({ length: count }, (_, index) => ({ ...state.providers[0], key: key(index), name: `provider ${index}`, power: (count - index) * 1e8, active: true, slashed_height: 0, jailed_until_s: 0 }));
  const tip = state.tip.height;
  const columns = Array.from({ length: heights }, (_, at) => ({ ...state.heights.at(-1), height: tip - heights + 1 + at, state: "quorum", lag: 2, votes: providers.map((_, index) => letters(index, at)).join("") }));
  return { ...state, providers, heights: columns };
};

/** The same while two of five are silent: none of the last heights has a quorum. */
export const standstill = (state, heights = 27) => {
  const { tip } = state;
  const total = state.providers.reduce((sum, { power }) => sum + power, 0);
  const isSilent = (index) => index % 5 < 2;
  const voted = state.providers.reduce((sum, { power }, index) => sum + (isSilent(index) ? 0 : power), 0);
  const first = tip.height - heights + 1;
  const columns = state.heights.map((one) => (one.height < first ? one : { ...one, state: "open", votes: [...one.votes].map((_, index) => (isSilent(index) ? "?" : "v")).join(""), voted_power: voted, total_power: total, lag: one.height - first + 2 }));
  const waiting_for = { height: first, total_power: String(total), voted_power: String(voted) };
  const staking = { ...state.health.staking, active: state.providers.length, fps: state.providers.length, total_power: String(total) };
  return { ...state, heights: columns, health: { ...state.health, staking, finality: { ...state.health.finality, waiting_for } } };
};
