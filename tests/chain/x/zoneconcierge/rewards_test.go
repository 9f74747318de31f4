package zoneconcierge

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/types"
	porttypes "github.com/cosmos/ibc-go/v10/modules/core/05-port/types"
	"github.com/cosmos/ibc-go/v10/modules/core/exported"

	"bsn.local/chain/x/zoneconcierge/types"
)

// bank takes every transfer.
type bank struct {
	porttypes.IBCModule
	taken int
}

func (b *bank) OnRecvPacket(sdk.Context, string, channeltypes.Packet, sdk.AccAddress) exported.Acknowledgement {
	b.taken++
	return channeltypes.NewResultAcknowledgement([]byte{1})
}

// A transaction of one input and one output, and the same with a witness.
const (
	bareTx    = "02000000" + "01" + "0000000000000000000000000000000000000000000000000000000000000000" + "00000000" + "00" + "ffffffff" + "01" + "e803000000000000" + "0151" + "00000000"
	witnessTx = "02000000" + "0001" + "01" + "0000000000000000000000000000000000000000000000000000000000000000" + "00000000" + "00" + "ffffffff" + "01" + "e803000000000000" + "0151" + "0101aa" + "00000000"
)

func raw(t *testing.T, text string) []byte {
	t.Helper()
	bytes, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func TestWitnessesAreNoPartOfATransactionsID(t *testing.T) {
	bare, err := txid(raw(t, bareTx))
	if err != nil {
		t.Fatal(err)
	}
	with, err := txid(raw(t, witnessTx))
	if err != nil || bare != with {
		t.Fatal(bare, with, err)
	}
	for cut := range len(witnessTx) / 2 {
		_, _ = txid(raw(t, witnessTx)[:cut])
	}
	if _, err := txid(raw(t, witnessTx)[:40]); err == nil {
		t.Fatal("half a transaction has an id")
	}
}

// The genesis block's coinbase, whose id is known to everybody.
func TestTheFirstTransactionHasItsID(t *testing.T) {
	const genesis = "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
	id, err := txid(raw(t, genesis))
	if err != nil || id != "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b" {
		t.Fatal(id, err)
	}
}

func TestRewardsForOneWithoutStakeAreRefusedAsAWhole(t *testing.T) {
	ctx, m, _ := setup(t)
	inner := &bank{}
	rewards := NewRewards(m.k, inner)
	tell := func(packet *types.BTCStakingIBCPacket) {
		t.Helper()
		out := &types.OutboundPacket{Packet: &types.OutboundPacket_BtcStaking{BtcStaking: packet}}
		if _, err := m.k.send(ctx, "channel-0", out, 0); err != nil {
			t.Fatal(err)
		}
	}
	one, two := strings.Repeat("01", 32), strings.Repeat("02", 32)
	ratios := func(keys ...string) string {
		var all []string
		for _, key := range keys {
			all = append(all, fmt.Sprintf(`{"btc_pk":%q,"ratio":"0.500000000000000000"}`, key))
		}
		return `{"action":"add_bsn_rewards","dest_callback":{"address":"bbnc1x","add_bsn_rewards":{"bsn_consumer_id":null,"fp_ratios":[` +
			strings.Join(all, ",") + `]}}}`
	}
	accepted := func(channel, memo string) bool {
		data, _ := json.Marshal(map[string]string{"denom": "stake", "amount": "9", "memo": memo})
		packet := channeltypes.Packet{Data: data, DestinationPort: "transfer", DestinationChannel: channel}
		return rewards.OnRecvPacket(ctx, "ics20-1", packet, nil).Success()
	}
	delegation := func(key string, end uint32) *types.ActiveBTCDelegation {
		tx := raw(t, bareTx)
		tx[len(tx)-1] = byte(len(key) + int(end))
		return &types.ActiveBTCDelegation{FpBtcPkList: []string{key}, StakingTx: tx, TotalSat: 5, EndHeight: end, UnbondingTime: 10}
	}
	if !accepted("channel-0", "") || !accepted("channel-0", "thanks") || !accepted("channel-0", "{}") {
		t.Fatal("a remark is no reward")
	}
	if accepted("channel-0", ratios(one)) {
		t.Fatal("who is unknown was paid")
	}
	tell(&types.BTCStakingIBCPacket{NewFp: []*types.NewFinalityProvider{
		{BtcPkHex: one, BsnId: "client-0"}, {BtcPkHex: two, BsnId: "client-0"},
	}})
	if accepted("channel-0", ratios(one)) {
		t.Fatal("who never had stake was paid")
	}
	first, second := delegation(one, 100), delegation(two, 110)
	tell(&types.BTCStakingIBCPacket{ActiveDel: []*types.ActiveBTCDelegation{first, second}})
	before := inner.taken
	if !accepted("channel-0", ratios(one, two)) || inner.taken != before+1 {
		t.Fatal("two with stake were refused")
	}
	if accepted("channel-1", ratios(one, two)) || accepted("channel-0", ratios(one, one, two)) {
		t.Fatal("another consumer's, or three halves, were taken")
	}
	for _, bad := range []string{"0.0", "-0.5", "half", "0.1234567890123456789"} {
		if accepted("channel-0", strings.Replace(ratios(one), "0.500000000000000000", bad, 1)) {
			t.Fatalf("ratio %s was taken", bad)
		}
	}
	id, err := txid(second.StakingTx)
	if err != nil {
		t.Fatal(err)
	}
	tell(&types.BTCStakingIBCPacket{UnbondedDel: []*types.UnbondedBTCDelegation{{StakingTxHash: id}}})
	before = inner.taken
	if accepted("channel-0", ratios(one, two)) || inner.taken != before {
		t.Fatal("one that unbonded was paid")
	}
	headers := func(height uint32) {
		packet := &types.BTCHeaders{Headers: []*types.BTCHeaderInfo{{Height: height}}}
		if _, err := m.k.send(ctx, "channel-0", &types.OutboundPacket{Packet: &types.OutboundPacket_BtcHeaders{BtcHeaders: packet}}, 0); err != nil {
			t.Fatal(err)
		}
	}
	headers(89)
	if !accepted("channel-0", ratios(one)) {
		t.Fatal("its time is not over")
	}
	headers(90)
	headers(40)
	if accepted("channel-0", ratios(one)) {
		t.Fatal("its time is over at the highest height ever seen")
	}
}
