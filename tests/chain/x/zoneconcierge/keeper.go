// Package zoneconcierge plays Babylon Genesis on the channel to a consumer chain: an ordered channel of version
// "zoneconcierge-1" on port "zoneconcierge", one per client for ever (PROTOCOL.md, "The channel").
package zoneconcierge

import (
	"context"
	"encoding/binary"
	"fmt"

	"cosmossdk.io/core/store"

	sdk "github.com/cosmos/cosmos-sdk/types"

	clienttypes "github.com/cosmos/ibc-go/v10/modules/core/02-client/types"
	connectiontypes "github.com/cosmos/ibc-go/v10/modules/core/03-connection/types"
	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/types"

	"bsn.local/chain/x/zoneconcierge/types"
)

const (
	ModuleName = "zoneconcierge"
	StoreKey   = ModuleName
	PortID     = "zoneconcierge"
	Version    = "zoneconcierge-1"
	Ordering   = channeltypes.ORDERED
)

// The store: prefix and key => value.
const (
	prefixClient   = "client/"   // client id => its one channel id
	prefixProvider = "provider/" // x-only key => consumer id it registered with
	prefixSlashed  = "slashed/"  // x-only key => the secret key that its evidence gave away
	prefixStake    = "stake/"    // x-only key, "/", staking txid => the height of Bitcoin from which it is none any more
	prefixUnbonded = "unbonded/" // staking txid => 1
	keyTip         = "tip"       // => the highest height of Bitcoin that a packet spoke of
	prefixReceived = "in/"       // running number => types.Received
	prefixAck      = "ack/"      // running number => types.Ack
)

// Channels is what this module needs of the channel keeper.
type Channels interface {
	SendPacket(ctx sdk.Context, port, channel string, timeoutHeight clienttypes.Height, timeout uint64, data []byte) (uint64, error)
	GetChannel(ctx sdk.Context, port, channel string) (channeltypes.Channel, bool)
}

// Connections is what this module needs of the connection keeper.
type Connections interface {
	GetConnection(ctx sdk.Context, id string) (connectiontypes.ConnectionEnd, bool)
}

// Keeper keeps what was sent, heard and learnt.
type Keeper struct {
	store       store.KVStoreService
	channels    Channels
	connections Connections
}

// NewKeeper makes a keeper.
func NewKeeper(s store.KVStoreService, ch Channels, co Connections) Keeper { return Keeper{s, ch, co} }

// reserve gives a client its one channel, or refuses.
func (k Keeper) reserve(ctx sdk.Context, hops []string, channel string) error {
	client, err := k.clientOf(ctx, hops)
	if err != nil {
		return err
	}
	kv := k.store.OpenKVStore(ctx)
	had, err := kv.Get([]byte(prefixClient + client))
	if err != nil {
		return err
	}
	if had != nil {
		return fmt.Errorf("client %s has had its channel: %s", client, had)
	}
	return kv.Set([]byte(prefixClient+client), []byte(channel))
}

func (k Keeper) clientOf(ctx sdk.Context, hops []string) (string, error) {
	if len(hops) != 1 {
		return "", fmt.Errorf("a channel has one connection, not %d", len(hops))
	}
	connection, ok := k.connections.GetConnection(ctx, hops[0])
	if !ok {
		return "", fmt.Errorf("unknown connection %s", hops[0])
	}
	return connection.ClientId, nil
}

// consumerOf is the consumer id of a channel of ours: its client's id.
func (k Keeper) consumerOf(ctx sdk.Context, channel string) (string, error) {
	end, ok := k.channels.GetChannel(ctx, PortID, channel)
	if !ok {
		return "", fmt.Errorf("unknown channel %s", channel)
	}
	return k.clientOf(ctx, end.ConnectionHops)
}

// send puts a packet on a channel and remembers what it says.
func (k Keeper) send(ctx sdk.Context, channel string, packet *types.OutboundPacket, timeoutSeconds uint64) (uint64, error) {
	if packet == nil || packet.Packet == nil {
		return 0, fmt.Errorf("no packet")
	}
	if timeoutSeconds == 0 {
		timeoutSeconds = 86_400
	}
	data, err := packet.Marshal()
	if err != nil {
		return 0, err
	}
	if err := k.learn(ctx, packet); err != nil {
		return 0, err
	}
	timeout := uint64(ctx.BlockTime().UnixNano()) + timeoutSeconds*1_000_000_000
	return k.channels.SendPacket(ctx, PortID, channel, clienttypes.ZeroHeight(), timeout, data)
}

// remember appends a record to a list.
func (k Keeper) remember(ctx context.Context, prefix string, record interface{ Marshal() ([]byte, error) }) error {
	raw, err := record.Marshal()
	if err != nil {
		return err
	}
	n := uint64(0)
	err = k.each(ctx, prefix, func([]byte) error { n++; return nil })
	if err != nil {
		return err
	}
	return k.store.OpenKVStore(ctx).Set(binary.BigEndian.AppendUint64([]byte(prefix), n), raw)
}

// each visits the records of a list, oldest first.
func (k Keeper) each(ctx context.Context, prefix string, visit func([]byte) error) error {
	it, err := k.store.OpenKVStore(ctx).Iterator([]byte(prefix), []byte(prefix+"\xff"))
	if err != nil {
		return err
	}
	defer it.Close()
	for ; it.Valid(); it.Next() {
		if err := visit(it.Value()); err != nil {
			return err
		}
	}
	return nil
}
