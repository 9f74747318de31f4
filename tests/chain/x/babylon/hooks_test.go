package babylon

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cosmossdk.io/core/header"
	"cosmossdk.io/log"
	"cosmossdk.io/math"
	storetypes "cosmossdk.io/store/types"

	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"bsn.local/chain/x/babylon/types"
)

// contract records its calls; each writes, then does what it was told to.
type contract struct {
	key   storetypes.StoreKey
	calls []string
	fail  func(call string)
	err   error
}

func (c *contract) Sudo(ctx context.Context, addr sdk.AccAddress, msg []byte) ([]byte, error) {
	s := sdk.UnwrapSDKContext(ctx)
	c.calls = append(c.calls, string(addr[:1])+string(msg))
	s.KVStore(c.key).Set([]byte(fmt.Sprint("call", len(c.calls))), []byte{1})
	s.EventManager().EmitEvent(sdk.NewEvent("wasm"))
	if c.fail != nil {
		c.fail(string(msg))
	}
	return nil, c.err
}

// bank has coins in the fee collector.
type bank struct {
	coins sdk.Coins
	sent  sdk.Coins
}

func (b *bank) GetAllBalances(context.Context, sdk.AccAddress) sdk.Coins { return b.coins }
func (b *bank) SendCoinsFromModuleToAccount(_ context.Context, _ string, _ sdk.AccAddress, amt sdk.Coins) error {
	b.sent = amt
	return nil
}

type fixture struct {
	ctx      sdk.Context
	module   AppModule
	contract *contract
	bank     *bank
}

func setup(t *testing.T, torn bool) *fixture {
	t.Helper()
	key, other := storetypes.NewKVStoreKey(StoreKey), storetypes.NewKVStoreKey("contract")
	cms := testutil.DefaultContextWithKeys(
		map[string]*storetypes.KVStoreKey{StoreKey: key, "contract": other}, nil, nil)
	ctx := cms.WithBlockHeight(5).WithLogger(log.NewNopLogger()).
		WithHeaderInfo(header.Info{Height: 5, Hash: []byte{0xab}, AppHash: []byte{0xcd}}).
		WithEventManager(sdk.NewEventManager())
	c, b := &contract{key: other}, &bank{coins: sdk.NewCoins(sdk.NewInt64Coin("stake", 109), sdk.NewInt64Coin("uatom", 9))}
	k := NewKeeper(runtime.NewKVStoreService(key), c, b, "gov", torn)
	g := DefaultGenesis()
	staking, finality := sdk.AccAddress([]byte("s0000000000000000000")).String(), sdk.AccAddress([]byte("f0000000000000000000")).String()
	g.BsnContracts = &types.BSNContracts{
		BabylonContract: staking, BtcLightClientContract: staking, BtcStakingContract: staking, BtcFinalityContract: finality,
	}
	if err := k.SetState(ctx, g); err != nil {
		t.Fatal(err)
	}
	return &fixture{ctx, NewAppModule(k), c, b}
}

func (f *fixture) writes() int {
	n := 0
	it := f.ctx.KVStore(f.contract.key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		n++
	}
	return n
}

func (f *fixture) events(kind string) []sdk.Event {
	var found []sdk.Event
	for _, e := range f.ctx.EventManager().Events() {
		if e.Type == kind {
			found = append(found, e)
		}
	}
	return found
}

func TestHooksComeInOrderWithTheHeader(t *testing.T) {
	f := setup(t, false)
	if err := errors.Join(f.module.BeginBlock(f.ctx), f.module.EndBlock(f.ctx)); err != nil {
		t.Fatal(err)
	}
	header := `{"app_hash_hex":"` + hex.EncodeToString([]byte{0xcd}) + `","hash_hex":"` + hex.EncodeToString([]byte{0xab}) + `"}}`
	want := []string{`s{"begin_block":` + header, `f{"begin_block":` + header, `f{"end_block":` + header}
	if strings.Join(f.contract.calls, "\n") != strings.Join(want, "\n") {
		t.Fatalf("got %q", f.contract.calls)
	}
	if f.writes() != 3 || len(f.events("wasm")) != 3 || len(f.events("hook_gas")) != 3 {
		t.Fatalf("%d writes, events %v", f.writes(), f.ctx.EventManager().Events())
	}
}

