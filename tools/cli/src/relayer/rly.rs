//! The Go relayer (rly, v2.6): its home, and the order of steps.

use super::{End, Facts, KEY, MESSAGES, PATH, Written, trusting};
use crate::deploy::gas;

/// The first is rly's own default.
const LOOPS_MS: [u64; 4] = [1_000, 500, 200, 100];
const QUICKEST_LOOP_MS: u64 = 50;

/// The files.
pub fn files(facts: &Facts) -> Vec<Written> {
    vec![
        Written { path: "rly/config/config.yaml", text: config(facts), is_program: false },
        Written { path: "open-channel.sh", text: script(facts), is_program: true },
    ]
}

fn config(facts: &Facts) -> String {
    let Facts { appchain, babylon, .. } = facts;
    let channels: Vec<&str> =
        [&babylon.transfer, &babylon.channel].into_iter().flatten().map(String::as_str).collect();
    // Until both channels exist there is nothing to filter by; the command is called again then.
    let (rule, list) = match channels.as_slice() {
        [_, _] => (
            "allowlist",
            format!(
                "\n{}",
                channels.iter().map(|id| format!("                - {id}\n")).collect::<String>()
            ),
        ),
        _ => ("", " []\n".to_owned()),
    };
    format!(
        "\
# Written by `bsn relayer rly`, for rly 2.6. Call it again when a channel has been opened: then its id is here.
global:
    api-listen-addr: \"\"
    debug-listen-addr: 127.0.0.1:5183
    metrics-listen-addr: 127.0.0.1:5184
    timeout: 20s
    memo: \"\"
    light-cache-size: 20
    log-level: info
    # Rewards carry a memo of some 1,400 bytes: no limit.
    ics20-memo-limit: 0
    max-receiver-size: 150
chains:
{}{}paths:
    {PATH}:
        src:
{}        dst:
{}        src-channel-filter:
            rule: \"{rule}\"
            channel-list:{list}",
        chain(appchain, gas::ANY_PACKET),
        chain(babylon, gas::LONG_ITEM),
        path_end(babylon),
        path_end(appchain),
    )
}

/// How long rly's loop over a chain's blocks takes at least, in milliseconds: at most half of a block. rly does nothing on a
/// chain of which more than one block came since its last loop. Of a few lengths only, so that the file does not change with
/// each measurement.
fn loop_ms(block_ms: Option<u64>) -> u64 {
    let fits = |ms: &u64| block_ms.is_none_or(|block_ms| 2 * ms <= block_ms);
    LOOPS_MS.into_iter().find(fits).unwrap_or(QUICKEST_LOOP_MS)
}

fn chain(end: &End, most: u64) -> String {
    let End { id, rpc, prefix, price, .. } = end;
    let loop_ms = loop_ms(end.block_ms);
    format!(
        "    {id}:
        type: cosmos
        value:
            key-directory: \"\"
            key: {KEY}
            chain-id: {id}
            rpc-addr: {rpc}
            backup-rpc-addrs: []
            account-prefix: {prefix}
            keyring-backend: test
            dynamic-gas-price: false
            gas-adjustment: 1.3
            gas-prices: {price}
            min-gas-amount: 300000
            max-gas-amount: {most}
            debug: false
            timeout: 20s
            block-timeout: \"\"
            output-format: json
            sign-mode: direct
            extra-codecs: []
            coin-type: 118
            signing-algorithm: \"\"
            broadcast-mode: batch
            min-loop-duration: {loop_ms}ms
            extension-options: []
"
    )
}

fn path_end(end: &End) -> String {
    let mut text = format!("            chain-id: {}\n", end.id);
    if let (Some(client), Some(connection)) = (&end.client, &end.connection) {
        text += &format!("            client-id: {client}\n            connection-id: {connection}\n");
    }
    text
}

fn script(facts: &Facts) -> String {
    let Facts { appchain, babylon, bsn } = facts;
    let port = bsn.as_ref().map_or_else(|| "wasm.<address of bsn>".to_owned(), |bsn| format!("wasm.{bsn}"));
    let (here, there, trust) = (&appchain.id, &babylon.id, trusting(facts));
    format!(
        r#"#!/bin/sh
# Written by `bsn relayer rly`: the steps of a link between {there} and {here}, in their order. Each can be called again.
#
#   ./open-channel.sh keys        makes a key on each chain; fund both addresses
#   ./open-channel.sh link        clients, connection, and the channel of rewards: before the contract exists
#                                 then: `bsn deploy`, and MsgRegisterConsumer on {there}
#   ./open-channel.sh channel     the channel of this protocol, from {there}'s side: once for a client, ever
#   ./open-channel.sh start       relays until it is stopped
#
# Whether a step took effect `bsn connect` says: rly ends with success where an application refused a handshake.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
rly() {{ "${{RLY:-rly}}" --home "$folder/rly" "$@"; }}
# Clients and connections can be asked for only some blocks after they were made.
settle() {{ sleep "${{SETTLE:-15}}"; }}

case "${{1:-}}" in
keys)
    rly keys add {here} {KEY}
    rly keys add {there} {KEY}
    ;;
link)
    # Two thirds of the shorter unbonding time of both chains. A client that expires needs governance.
    rly tx clients {PATH} --client-tp {trust}s
    settle
    rly tx connection {PATH} --max-retries 5 --timeout 20s
    settle
    rly tx channel {PATH} --src-port transfer --dst-port transfer --order unordered --version ics20-1 --max-retries 5 --timeout 20s
    ;;
channel)
    rly tx channel {PATH} --src-port zoneconcierge --dst-port {port} --order ordered --version zoneconcierge-1 --max-retries 3 --timeout 20s
    ;;
start)
    # Both clients are updated every six hours, also without packets.
    exec "${{RLY:-rly}}" --home "$folder/rly" start {PATH} --time-threshold 6h --flush-interval 5m --max-msgs {MESSAGES}
    ;;
*)
    sed -n 's/^# \{{0,1\}}//p' "$0" | sed -n '2,12p' >&2
    exit 2
    ;;
esac
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_is_quicker_than_the_blocks() {
        let each = [None, Some(6_000), Some(2_000), Some(1_300), Some(380), Some(40)].map(loop_ms);
        assert_eq!(each, [1_000, 1_000, 1_000, 500, 100, 50]);
    }
}
