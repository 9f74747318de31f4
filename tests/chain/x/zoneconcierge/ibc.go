package zoneconcierge

import (
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/types"
	porttypes "github.com/cosmos/ibc-go/v10/modules/core/05-port/types"
	"github.com/cosmos/ibc-go/v10/modules/core/exported"

	"bsn.local/chain/x/zoneconcierge/types"
)

// slashingHandled is Babylon's answer to evidence that it took.
const slashingHandled = "Consumer slashing handled successfully"

var _ porttypes.IBCModule = IBCModule{}

// IBCModule implements the ICS-26 callbacks.
type IBCModule struct{ k Keeper }

// NewIBCModule makes the application on the port.
func NewIBCModule(k Keeper) IBCModule { return IBCModule{k} }

func check(order channeltypes.Order, port, version string) error {
	if order != Ordering || port != PortID || version != Version {
		return fmt.Errorf("want %s %s on port %s, got %s %s on %s", Ordering, Version, PortID, order, version, port)
	}
	return nil
}

func (m IBCModule) OnChanOpenInit(ctx sdk.Context, order channeltypes.Order, hops []string, port, channel string, _ channeltypes.Counterparty, version string) (string, error) {
	if err := check(order, port, version); err != nil {
		return "", err
	}
	return Version, m.k.reserve(ctx, hops, channel)
}

func (m IBCModule) OnChanOpenTry(ctx sdk.Context, order channeltypes.Order, hops []string, port, channel string, _ channeltypes.Counterparty, version string) (string, error) {
	if err := check(order, port, version); err != nil {
		return "", err
	}
	return Version, m.k.reserve(ctx, hops, channel)
}

func (IBCModule) OnChanOpenAck(_ sdk.Context, _, _, _, version string) error {
	return check(Ordering, PortID, version)
}

func (IBCModule) OnChanOpenConfirm(sdk.Context, string, string) error { return nil }

func (IBCModule) OnChanCloseInit(sdk.Context, string, string) error {
	return errors.New("user cannot close channel")
}

func (IBCModule) OnChanCloseConfirm(sdk.Context, string, string) error { return nil }

// OnRecvPacket takes evidence and nothing else. An error undoes all writes and becomes Babylon's redacted error answer.
func (m IBCModule) OnRecvPacket(ctx sdk.Context, _ string, p channeltypes.Packet, _ sdk.AccAddress) exported.Acknowledgement {
	if err := m.receive(ctx, p); err != nil {
		ctx.Logger().Error("packet refused", "channel", p.DestinationChannel, "sequence", p.Sequence, "err", err)
		return channeltypes.NewErrorAcknowledgement(err)
	}
	return channeltypes.NewResultAcknowledgement([]byte(slashingHandled))
}

func (m IBCModule) receive(ctx sdk.Context, p channeltypes.Packet) error {
	var packet types.InboundPacket
	if err := packet.Unmarshal(p.Data); err != nil {
		return err
	}
	slashing := packet.GetBsnSlashing()
	if slashing == nil {
		return errors.New("not a slashing packet")
	}
	consumer, err := m.k.consumerOf(ctx, p.DestinationChannel)
	if err != nil {
		return err
	}
	secret, err := m.k.slash(ctx, consumer, slashing.Evidence)
	if err != nil {
		return err
	}
	return m.k.remember(ctx, prefixReceived, &types.Received{
		Channel: p.DestinationChannel, Sequence: p.Sequence, Data: p.Data, SecretKey: secret,
	})
}

func (m IBCModule) OnAcknowledgementPacket(ctx sdk.Context, _ string, p channeltypes.Packet, ack []byte, _ sdk.AccAddress) error {
	return m.k.remember(ctx, prefixAck, &types.Ack{Channel: p.SourceChannel, Sequence: p.Sequence, Ack: ack})
}

// OnTimeoutPacket reads our own packet as one that came in, as Babylon does, and so fails for a timestamp.
func (m IBCModule) OnTimeoutPacket(ctx sdk.Context, _ string, p channeltypes.Packet, _ sdk.AccAddress) error {
	var packet types.OutboundPacket
	if err := packet.Unmarshal(p.Data); err != nil {
		return err
	}
	if packet.GetBtcTimestamp() != nil {
		return errors.New("the timed-out packet is not an inbound packet")
	}
	return m.k.remember(ctx, prefixAck, &types.Ack{Channel: p.SourceChannel, Sequence: p.Sequence, TimedOut: true})
}
