// What needs attention, the worst first.
import type { Check, State } from "../api.js";

const ORDER: Readonly<Record<Check["level"], number>> = { critical: 0, warning: 1, unknown: 2 };

export const alarms = (state: State): Check[] => [...state.checks].sort((a, b) => ORDER[a.level] - ORDER[b.level]);

/** What could not be looked at is listed apart: it is no alarm, and it is not well either. */
export const sorted = (state: State): { alarms: Check[]; unknown: Check[] } => {
  const all = alarms(state);
  return { alarms: all.filter(({ level }) => level !== "unknown"), unknown: all.filter(({ level }) => level === "unknown") };
};
