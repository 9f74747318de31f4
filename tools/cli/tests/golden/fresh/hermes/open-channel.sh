#!/bin/sh
# Written by `bsn relayer hermes`: the steps of a link between bbn-1 and app-1, in their order. Not run here.
#
#   ./open-channel.sh keys        WORDS=file: a key on each chain; fund both addresses
#   ./open-channel.sh link        clients, connection, and the channel of rewards: before the contract exists
#                                 then: `bsn deploy`, and MsgRegisterConsumer on bbn-1
#   ./open-channel.sh channel     the channel of this protocol, from bbn-1's side: once for a client, ever
#   ./open-channel.sh start       relays until it is stopped
#
# Whether a step took effect `bsn connect` says.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
hermes() { "${HERMES:-hermes}" --config "$folder/hermes/config.toml" "$@"; }

case "${1:-}" in
keys)
    hermes keys add --chain app-1 --key-name relayer --mnemonic-file "$WORDS"
    hermes keys add --chain bbn-1 --key-name relayer --mnemonic-file "$WORDS"
    ;;
link)
    hermes create channel --a-chain bbn-1 --b-chain app-1 --a-port transfer --b-port transfer --order unordered --channel-version ics20-1 --new-client-connection --yes
    ;;
channel)
    hermes create channel --a-chain bbn-1 --a-connection <connection on Babylon> --a-port zoneconcierge --b-port wasm.<address of bsn> --order ordered --channel-version zoneconcierge-1
    ;;
start)
    exec "${HERMES:-hermes}" --config "$folder/hermes/config.toml" start
    ;;
*)
    sed -n 's/^# \{0,1\}//p' "$0" | sed -n '2,11p' >&2
    exit 2
    ;;
esac
