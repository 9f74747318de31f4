//! Hermes (1.13): its configuration, and the order of steps. It is not run by the tests of this repository.

use super::{End, Facts, KEY, MESSAGES, TX_BYTES, Written, trusting};
use crate::deploy::gas;

/// The files.
pub fn files(facts: &Facts) -> Vec<Written> {
    vec![
        Written { path: "hermes/config.toml", text: config(facts), is_program: false },
        Written { path: "open-channel.sh", text: script(facts), is_program: true },
    ]
}

fn config(facts: &Facts) -> String {
    let Facts { appchain, babylon, bsn } = facts;
    let here = port(bsn.as_deref());
    format!(
        "\
# Written by `bsn relayer hermes`, for hermes 1.13. Not run here: the tests of this program hold the file against a golden
# one, and run rly alone. Call it again when a channel has been opened: then its id is here.
[global]
log_level = 'info'

[mode.clients]
enabled = true
refresh = true
misbehaviour = true

[mode.connections]
enabled = false

# Channels are opened by hand, once (open-channel.sh).
[mode.channels]
enabled = false

[mode.packets]
enabled = true
# In blocks. What was missed is sent in order: the channel is ordered.
clear_interval = 100
clear_on_start = true
tx_confirmation = true

[rest]
enabled = false
host = '127.0.0.1'
port = 3000

[telemetry]
enabled = true
host = '127.0.0.1'
port = 3001
{}{}",
        chain(appchain, gas::ANY_PACKET, trusting(facts), &here),
        chain(babylon, gas::LONG_ITEM, trusting(facts), "zoneconcierge"),
    )
}

fn chain(end: &End, most: u64, trust: u64, port: &str) -> String {
    let End { id, rpc, grpc, prefix, price, transfer, channel, .. } = end;
    let known = |id: &Option<String>| id.clone().unwrap_or_else(|| "channel-*".to_owned());
    format!(
        "
[[chains]]
type = 'CosmosSdk'
id = '{id}'
rpc_addr = '{rpc}'
grpc_addr = '{grpc}'
event_source = {{ mode = 'pull', interval = '1s' }}
rpc_timeout = '20s'
trusted_node = false
account_prefix = '{prefix}'
key_name = '{KEY}'
key_store_type = 'Test'
store_prefix = 'ibc'
default_gas = 1000000
# Brings any packet that the other side makes.
max_gas = {most}
gas_price = {{ price = {}, denom = '{}' }}
gas_multiplier = 1.3
# Packets are long.
max_msg_num = {MESSAGES}
max_tx_size = {TX_BYTES}
max_grpc_decoding_size = 33554432
clock_drift = '15s'
max_block_time = '30s'
# Two thirds of the shorter unbonding time of both chains. A client that expires needs governance.
trusting_period = '{trust}s'
trust_threshold = {{ numerator = '1', denominator = '3' }}
address_type = {{ derivation = 'cosmos' }}
memo_prefix = ''
sequential_batch_tx = false

[chains.packet_filter]
policy = 'allow'
list = [
    ['transfer', '{}'],
    ['{port}', '{}'],
]
",
        price.number(),
        price.denom,
        known(transfer),
        known(channel),
    )
}

fn port(bsn: Option<&str>) -> String {
    bsn.map_or_else(|| "wasm.*".to_owned(), |bsn| format!("wasm.{bsn}"))
}

fn script(facts: &Facts) -> String {
    let Facts { appchain, babylon, bsn } = facts;
    let port = bsn.as_ref().map_or_else(|| "wasm.<address of bsn>".to_owned(), |bsn| format!("wasm.{bsn}"));
    let (here, there) = (&appchain.id, &babylon.id);
    let connection = babylon.connection.clone().unwrap_or_else(|| "<connection on Babylon>".to_owned());
    format!(
        r#"#!/bin/sh
# Written by `bsn relayer hermes`: the steps of a link between {there} and {here}, in their order. Not run here.
#
#   ./open-channel.sh keys        WORDS=file: a key on each chain; fund both addresses
#   ./open-channel.sh link        clients, connection, and the channel of rewards: before the contract exists
#                                 then: `bsn deploy`, and MsgRegisterConsumer on {there}
#   ./open-channel.sh channel     the channel of this protocol, from {there}'s side: once for a client, ever
#   ./open-channel.sh start       relays until it is stopped
#
# Whether a step took effect `bsn connect` says.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
hermes() {{ "${{HERMES:-hermes}}" --config "$folder/hermes/config.toml" "$@"; }}

case "${{1:-}}" in
keys)
    hermes keys add --chain {here} --key-name {KEY} --mnemonic-file "$WORDS"
    hermes keys add --chain {there} --key-name {KEY} --mnemonic-file "$WORDS"
    ;;
link)
    hermes create channel --a-chain {there} --b-chain {here} --a-port transfer --b-port transfer --order unordered --channel-version ics20-1 --new-client-connection --yes
    ;;
channel)
    hermes create channel --a-chain {there} --a-connection {connection} --a-port zoneconcierge --b-port {port} --order ordered --channel-version zoneconcierge-1
    ;;
start)
    exec "${{HERMES:-hermes}}" --config "$folder/hermes/config.toml" start
    ;;
*)
    sed -n 's/^# \{{0,1\}}//p' "$0" | sed -n '2,11p' >&2
    exit 2
    ;;
esac
"#
    )
}
