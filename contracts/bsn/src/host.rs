use cosmwasm_std::{Api, Env};
use primitives::{Seconds, UnixNanos, UnixTime};

/// How long Bitcoin takes for a block, about.
pub const BITCOIN_BLOCK: Seconds = Seconds::new(600);

/// How many blocks to wait before the chain is offered again what it did not take: a packet or a transfer.
pub const RESEND_PAUSE: u64 = 10;

/// The time of this block, in the unit by which this contract decides.
pub fn now(env: &Env) -> UnixTime {
    UnixTime::new(env.block.time.seconds())
}

/// The same in nanoseconds, for timeouts.
pub fn now_nanos(env: &Env) -> UnixNanos {
    UnixNanos::new(env.block.time.nanos())
}

/// The chain's ECDSA recovery; any error of the host is "no point", and so an invalid signature.
pub fn recover(api: &dyn Api) -> impl eots::Recover + '_ {
    move |hash: &[u8; 32], signature: &[u8; 64], id: u8| -> Option<[u8; 65]> {
        api.secp256k1_recover_pubkey(hash, signature, id).ok()?.try_into().ok()
    }
}
