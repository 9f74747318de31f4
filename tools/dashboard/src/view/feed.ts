// What happened, and what was slashed.
import type { Happening, State } from "../api.js";
import { clock, label, number, plain, short } from "../format.js";

export interface Item {
  when: string;
  height: string;
  text: string;
  bad: boolean;
}

const who = (state: State, key: string | null): string => {
  if (!key) return "somebody";
  const found = state.providers.find((one) => one.key === key);
  return found ? label(found) : short(key);
};

/** `FINALITY_PROVIDER_STATUS_JAILED` in words. */
const status = (what: string): string => plain(what).replace(/^FINALITY_PROVIDER_STATUS_/, "").toLowerCase().replaceAll("_", " ");

const text = (state: State, { kind, key, what }: Happening): string => {
  const name = who(state, key);
  switch (kind) {
    case "slashed":
      return `${name} signed two blocks of height ${what}, and gave its key away`;
    case "status":
      return `${name} is ${status(what)}`;
    case "registered":
      return `${name} was registered`;
    case "outbox":
      return `evidence against ${name}: ${what.replaceAll("_", " ")}`;
    case "hole":
      return "the chain did not call the contract";
    case "hook_error":
      return `a hook failed: ${plain(what)}`;
    default:
      return plain(what) || kind;
  }
};

export const feed = (state: State): Item[] =>
  state.feed.map((one) => ({
    when: one.time === null ? "" : clock(one.time),
    height: number(one.height),
    text: text(state, one),
    bad: ["slashed", "hole", "hook_error", "alarm", "refused"].includes(one.kind),
  }));

export interface Slashed {
  name: string;
  key: string;
  /** What it did, as far as that is known. */
  what: string;
  /** Whether Babylon knows. */
  evidence: string;
  done: boolean;
}

const EVIDENCE: Readonly<Record<string, string>> = {
  waiting: "evidence waits for the channel",
  in_flight: "evidence is on its way to Babylon",
  done: "Babylon took the evidence",
  refused: "Babylon refused the evidence",
};

export const slashed = (state: State): Slashed[] =>
  state.providers
    .filter((one) => one.slashed_height > 0)
    .map((one) => {
      const twice = state.feed.find(({ kind, key }) => kind === "slashed" && key === one.key);
      const sent = state.outbox.find(({ key }) => key === one.key);
      return { name: label(one), key: short(one.key, 10, 8), what: twice && /^\d+$/.test(twice.what) ? `signed two blocks of height ${number(BigInt(twice.what))}` : `was slashed at height ${number(one.slashed_height)}`, evidence: sent ? (EVIDENCE[sent.state] ?? plain(sent.state)) : "slashed by Babylon’s word", done: !sent || sent.state === "done" };
    });
