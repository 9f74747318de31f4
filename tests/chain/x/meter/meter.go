// Package meter says what an application used for a packet. No real chain says it: a relayer's transaction pays for
// proofs and bookkeeping too, and a test wants the contract's part.
package meter

import (
	"strconv"

	sdk "github.com/cosmos/cosmos-sdk/types"

	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/types"
	porttypes "github.com/cosmos/ibc-go/v10/modules/core/05-port/types"
	"github.com/cosmos/ibc-go/v10/modules/core/exported"
)

// Event is emitted behind the application's own events of a packet.
const Event = "packet_gas"

// IBCModule is an application whose incoming packets are metered.
type IBCModule struct{ porttypes.IBCModule }

// OnRecvPacket hands the packet on.
func (m IBCModule) OnRecvPacket(
	ctx sdk.Context, version string, packet channeltypes.Packet, relayer sdk.AccAddress,
) exported.Acknowledgement {
	before := ctx.GasMeter().GasConsumed()
	ack := m.IBCModule.OnRecvPacket(ctx, version, packet, relayer)
	ctx.EventManager().EmitEvent(sdk.NewEvent(Event,
		sdk.NewAttribute("sequence", strconv.FormatUint(packet.Sequence, 10)),
		sdk.NewAttribute("gas", strconv.FormatUint(ctx.GasMeter().GasConsumed()-before, 10))))
	return ack
}