func TestAFailedFirstHookSkipsTheSecondAndLeavesNothing(t *testing.T) {
	for name, fail := range map[string]func(*contract){
		"error": func(c *contract) { c.err = errors.New("no") },
		"panic": func(c *contract) { c.fail = func(string) { panic(storetypes.ErrorOutOfGas{Descriptor: "x"}) } },
	} {
		f := setup(t, false)
		fail(f.contract)
		if err := f.module.BeginBlock(f.ctx); err != nil {
			t.Fatal(name, err)
		}
		failed := f.events("contract_communication_error")
		if len(f.contract.calls) != 1 || f.writes() != 0 || len(f.events("wasm")) != 0 || len(failed) != 1 {
			t.Fatalf("%s: calls %v, %d writes, %v", name, f.contract.calls, f.writes(), failed)
		}
		if phase, _ := failed[0].GetAttribute("phase"); phase.Value != "BeginBlock" {
			t.Fatal(name, failed)
		}
	}
}

func TestATornHookKeepsWhatItWrote(t *testing.T) {
	f := setup(t, true)
	f.contract.err = errors.New("no")
	if err := f.module.EndBlock(f.ctx); err != nil {
		t.Fatal(err)
	}
	if f.writes() != 1 || len(f.events("contract_communication_error")) != 1 {
		t.Fatalf("%d writes", f.writes())
	}
}

func TestAHookHasItsOwnGas(t *testing.T) {
	f := setup(t, false)
	used := 0
	f.contract.fail = func(string) { used++ }
	ctx := f.ctx.WithGasMeter(storetypes.NewGasMeter(1_000_000))
	if err := f.module.BeginBlock(ctx); err != nil {
		t.Fatal(err)
	}
	if used != 2 {
		t.Fatal("hooks were not called")
	}
	g, err := f.module.k.State(f.ctx)
	if err != nil {
		t.Fatal(err)
	}
	g.Params.MaxGasBeginBlocker = 10 // less than one write
	if err := f.module.k.SetState(f.ctx, g); err != nil {
		t.Fatal(err)
	}
	before := f.writes()
	if err := f.module.BeginBlock(f.ctx); err != nil {
		t.Fatal(err)
	}
	if f.writes() != before || len(f.events("contract_communication_error")) != 1 {
		t.Fatal("the cap does not hold")
	}
}

func TestFeesAreSplitPerDenomAndRoundedDown(t *testing.T) {
	f := setup(t, false)
	if err := f.module.BeginBlock(f.ctx); err != nil {
		t.Fatal(err)
	}
	if f.bank.sent.String() != "10stake" {
		t.Fatalf("sent %s", f.bank.sent)
	}
}

func TestWithoutContractsNothingIsCalledAndTheFeesStay(t *testing.T) {
	f := setup(t, false)
	g := DefaultGenesis()
	g.BsnContracts.BabylonContract = sdk.AccAddress("b0000000000000000000").String()
	if err := f.module.k.SetState(f.ctx, g); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.module.BeginBlock(f.ctx), f.module.EndBlock(f.ctx)); err != nil {
		t.Fatal(err)
	}
	if len(f.contract.calls) != 0 || f.bank.sent != nil || len(f.events("fee_collector_error")) != 1 {
		t.Fatalf("calls %v, sent %s", f.contract.calls, f.bank.sent)
	}
}

func TestOnlyGovernanceChangesValidState(t *testing.T) {
	f := setup(t, false)
	s := server{f.module.k}
	good := &types.Params{MaxGasBeginBlocker: 1, MaxGasEndBlocker: 1, BtcStakingPortion: math.LegacyOneDec()}
	if _, err := s.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: "somebody", Params: good}); err == nil {
		t.Fatal("somebody changed the parameters")
	}
	if _, err := s.SetBSNContracts(f.ctx, &types.MsgSetBSNContracts{Authority: "somebody"}); err == nil {
		t.Fatal("somebody changed the contracts")
	}
	for name, bad := range map[string]*types.Params{
		"none": nil, "no gas": {MaxGasEndBlocker: 1, BtcStakingPortion: math.LegacyOneDec()},
		"more than all": {MaxGasBeginBlocker: 1, MaxGasEndBlocker: 1, BtcStakingPortion: math.LegacyNewDec(2)},
		"no portion":    {MaxGasBeginBlocker: 1, MaxGasEndBlocker: 1},
	} {
		if _, err := s.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: "gov", Params: bad}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := s.SetBSNContracts(f.ctx, &types.MsgSetBSNContracts{
		Authority: "gov", Contracts: &types.BSNContracts{BabylonContract: "nonsense"},
	}); err == nil {
		t.Error("a nonsense address was accepted")
	}
	if _, err := s.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: "gov", Params: good}); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Params(f.ctx, nil); err != nil || p.Params.MaxGasEndBlocker != 1 {
		t.Fatal(p, err)
	}
}
