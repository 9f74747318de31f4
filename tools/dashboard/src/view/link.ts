// The link to Babylon and Bitcoin, as rows of a name, what is so, and how that is.
import type { Amount, End, State } from "../api.js";
import { brief, number, plural, short } from "../format.js";
import type { Tone } from "./sentence.js";

export interface Row {
  name: string;
  value: string;
  note: string;
  tone: Tone;
  /** Of a countdown: what is left, between 0 and 1. */
  left?: number;
}

/** A client that expires within this is a warning; within a quarter of it, worse. Babylon's own trusts for 33 hours. */
const SOON_S = 12 * 3_600;

const countdown = (name: string, end: End | null, now: number, missing: string): Row => {
  if (!end) return { name, value: "not known", note: missing, tone: "unknown" };
  const client = end.client;
  if (!client) return { name, value: "not known", note: end.error ?? "this node says nothing of it", tone: "unknown" };
  if (client.status !== "Active") return { name, value: client.status, note: `${client.id}: nothing can pass until governance revives it`, tone: "bad" };
  if (client.expires === null) return { name, value: "Active", note: `${client.id}; when it expires cannot be seen here`, tone: "good" };
  const seconds = (client.expires - now) / 1000;
  if (seconds <= 0) return { name, value: "about to expire", note: `${client.id}: update it at once`, tone: "bad" };
  const tone = seconds < SOON_S / 4 ? "bad" : seconds < SOON_S ? "warning" : "good";
  return { name, value: `${brief(seconds)} left`, note: `${client.id} expires then unless a relayer updates it`, tone, left: Math.min(1, seconds / (33 * 3_600)) };
};

const packets = (name: string, end: End | null): Row[] => {
  if (!end || end.unrelayed === null) return [];
  const tone = end.unrelayed === 0 ? "good" : end.unrelayed > 10 ? "bad" : "warning";
  return [{ name, value: end.unrelayed === 0 ? "none" : plural(end.unrelayed, "packet"), note: end.unrelayed ? "a relayer has to carry them" : "", tone }];
};

/** Whether the chain's stake comes from Bitcoin alone: then nothing of Babylon is missing. */
const withoutBabylon = (state: State): boolean => state.health?.channel.state === "absent";

export const channel = (state: State, now: number): Row[] => {
  const { health, link } = state;
  if (!health) return [];
  const { state: is, channel_id, connection_id, last_packet_age_s } = health.channel;
  if (withoutBabylon(state)) return [{ name: "Babylon", value: "none", note: "stake comes from Bitcoin alone", tone: "good" }];
  const drift = state.reading.last_ok === null ? 0 : Math.max(0, now - state.reading.last_ok) / 1000;
  const rows: Row[] = [
    { name: "Channel to Babylon", value: is, note: [channel_id, connection_id].filter(Boolean).join(" on "), tone: is === "open" ? "good" : "bad" },
    {
      name: "Last packet",
      value: last_packet_age_s == null ? "none yet" : `${brief(last_packet_age_s + drift)} ago`,
      note: "",
      tone: last_packet_age_s == null ? "unknown" : last_packet_age_s > 6 * 3_600 ? "warning" : "good",
    },
    countdown("Babylon’s client here", link.here, now, "not read yet"),
    countdown("Our client on Babylon", link.babylon, now, "give bsn serve --babylon-node"),
    ...packets("Sent, not acknowledged", link.here),
    ...packets("Waiting on Babylon", link.babylon),
  ];
  return rows;
};

export const bitcoinRows = (state: State, now: number): Row[] => {
  const { health, tip } = state;
  if (!health) return [];
  const { bitcoin, timestamps } = health;
  const drift = state.reading.last_ok === null ? 0 : Math.max(0, now - state.reading.last_ok) / 1000;
  const tipAge = bitcoin.tip_age_s == null ? null : bitcoin.tip_age_s + drift;
  const behind = tip && timestamps.height > 0 ? tip.height - timestamps.height : null;
  return [
    { name: "Bitcoin block", value: bitcoin.tip_height == null ? "none yet" : number(bitcoin.tip_height), note: tipAge === null ? "" : `found ${brief(tipAge)} ago, as its header says`, tone: tipAge === null ? "unknown" : tipAge > 3 * 3_600 ? "bad" : tipAge > 3_600 ? "warning" : "good" },
    {
      name: "Timestamped height",
      value: timestamps.height ? number(timestamps.height) : "none yet",
      note: behind === null ? "" : `${plural(behind, "block")} (${brief((behind * state.chain.block_ms) / 1000)}) behind; ${timestamps.trust}`,
      tone: timestamps.height ? "good" : "warning",
    },
    ...(withoutBabylon(state)
      ? []
      : [
          { name: "Checkpoints waiting", value: number(timestamps.waiting), note: timestamps.waiting ? "until Bitcoin has buried them" : "", tone: "good" as const },
          { name: "Epoch of Babylon", value: number(timestamps.epoch), note: "", tone: "good" as const },
        ]),
    ...(bitcoin.refused ? [{ name: "Headers refused", value: plural(bitcoin.refused, "packet"), note: "by the light client", tone: "bad" as const }] : []),
  ];
};

const amounts = (list: readonly Amount[]): string => list.filter(({ amount }) => amount !== "0").map(({ amount, denom }) => `${/^\d+$/.test(amount) ? number(BigInt(amount)) : amount} ${short(denom, 16, 4)}`).join(", ") || "nothing";

export const rewards = (state: State): Row[] => {
  if (!state.health) return [];
  const { undistributed, owed, handed_over, burned } = state.health.rewards;
  const isOwed = owed.some(({ amount }) => amount !== "0");
  return [
    { name: "To be shared out", value: amounts(undistributed), note: "", tone: "good" },
    { name: "Owed and not sent", value: amounts(owed), note: isOwed ? "tried again every ten blocks" : "", tone: isOwed ? "warning" : "good" },
    { name: withoutBabylon(state) ? "Handed over to stakers" : "Handed over to Babylon", value: amounts(handed_over), note: "", tone: "good" },
    ...(burned.length ? [{ name: "Burned", value: amounts(burned), note: "the part of the slashed", tone: "good" as const }] : []),
  ];
};
