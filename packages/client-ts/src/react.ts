import { useEffect, useState } from "react";

import type { BsnClient } from "./client.js";
import { AbortedError } from "./errors.js";
import type { FinalBlockOfWait, Progress, WaitOptions } from "./wait.js";

/** How a wait stands. */
export type UseFinality =
  /** There is nothing to wait for. */
  | { readonly state: "idle" }
  /** `progress` is `null` until the first answer. */
  | { readonly state: "waiting"; readonly progress: Progress | null }
  | { readonly state: "final"; readonly block: FinalBlockOfWait }
  /** Mostly a `BsnError`: look at its `code`. */
  | { readonly state: "failed"; readonly error: Error };

export type UseFinalityOptions = Omit<WaitOptions, "signal" | "onProgress">;

const IDLE: UseFinality = { state: "idle" };

/**
 * Waits for the block at a height, or of a transaction, to be final. Give `null` while there is nothing to wait for. It starts anew
 * when client or options change (by value), and stops when the component goes.
 */
export const useFinality = (client: BsnClient | null, options: UseFinalityOptions | null): UseFinality => {
  const [result, setResult] = useState<{ of: unknown; now: UseFinality }>({ of: null, now: IDLE });
  // Callers write the options in place, a new object each time.
  const key = client && options ? JSON.stringify({ ...options, timeoutMs: String(options.timeoutMs) }) : null;
  useEffect(() => {
    if (!client || !options) return;
    const controller = new AbortController();
    const { signal } = controller;
    const set = (now: UseFinality): void => {
      if (!signal.aborted) setResult({ of: key, now });
    };
    set({ state: "waiting", progress: null });
    client
      .waitForFinality({ ...options, signal, onProgress: (progress) => set({ state: "waiting", progress }) })
      .then((block) => set({ state: "final", block }))
      .catch((error: Error) => set({ state: "failed", error }));
    return () => controller.abort(new AbortedError("the component is gone, or waits for something else"));
  }, [client, key]);
  if (key === null) return IDLE;
  // Until the effect has run, what is kept is of the options before.
  return result.of === key ? result.now : { state: "waiting", progress: null };
};
