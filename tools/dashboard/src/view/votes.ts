// The matrix of votes: providers down, heights across, the newest on the right.
import type { Height, State } from "../api.js";
import { label, number, percent } from "../format.js";

/** What a letter of a column says. */
export const VERDICTS: Readonly<Record<string, string>> = {
  v: "voted",
  m: "missed",
  "?": "may still vote",
  f: "voted for a fork",
  x: "signed twice",
  "-": "no power",
};

export interface Voter {
  key: string;
  name: string;
  /** Its place in each column. */
  index: number;
  power: number;
  voted: number;
  missed: number;
  lastVoted: number;
  standing: string;
}

export interface Votes {
  voters: Voter[];
  heights: Height[];
}

const standing = (one: State["providers"][number]): string => (one.slashed_height > 0 ? "slashed" : one.jailed_until_s > 0 ? "jailed" : one.active ? "active" : "inactive");

/** Whoever is active, or had power at one of the heights. */
export const votes = (state: State): Votes => {
  const { heights, providers } = state;
  const voters = providers.flatMap((one, index) => {
    const letters = heights.map(({ votes }) => votes[index] ?? "-");
    if (!one.active && !letters.some((letter) => letter !== "-")) return [];
    const count = (wanted: string): number => letters.filter((letter) => wanted.includes(letter)).length;
    return [{ key: one.key, name: label(one), index, power: one.power, voted: count("v"), missed: count("m"), lastVoted: one.last_voted, standing: standing(one) }];
  });
  voters.sort((a, b) => b.power - a.power || (a.key < b.key ? -1 : 1));
  return { voters, heights };
};

/** What a column is, for who reads it. */
export const ofHeight = (height: Height): string => {
  const share = percent(height.voted_power, height.total_power);
  switch (height.state) {
    case "quorum":
      return `quorum, ${share} voted`;
    case "open":
      return `no quorum yet, ${share} voted`;
    case "hole":
      return "the chain did not call the contract";
    case "skipped":
      return "nobody could have voted";
    case "resumed":
      return "resumed by governance: never final";
    default:
      return "not read";
  }
};

export const cell = (height: Height, voter: Voter): string => `${voter.name} at height ${number(height.height)}: ${VERDICTS[height.votes[voter.index] ?? "-"] ?? "not known"} (${ofHeight(height)})`;

/** Heights as ranges: `5, 7–9`. */
export const ranges = (heights: readonly number[], most = 6): string => {
  const runs: [number, number][] = [];
  for (const height of heights) {
    const last = runs[runs.length - 1];
    if (last && last[1] === height - 1) last[1] = height;
    else runs.push([height, height]);
  }
  const shown = runs.slice(-most).map(([from, to]) => (from === to ? number(from) : `${number(from)}–${number(to)}`));
  return (runs.length > most ? "… " : "") + shown.join(", ");
};

export const missedBy = ({ heights }: Votes, voter: Voter): number[] => heights.filter(({ votes }) => votes[voter.index] === "m").map(({ height }) => height);
