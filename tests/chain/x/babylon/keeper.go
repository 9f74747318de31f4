// Package babylon plays the chain module: it calls the registered contracts at the edges of every block and hands the
// finality contract its share of the fees. Wire, order, gas and errors are those of PROTOCOL.md,
// "The block hooks", "Registration with the chain" and "Fees".
package babylon

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"bsn.local/chain/x/babylon/types"
)

const (
	ModuleName = "babylon"
	// StoreKey is the name of the module's store.
	StoreKey = ModuleName
	maxGas   = 5_000_000
)

var keyState = []byte{1}

// WasmKeeper is what this module needs of x/wasm.
type WasmKeeper interface {
	Sudo(ctx context.Context, contract sdk.AccAddress, msg []byte) ([]byte, error)
}

// BankKeeper is what this module needs of x/bank.
type BankKeeper interface {
	GetAllBalances(ctx context.Context, addr sdk.AccAddress) sdk.Coins
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amt sdk.Coins) error
}

// Keeper keeps the parameters and the contract addresses.
type Keeper struct {
	store     store.KVStoreService
	wasm      WasmKeeper
	bank      BankKeeper
	authority string
	torn      bool
}

// NewKeeper makes a keeper; torn hooks keep what they wrote before they failed.
func NewKeeper(s store.KVStoreService, w WasmKeeper, b BankKeeper, authority string, torn bool) *Keeper {
	return &Keeper{store: s, wasm: w, bank: b, authority: authority, torn: torn}
}

// DefaultGenesis has no contracts.
func DefaultGenesis() *types.GenesisState {
	return &types.GenesisState{
		Params:       &types.Params{MaxGasBeginBlocker: maxGas, MaxGasEndBlocker: maxGas, BtcStakingPortion: math.LegacyNewDecWithPrec(1, 1)},
		BsnContracts: &types.BSNContracts{},
	}
}

// State is the parameters and the addresses as they are now.
func (k *Keeper) State(ctx context.Context) (*types.GenesisState, error) {
	raw, err := k.store.OpenKVStore(ctx).Get(keyState)
	if err != nil || raw == nil {
		return DefaultGenesis(), err
	}
	var g types.GenesisState
	if err := g.Unmarshal(raw); err != nil {
		return nil, err
	}
	if g.BsnContracts == nil {
		g.BsnContracts = &types.BSNContracts{}
	}
	return &g, nil
}

// SetState replaces it, if it is valid.
func (k *Keeper) SetState(ctx context.Context, g *types.GenesisState) error {
	if err := validate(g); err != nil {
		return err
	}
	raw, err := g.Marshal()
	if err != nil {
		return err
	}
	return k.store.OpenKVStore(ctx).Set(keyState, raw)
}

func validate(g *types.GenesisState) error {
	if g.Params == nil || g.Params.MaxGasBeginBlocker == 0 || g.Params.MaxGasEndBlocker == 0 {
		return errors.New("gas limits must be set")
	}
	if c := g.BsnContracts; c != nil {
		for _, a := range addresses(c) {
			if a == "" {
				continue
			}
			if _, err := sdk.AccAddressFromBech32(a); err != nil {
				return fmt.Errorf("contract %q: %w", a, err)
			}
		}
	}
	if p := g.Params.BtcStakingPortion; p.IsNil() || p.IsNegative() || p.GT(math.LegacyOneDec()) {
		return fmt.Errorf("btc_staking_portion must be from 0 to 1, got %s", p)
	}
	return nil
}

func addresses(c *types.BSNContracts) []string {
	return []string{c.BabylonContract, c.BtcLightClientContract, c.BtcStakingContract, c.BtcFinalityContract}
}

// isSet says whether all four are there; otherwise nothing is called.
func isSet(c *types.BSNContracts) bool {
	for _, a := range addresses(c) {
		if a == "" {
			return false
		}
	}
	return true
}

// splitFees sends the finality contract its portion of each denom in the fee collector.
func (k *Keeper) splitFees(ctx sdk.Context, g *types.GenesisState) error {
	if !isSet(g.BsnContracts) {
		return errors.New("BSN contracts are not set")
	}
	to, err := sdk.AccAddressFromBech32(g.BsnContracts.BtcFinalityContract)
	if err != nil {
		return err
	}
	all := sdk.NewDecCoinsFromCoins(k.bank.GetAllBalances(ctx, authtypes.NewModuleAddress(authtypes.FeeCollectorName))...)
	share, _ := all.MulDecTruncate(g.Params.BtcStakingPortion).TruncateDecimal()
	if share.IsZero() {
		return nil
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, authtypes.FeeCollectorName, to, share)
}
