package babylon

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	storetypes "cosmossdk.io/store/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock splits the fees, then calls the staking and the finality contract; the second is not called if the first
// fails. A failure is reported as an event and never stops the chain.
func (am AppModule) BeginBlock(c context.Context) error {
	ctx := sdk.UnwrapSDKContext(c)
	g, err := am.k.State(ctx)
	if err != nil {
		return err
	}
	if ctx.BlockHeight() > 0 {
		if err := am.k.splitFees(ctx, g); err != nil {
			report(ctx, "fee_collector_error", "", err)
		}
	}
	if !isSet(g.BsnContracts) {
		return nil
	}
	for _, contract := range []string{g.BsnContracts.BtcStakingContract, g.BsnContracts.BtcFinalityContract} {
		if err := am.k.sudo(ctx, contract, "begin_block", g.Params.MaxGasBeginBlocker); err != nil {
			report(ctx, "contract_communication_error", "BeginBlock", err)
			break
		}
	}
	return nil
}

// EndBlock calls the finality contract.
func (am AppModule) EndBlock(c context.Context) error {
	ctx := sdk.UnwrapSDKContext(c)
	g, err := am.k.State(ctx)
	if err != nil {
		return err
	}
	if !isSet(g.BsnContracts) {
		return nil
	}
	if err := am.k.sudo(ctx, g.BsnContracts.BtcFinalityContract, "end_block", g.Params.MaxGasEndBlocker); err != nil {
		report(ctx, "contract_communication_error", "EndBlock", err)
	}
	return nil
}

// sudo calls one contract with a fresh gas meter, in a store branch of its own: state and events survive only when the
// call succeeds. Where hooks are torn there is no branch. A panic, out of gas among them, becomes an error.
func (k *Keeper) sudo(ctx sdk.Context, contract, hook string, gas uint32) (err error) {
	addr, err := sdk.AccAddressFromBech32(contract)
	if err != nil {
		return err
	}
	header := ctx.HeaderInfo()
	msg, err := json.Marshal(map[string]map[string]string{
		hook: {"hash_hex": hex.EncodeToString(header.Hash), "app_hash_hex": hex.EncodeToString(header.AppHash)},
	})
	if err != nil {
		return err
	}
	branch, write := ctx.CacheContext()
	if k.torn {
		branch, write = ctx, func() {}
	}
	meter := storetypes.NewGasMeter(uint64(gas))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("sudo %s panicked: %v", hook, r)
		}
	}()
	if _, err = k.wasm.Sudo(branch.WithGasMeter(meter), addr, msg); err != nil {
		return err
	}
	write()
	// not the real module's: how a test learns what a hook used
	ctx.EventManager().EmitEvent(sdk.NewEvent("hook_gas", sdk.NewAttribute("hook", hook),
		sdk.NewAttribute("gas", strconv.FormatUint(meter.GasConsumed(), 10))))
	return nil
}

func report(ctx sdk.Context, event, phase string, err error) {
	attrs := []sdk.Attribute{
		sdk.NewAttribute("error", err.Error()),
		sdk.NewAttribute("height", strconv.FormatInt(ctx.BlockHeight(), 10)),
	}
	if phase != "" {
		attrs = append(attrs, sdk.NewAttribute("phase", phase))
	}
	ctx.EventManager().EmitEvent(sdk.NewEvent(event, attrs...))
}
