import {
  AbortedError,
  HeightAboveTipError,
  HeightPrunedError,
  NodeBehindError,
  NodeUnreachableError,
  RpcError,
  TxIndexDisabledError,
  type BsnError,
} from "./errors.js";

/** CometBFT's JSON-RPC of one or several nodes of a chain. */
export interface Rpc {
  readonly urls: readonly string[];
  /** One call to one node. */
  call(url: string, method: string, params: object, signal?: AbortSignal): Promise<unknown>;
  /**
   * Asks the nodes in turn until `count` of them answered, the one that answered last time first. Nodes that do not answer or
   * are behind are passed over; any other error ends it.
   */
  ask<T>(count: number, signal: AbortSignal | undefined, question: (url: string) => Promise<T>): Promise<[T, ...T[]]>;
}

export interface RpcOptions {
  readonly urls: readonly string[];
  /** After so many milliseconds without a whole answer a node counts as unreachable. */
  readonly requestTimeoutMs: number;
  /** How often all nodes are asked again where too few of them answered. */
  readonly retries: number;
  readonly fetch: typeof fetch;
}

/** Waits; throws {@link AbortedError}. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new AbortedError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });

/** The errors after which another node, or the same one later, may answer. */
export const isPassing = (error: unknown): error is NodeUnreachableError | NodeBehindError =>
  error instanceof NodeUnreachableError || error instanceof NodeBehindError;

export const createRpc = ({ urls, requestTimeoutMs, retries, fetch }: RpcOptions): Rpc => {
  let preferred = 0;

  const call: Rpc["call"] = async (url, method, params, signal) => {
    const timeout = AbortSignal.timeout(requestTimeoutMs);
    let body: string;
    let status: number;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      status = response.status;
      body = await response.text();
    } catch (error) {
      if (signal?.aborted) throw new AbortedError(signal.reason);
      const why = timeout.aborted ? `nothing within ${requestTimeoutMs} ms` : String(error);
      throw new NodeUnreachableError([url], why, error);
    }
    const answer = parse(body);
    if (!answer) throw new NodeUnreachableError([url], `HTTP ${status}, and not JSON-RPC`);
    if (answer.error) throw rpcError(url, method, answer.error);
    return answer.result;
  };

  const ask: Rpc["ask"] = async <T>(count: number, signal: AbortSignal | undefined, question: (url: string) => Promise<T>) => {
    for (let round = 0; ; round++) {
      const answers: T[] = [];
      const failures: BsnError[] = [];
      for (let next = preferred, i = 0; i < urls.length; i++, next++) {
        try {
          answers.push(await question(urls[next % urls.length] as string));
          if (count === 1) preferred = next % urls.length;
          if (answers.length === count) return answers as [T, ...T[]];
        } catch (error) {
          if (!isPassing(error)) throw error;
          failures.push(error);
        }
      }
      const behind = failures.find((error) => error instanceof NodeBehindError);
      if (behind) throw behind;
      if (round >= retries) {
        if (failures.length === 1) throw failures[0];
        throw new NodeUnreachableError(urls, `${answers.length} of ${count} answered; ${failures.join("; ")}`, failures[0]);
      }
      await sleep(250 * 2 ** round, signal);
    }
  };

  return { urls, call, ask };
};

interface Answer {
  result?: unknown;
  error?: { code?: unknown; message?: unknown; data?: unknown };
}

const parse = (body: string): Answer | undefined => {
  try {
    const answer = JSON.parse(body) as Answer;
    if ("result" in answer || answer.error) return answer;
  } catch {}
};

/** CometBFT tells its errors apart in words only. */
const rpcError = (url: string, method: string, error: NonNullable<Answer["error"]>): BsnError => {
  const detail = String(error.data || error.message);
  let found = /height (\d+) must be less than or equal to the current blockchain height (\d+)/.exec(detail);
  if (found) return new HeightAboveTipError(Number(found[1]), Number(found[2]));
  found = /height (\d+) is not available, lowest height is/.exec(detail);
  if (found) return new HeightPrunedError(Number(found[1]), detail);
  if (detail.includes("transaction indexing is disabled")) return new TxIndexDisabledError(url);
  return new RpcError(url, method, Number(error.code), detail);
};
