// Who votes, who does not, and on whom finality hangs.
import type { Provider, State } from "../api.js";
import { label, list, percent } from "../format.js";

/** So many of the newest settled heights must be missed in a row before somebody is called silent. */
const SILENT = 3;

/** Active providers, the most power first. */
export const ranked = (state: State): Provider[] =>
  state.providers.filter((one) => one.active && one.power > 0).sort((a, b) => b.power - a.power || (a.key < b.key ? -1 : 1));

export const totalPower = (voters: readonly Provider[]): number => voters.reduce((sum, one) => sum + one.power, 0);

/** The newest heights that some voted at, newest first; the newest two are still on their way. */
const recent = (state: State): string[] => {
  const tip = state.tip?.height ?? 0;
  const read = state.heights.filter((one) => one.height <= tip - 2 && (one.state === "quorum" || one.state === "open"));
  return read.slice(-SILENT).map((one) => one.votes);
};

/** Active providers without a vote at the newest heights. */
export const silent = (state: State): Provider[] => {
  const votes = recent(state);
  if (votes.length < SILENT) return [];
  const missing = (index: number): boolean => votes.every((column) => "m?".includes(column[index] ?? "-"));
  return ranked(state).filter((one) => missing(state.providers.indexOf(one)));
};

/** Active providers without a vote at the height that finality waits for. */
export const awaited = (state: State): Provider[] => {
  const waiting = state.health?.finality.waiting_for?.height;
  const column = state.heights.find((one) => one.height === waiting);
  if (!column) return [];
  return state.providers
    .filter((_, index) => "m?".includes(column.votes[index] ?? "-"))
    .sort((a, b) => b.power - a.power);
};

export interface Holders {
  /** Who is silent already. */
  silent: Provider[];
  /** The fewest others that would stop finality. */
  others: Provider[];
  sentence: string;
}

/** More than two thirds must vote: who can stop that, with those who are silent already? */
export const holders = (state: State): Holders => {
  const voters = ranked(state);
  const total = totalPower(voters);
  const quiet = silent(state);
  const names = (some: readonly Provider[]): string => list(some.map(label));
  if (total === 0) return { silent: [], others: [], sentence: "Nobody has power: no height can get a quorum." };
  let missing = totalPower(quiet);
  const stops = (power: number): boolean => (total - power) * 3 <= total * 2;
  if (quiet.length && stops(missing)) return { silent: quiet, others: [], sentence: `Without ${names(quiet)} there is no quorum: ${percent(missing, total)} of the power is silent.` };
  const others: Provider[] = [];
  for (const one of voters) {
    if (stops(missing)) break;
    if (quiet.includes(one)) continue;
    others.push(one);
    missing += one.power;
  }
  const too = quiet.length ? `${names(quiet)} ${quiet.length === 1 ? "is" : "are"} silent. ` : "";
  const leave = others.length === 1 ? `If ${names(others)} ${quiet.length ? "leaves too" : "alone leaves"}, finality stops.` : `If ${names(others)} leave${quiet.length ? " too" : ""}, finality stops.`;
  return { silent: quiet, others, sentence: too + leave };
};
