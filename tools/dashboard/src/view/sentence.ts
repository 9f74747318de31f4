// The state in one sentence. What is not known is said not to be known: nothing here is good by default.
import type { State } from "../api.js";
import { bitcoin, label, list, number, percent, plural, span } from "../format.js";
import { awaited, ranked, silent, totalPower } from "./voters.js";

export type Tone = "good" | "warning" | "bad" | "unknown";

export interface Sentence {
  tone: Tone;
  text: string;
  /** A second one, smaller. */
  more: string;
}

/** A height that has waited for more blocks than this stands still. */
const PATIENCE = 20;
/** A chain that has made no block for so many block times, and so many seconds, stands still. */
const BLOCKS_LATE = 8;
const SECONDS_LATE = 30;

/** How old what is shown is, in seconds, at the page's `now`; `null` where nothing was read. */
export const age = (state: State, now: number): number | null => (state.reading.last_ok === null ? null : Math.max(0, now - state.reading.last_ok) / 1000);

const lost = (state: State, now: number): Sentence => {
  const old = age(state, now);
  const who = state.reading.state === "away" ? "The node does not answer" : "The chain cannot be read";
  const text = old === null ? `${who}; nothing was read yet.` : `${who}. What is shown here is ${span(old)} old.`;
  return { tone: "unknown", text, more: state.reading.error ?? "" };
};

const standstill = (state: State, now: number): Sentence | null => {
  if (!state.tip) return null;
  const late = (now - state.tip.time) / 1000;
  if (late < Math.max(SECONDS_LATE, (BLOCKS_LATE * state.chain.block_ms) / 1000)) return null;
  return { tone: "bad", text: `The chain stands still: no block for ${span(late)}.`, more: `Its last block is ${number(state.tip.height)}. Finality waits for the chain's own validators.` };
};

const waiting = (state: State, lag: number): Sentence => {
  const { height = 0, voted_power = "0", total_power = "0" } = state.health?.finality.waiting_for ?? {};
  const missing = awaited(state);
  const who = missing.length ? list(missing.map(label)) : "votes";
  const share = percent(Number(voted_power), Number(total_power));
  const since = state.tip ? ((state.tip.height - height) * state.chain.block_ms) / 1000 : 0;
  return {
    tone: "bad",
    text: `Finality stands still at height ${number(height)}; waiting for ${who}.`,
    more: `${share} of the power voted there, and more than 66.7 % must. The last final block is ${plural(lag, "block")}, about ${span(since)}, behind.`,
  };
};

export const sentence = (state: State, now: number): Sentence => {
  const { health, tip, reading } = state;
  if (reading.state === "away" || reading.state === "unreadable") return lost(state, now);
  if (!health || !tip) return { tone: "unknown", text: "Reading the chain for the first time.", more: reading.error ?? "" };
  const still = standstill(state, now);
  if (still) return still;
  const voters = ranked(state);
  const final = health.finality.last_final_block;
  if (voters.length === 0) return { tone: "bad", text: "Nothing can become final: no finality provider is active.", more: "One is active once it has stake, and randomness that Bitcoin has timestamped." };
  if (final == null) return { tone: "warning", text: "No block is final yet.", more: `${plural(voters.length, "finality provider")} may vote.` };
  // The contract may have been asked a block later than the node.
  const lag = Math.max(tip.height, health.finality.last_processed) - final;
  const waits = health.finality.waiting_for;
  if (waits && tip.height - waits.height > PATIENCE) return waiting(state, lag);
  const quiet = silent(state);
  const behind = lag <= 0 ? "The newest block is final" : `Final ${plural(lag, "block")} behind`;
  const silentPower = percent(totalPower(quiet), totalPower(voters));
  const jailed = state.providers.filter((one) => one.jailed_until_s > 0 && one.slashed_height === 0 && one.power > 0).sort((a, b) => b.power - a.power);
  const locked = jailed.length ? `${list(jailed.map(label))} ${jailed.length === 1 ? "is" : "are"} in jail, with ${bitcoin(totalPower(jailed))} that may not vote.` : "";
  const more = quiet.length
    ? `Finality goes on without ${quiet.length === 1 ? "it" : "them"}: ${silentPower} of the power is silent.`
    : locked || `More than two thirds of the power stand behind block ${number(final)}.`;
  if (lag > PATIENCE) return { tone: "warning", text: `${behind}, and catching up.`, more };
  return { tone: quiet.length || jailed.length || health.alarms.length || state.checks.some((one) => one.level !== "unknown") ? "warning" : "good", text: `${behind}; waiting for ${quiet.length ? list(quiet.map(label)) : "nobody"}.`, more };
};
