import { NodeUnreachableError } from "./errors.js";
import { checkHeight, finalBlock, finalityStatus, isSettled, query, type Care, type Context, type FinalBlock } from "./finality.js";
import { get, object, whole } from "./read.js";
import { isPassing, sleep } from "./rpc.js";

export interface WatchOptions extends Care {
  /** The first height; by default the highest final block of now. */
  readonly from?: number;
  /** Milliseconds between two questions where there is nothing new: 1,000 by default. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/** How many heights are asked about at a time. */
const AT_ONCE = 8;

/**
 * Each block once and in order, as soon as it is final. It ends with an error at the first block of which that cannot be said
 * (`ResumedError`, `GapError`, `HeightForgottenError`); to go on all the same, start again `from` the height above.
 */
export async function* watchFinalBlocks(context: Context, options: WatchOptions = {}): AsyncGenerator<FinalBlock, never> {
  const { pollMs = 1_000, signal } = options;
  if (options.from !== undefined) checkHeight(options.from, "from");
  let next = options.from;
  let reached = false;
  for (;;) {
    try {
      const highest = await lastFinalHeight(context, signal);
      reached = true;
      next ??= highest ?? undefined;
      while (next !== undefined && highest !== null && next <= highest) {
        const heights = Array.from({ length: Math.min(AT_ONCE, highest - next + 1) }, (_, i) => (next as number) + i);
        const page = await Promise.all(heights.map((height) => finalityStatus(context, height, signal)));
        for (const status of page) {
          // From another node, which has not got there yet.
          if (!isSettled(status)) break;
          yield finalBlock(status, options);
          next = status.height + 1;
        }
        if (next === heights[0]) break;
      }
    } catch (error) {
      if (!isPassing(error) || (error instanceof NodeUnreachableError && !reached)) throw error;
    }
    await sleep(pollMs, signal);
  }
}

/** The height of `last_final_block`, `null` before there is one. */
export const lastFinalHeight = async (context: Context, signal?: AbortSignal): Promise<number | null> => {
  const [height] = await context.rpc.ask(1, signal, async (url) => {
    const { answer } = await query(context, url, { last_final_block: {} }, signal);
    return answer === null ? null : get(object(answer, "last_final_block"), "height", whole);
  });
  return height;
};
