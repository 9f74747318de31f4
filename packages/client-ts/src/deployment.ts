import { BadDeploymentError } from "./errors.js";

/** A contract of a deployment. */
export interface DeployedContract {
  readonly address?: string | null;
  readonly code_id?: number | null;
  /** sha256 of the code, in hex. */
  readonly checksum?: string | null;
  readonly release?: string | null;
}

/** `deployments/<chain-id>.json`; the whole form: `schema/deployment.json`. Fields unknown here are ignored. */
export interface Deployment {
  readonly version: number;
  readonly chain_id: string;
  /** JSON-RPC of nodes, the preferred first. */
  readonly rpc?: readonly string[];
  readonly bitcoin: string;
  readonly bsn: DeployedContract;
  readonly btc_light_client?: DeployedContract | null;
  readonly babylon?: { readonly chain_id: string; readonly consumer_id?: string | null } | null;
}

/** What a client needs of a deployment. */
export interface Place {
  readonly chainId: string;
  readonly rpcs: readonly string[];
  readonly address: string;
}

/** The form of an address; the chain checks the rest of it. */
export const ADDRESS = /^[a-z0-9]+1[02-9ac-hj-np-z]{38,58}$/;

/** Reads a deployment file that was parsed as JSON; throws {@link BadDeploymentError} with the path of the culprit. */
export const readDeployment = (value: unknown): Place => {
  const check = (is: unknown, path: string, why: string): void => {
    if (!is) throw new BadDeploymentError(path, why);
  };
  const { version, chain_id, rpc = [], bsn } = (value ?? {}) as Deployment;
  check(version === 1, "version", `is ${version}; this client knows 1`);
  check(chain_id && typeof chain_id === "string", "chain_id", "is not a chain id");
  check(Array.isArray(rpc) && rpc.every((url) => typeof url === "string"), "rpc", "is not a list of URLs");
  const address = bsn?.address ?? "";
  check(address, "bsn.address", "is missing: the deployment is not finished");
  check(ADDRESS.test(address), "bsn.address", "is not an address");
  return { chainId: chain_id, rpcs: rpc, address };
};
