package babylon

import (
	"context"
	"fmt"

	"bsn.local/chain/x/babylon/types"
)

// server answers messages, which only governance may send, and queries.
type server struct{ k *Keeper }

func (s server) change(ctx context.Context, authority string, change func(*types.GenesisState)) error {
	if authority != s.k.authority {
		return fmt.Errorf("authority must be %s, got %s", s.k.authority, authority)
	}
	g, err := s.k.State(ctx)
	if err != nil {
		return err
	}
	change(g)
	return s.k.SetState(ctx, g)
}

func (s server) SetBSNContracts(ctx context.Context, m *types.MsgSetBSNContracts) (*types.MsgSetBSNContractsResponse, error) {
	err := s.change(ctx, m.Authority, func(g *types.GenesisState) { g.BsnContracts = m.Contracts })
	return &types.MsgSetBSNContractsResponse{}, err
}

func (s server) UpdateParams(ctx context.Context, m *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	err := s.change(ctx, m.Authority, func(g *types.GenesisState) { g.Params = m.Params })
	return &types.MsgUpdateParamsResponse{}, err
}

func (s server) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	g, err := s.k.State(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QueryParamsResponse{Params: g.Params}, nil
}

func (s server) BSNContracts(ctx context.Context, _ *types.QueryBSNContractsRequest) (*types.QueryBSNContractsResponse, error) {
	g, err := s.k.State(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QueryBSNContractsResponse{BsnContracts: g.BsnContracts}, nil
}
