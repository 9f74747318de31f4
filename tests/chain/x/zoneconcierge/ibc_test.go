package zoneconcierge

import (
	"encoding/hex"
	"strings"
	"testing"

	"cosmossdk.io/log"
	storetypes "cosmossdk.io/store/types"

	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	clienttypes "github.com/cosmos/ibc-go/v10/modules/core/02-client/types"
	connectiontypes "github.com/cosmos/ibc-go/v10/modules/core/03-connection/types"
	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/types"

	"bsn.local/chain/x/zoneconcierge/types"
)

// core is IBC's core: channel-N is on connection-N, whose client is client-N.
type core struct{ sent [][]byte }

func (c *core) SendPacket(_ sdk.Context, _, _ string, _ clienttypes.Height, _ uint64, data []byte) (uint64, error) {
	c.sent = append(c.sent, data)
	return uint64(len(c.sent)), nil
}

func (*core) GetChannel(_ sdk.Context, _, channel string) (channeltypes.Channel, bool) {
	n, ok := strings.CutPrefix(channel, "channel-")
	return channeltypes.Channel{ConnectionHops: []string{"connection-" + n}}, ok
}

func (*core) GetConnection(_ sdk.Context, id string) (connectiontypes.ConnectionEnd, bool) {
	n, ok := strings.CutPrefix(id, "connection-")
	return connectiontypes.ConnectionEnd{ClientId: "client-" + n}, ok
}

func setup(t *testing.T) (sdk.Context, IBCModule, *core) {
	t.Helper()
	key := storetypes.NewKVStoreKey(StoreKey)
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("t")).WithLogger(log.NewNopLogger())
	c := &core{}
	return ctx, NewIBCModule(NewKeeper(runtime.NewKVStoreService(key), c, c)), c
}

func open(ctx sdk.Context, m IBCModule, connection, channel, version string, order channeltypes.Order) error {
	_, err := m.OnChanOpenInit(ctx, order, []string{connection}, PortID, channel, channeltypes.Counterparty{}, version)
	return err
}

func TestOneOrderedChannelPerClientForEver(t *testing.T) {
	ctx, m, _ := setup(t)
	if open(ctx, m, "connection-0", "channel-0", Version, channeltypes.UNORDERED) == nil {
		t.Fatal("an unordered channel was opened")
	}
	if open(ctx, m, "connection-0", "channel-0", "ics20-1", Ordering) == nil {
		t.Fatal("another version was opened")
	}
	if err := open(ctx, m, "connection-0", "channel-0", Version, Ordering); err != nil {
		t.Fatal(err)
	}
	if open(ctx, m, "connection-0", "channel-1", Version, Ordering) == nil {
		t.Fatal("a client got a second channel")
	}
	if err := m.OnChanCloseConfirm(ctx, PortID, "channel-0"); err != nil {
		t.Fatal(err)
	}
	if open(ctx, m, "connection-0", "channel-1", Version, Ordering) == nil {
		t.Fatal("a client got a second channel after the first was closed")
	}
	if err := open(ctx, m, "connection-1", "channel-1", Version, Ordering); err != nil {
		t.Fatal(err)
	}
	if m.OnChanCloseInit(ctx, PortID, "channel-0") == nil {
		t.Fatal("a user closed the channel")
	}
}

// Made by the Rust package `eots`: key 07..07, randomness 09..09, votes on 11..11 and 22..22 at height 101.
const (
	fpPk           = "989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f"
	pubRand        = "56b328b30c8bf5839e24058747879408bdb36241dc9c2e7c619faa12b2920967"
	sig1           = "7549f5e3464d2a4bd98e2bd3659f97119a80429b24418d182aab1f96bbe3d9d0"
	sig2           = "c2dac28d6ca5574c18d5ac5c1fca93762ae710ef3072176b7fc31782f9b85c88"
	signingContext = "fa7fd18247e453980a96b7f7045772dfac42bedfa1cd62338e60c5c102698f18"
	secret         = "0707070707070707070707070707070707070707070707070707070707070707"
)

