use cosmwasm_std::{Api, Env};

/// The time of this block, in seconds since 1970.
pub fn now(env: &Env) -> u64 {
    env.block.time.seconds()
}

/// The chain's ECDSA recovery; any error of the host is "no point", and so an invalid signature.
pub fn recover(api: &dyn Api) -> impl eots::Recover + '_ {
    move |hash: &[u8; 32], signature: &[u8; 64], id: u8| -> Option<[u8; 65]> {
        api.secp256k1_recover_pubkey(hash, signature, id).ok()?.try_into().ok()
    }
}
