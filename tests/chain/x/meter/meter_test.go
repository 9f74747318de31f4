package meter

import (
	"testing"

	storetypes "cosmossdk.io/store/types"

	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/types"
	porttypes "github.com/cosmos/ibc-go/v10/modules/core/05-port/types"
	"github.com/cosmos/ibc-go/v10/modules/core/exported"
)

// spender uses gas for each packet and takes it.
type spender struct{ porttypes.IBCModule }

func (spender) OnRecvPacket(ctx sdk.Context, _ string, _ channeltypes.Packet, _ sdk.AccAddress) exported.Acknowledgement {
	ctx.GasMeter().ConsumeGas(123, "work")
	return channeltypes.NewResultAcknowledgement([]byte{1})
}

func TestOnlyTheApplicationsGasIsSaid(t *testing.T) {
	key := storetypes.NewKVStoreKey("x")
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("y")).WithEventManager(sdk.NewEventManager())
	ctx.GasMeter().ConsumeGas(1_000, "proofs")
	ack := IBCModule{spender{}}.OnRecvPacket(ctx, "", channeltypes.Packet{Sequence: 7}, nil)
	if !ack.Success() {
		t.Fatal("the acknowledgement was lost")
	}
	events := ctx.EventManager().Events()
	if len(events) != 1 || events[0].Type != Event {
		t.Fatal(events)
	}
	for want, value := range map[string]string{"sequence": "7", "gas": "123"} {
		if got, _ := events[0].GetAttribute(want); got.Value != value {
			t.Errorf("%s is %s, not %s", want, got.Value, value)
		}
	}
}