// evidence is what those two votes are to Babylon.
func evidence(t *testing.T) *types.Evidence {
	t.Helper()
	b := func(s string) []byte {
		raw, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	return &types.Evidence{
		FpBtcPk: b(fpPk), BlockHeight: 101, PubRand: b(pubRand),
		CanonicalAppHash: b(strings.Repeat("11", 32)), ForkAppHash: b(strings.Repeat("22", 32)),
		CanonicalFinalitySig: b(sig1), ForkFinalitySig: b(sig2),
		SigningContext: signingContext,
	}
}

func deliver(ctx sdk.Context, m IBCModule, channel string, ev *types.Evidence) string {
	packet := types.InboundPacket{Packet: &types.InboundPacket_BsnSlashing{BsnSlashing: &types.BSNSlashingIBCPacket{Evidence: ev}}}
	data, _ := packet.Marshal()
	branch, write := ctx.CacheContext()
	ack := m.OnRecvPacket(branch, Version, channeltypes.Packet{Data: data, DestinationChannel: channel}, nil)
	if ack.Success() {
		write()
	}
	return string(ack.Acknowledgement())
}

func TestEvidenceIsAnsweredAsBabylonDoes(t *testing.T) {
	ctx, m, _ := setup(t)
	refused := `{"error":"ABCI code: 1: error handling packet: see events for details"}`
	if got := deliver(ctx, m, "channel-0", evidence(t)); got != refused {
		t.Fatalf("an unknown provider was slashed: %s", got)
	}
	register := &types.OutboundPacket{Packet: &types.OutboundPacket_BtcStaking{BtcStaking: &types.BTCStakingIBCPacket{
		NewFp: []*types.NewFinalityProvider{{BtcPkHex: fpPk, BsnId: "client-0"}},
	}}}
	if _, err := m.k.send(ctx, "channel-0", register, 0); err != nil {
		t.Fatal(err)
	}
	half := evidence(t)
	half.ForkFinalitySig = nil
	forged := evidence(t)
	forged.ForkAppHash[0] ^= 1
	for name, ev := range map[string]*types.Evidence{"none": nil, "one signature": half, "forged": forged} {
		if got := deliver(ctx, m, "channel-0", ev); got != refused {
			t.Fatalf("%s: %s", name, got)
		}
	}
	if got := deliver(ctx, m, "channel-1", evidence(t)); got != refused {
		t.Fatalf("another consumer slashed it: %s", got)
	}
	if got := deliver(ctx, m, "channel-0", evidence(t)); got != `{"result":"Q29uc3VtZXIgc2xhc2hpbmcgaGFuZGxlZCBzdWNjZXNzZnVsbHk="}` {
		t.Fatal(got)
	}
	if got := deliver(ctx, m, "channel-0", evidence(t)); got != refused {
		t.Fatalf("it was slashed twice: %s", got)
	}
	received, err := NewAppModule(m.k).Received(ctx, nil)
	if err != nil || len(received.Packets) != 1 || hex.EncodeToString(received.Packets[0].SecretKey) != secret {
		t.Fatal(received, err)
	}
}

func TestATimedOutTimestampIsAnErrorAndOthersAreNoted(t *testing.T) {
	ctx, m, _ := setup(t)
	timestamp, _ := (&types.OutboundPacket{Packet: &types.OutboundPacket_BtcTimestamp{BtcTimestamp: &types.BTCTimestamp{}}}).Marshal()
	headers, _ := (&types.OutboundPacket{Packet: &types.OutboundPacket_BtcHeaders{BtcHeaders: &types.BTCHeaders{}}}).Marshal()
	if m.OnTimeoutPacket(ctx, Version, channeltypes.Packet{Data: timestamp}, nil) == nil {
		t.Fatal("Babylon fails here")
	}
	if err := m.OnTimeoutPacket(ctx, Version, channeltypes.Packet{Data: headers, Sequence: 3}, nil); err != nil {
		t.Fatal(err)
	}
	if err := m.OnAcknowledgementPacket(ctx, Version, channeltypes.Packet{Sequence: 4}, []byte("{}"), nil); err != nil {
		t.Fatal(err)
	}
	acks, err := NewAppModule(m.k).Acks(ctx, nil)
	if err != nil || len(acks.Acks) != 2 || !acks.Acks[0].TimedOut || acks.Acks[1].Sequence != 4 {
		t.Fatal(acks, err)
	}
}

func TestAnEmptyPacketIsNotSent(t *testing.T) {
	ctx, m, c := setup(t)
	for _, packet := range []*types.OutboundPacket{nil, {}} {
		if _, err := m.k.send(ctx, "channel-0", packet, 1); err == nil || len(c.sent) != 0 {
			t.Fatal("nothing was sent")
		}
	}
}
