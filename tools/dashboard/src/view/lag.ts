// How far finality was behind, over time: a point a block, or a point a minute.
import type { State } from "../api.js";
import { clock, number, plural } from "../format.js";

export interface Point {
  /** Along the axis. */
  at: number;
  /** `null` where it is not known. */
  lag: number | null;
  hole: boolean;
  label: string;
}

export interface Lag {
  points: Point[];
  worst: number;
  holes: number;
  sentence: string;
}

const sum = (points: Point[], unit: string, holes: number): Lag => {
  const known = points.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  const worst = known.length ? Math.max(...known) : 0;
  const lost = holes ? `; hooks were lost at ${plural(holes, "height")}` : "; no hook was lost";
  const sentence = known.length ? `At worst ${plural(worst, "block")} behind in the last ${plural(points.length, unit)}${lost}.` : "Nothing was measured yet.";
  return { points, worst, holes, sentence };
};

export const lagByBlock = (state: State): Lag => {
  const points = state.heights.map((one) => ({
    at: one.height,
    lag: one.lag,
    hole: one.lost,
    label: `height ${number(one.height)}${one.time === null ? "" : ` at ${clock(one.time)}`}: ${one.lag === null ? "not known" : `${plural(one.lag, "block")} behind`}${one.lost ? ", hook lost" : ""}`,
  }));
  return sum(points, "block", points.filter(({ hole }) => hole).length);
};

export const lagByMinute = (state: State): Lag => {
  const points = state.minutes.map(([time, lag, holes]) => ({
    at: time / 60_000,
    lag: lag < 0 ? null : lag,
    hole: holes > 0,
    label: `${clock(time)}: ${lag < 0 ? "not known" : `${plural(lag, "block")} behind`}${holes ? `, ${plural(holes, "hook")} lost` : ""}`,
  }));
  return sum(points, "minute", state.minutes.reduce((all, [, , holes]) => all + holes, 0));
};
