export { createBsnClient, type Asking, type BsnClient, type ClientOptions } from "./client.js";
export { readDeployment, type DeployedContract, type Deployment } from "./deployment.js";
export * from "./errors.js";
export type { Care, FinalBlock } from "./finality.js";
export type { Certificate, FinalityStatus, FinalStatus, OpenStatus, VoteAtHeight } from "./status.js";
export type { FinalBlockOfWait, Progress, WaitOptions } from "./wait.js";
export type { WatchOptions } from "./watch.js";
