package zoneconcierge

import (
	"context"

	"cosmossdk.io/core/appmodule"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/msgservice"

	"bsn.local/chain/x/zoneconcierge/types"
)

var (
	_ module.HasServices  = AppModule{}
	_ appmodule.AppModule = AppModule{}
)

// AppModule offers the send message and the queries.
type AppModule struct{ k Keeper }

// NewAppModule makes the module.
func NewAppModule(k Keeper) AppModule { return AppModule{k} }

func (AppModule) IsOnePerModuleType()                                         {}
func (AppModule) IsAppModule()                                                {}
func (AppModule) Name() string                                                { return ModuleName }
func (AppModule) RegisterLegacyAminoCodec(*codec.LegacyAmino)                 {}
func (AppModule) RegisterGRPCGatewayRoutes(client.Context, *runtime.ServeMux) {}

func (AppModule) RegisterInterfaces(r codectypes.InterfaceRegistry) {
	r.RegisterImplementations((*sdk.Msg)(nil), &types.MsgSend{})
	msgservice.RegisterMsgServiceDesc(r, &types.Msg_serviceDesc)
}

func (am AppModule) RegisterServices(cfg module.Configurator) {
	types.RegisterMsgServer(cfg.MsgServer(), am)
	types.RegisterQueryServer(cfg.QueryServer(), am)
}

// Send answers MsgSend. Who sends is not asked: on this chain everybody is a tester.
func (am AppModule) Send(c context.Context, m *types.MsgSend) (*types.MsgSendResponse, error) {
	sequence, err := am.k.send(sdk.UnwrapSDKContext(c), m.Channel, m.Packet, m.TimeoutSeconds)
	return &types.MsgSendResponse{Sequence: sequence}, err
}

// Received answers what was taken.
func (am AppModule) Received(ctx context.Context, _ *types.QueryReceivedRequest) (*types.QueryReceivedResponse, error) {
	out := &types.QueryReceivedResponse{}
	err := am.k.each(ctx, prefixReceived, func(raw []byte) error {
		one := &types.Received{}
		out.Packets = append(out.Packets, one)
		return one.Unmarshal(raw)
	})
	return out, err
}

// Acks answers what became of our packets.
func (am AppModule) Acks(ctx context.Context, _ *types.QueryAcksRequest) (*types.QueryAcksResponse, error) {
	out := &types.QueryAcksResponse{}
	err := am.k.each(ctx, prefixAck, func(raw []byte) error {
		one := &types.Ack{}
		out.Acks = append(out.Acks, one)
		return one.Unmarshal(raw)
	})
	return out, err
}
