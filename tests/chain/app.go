package main

import (
	"fmt"
	"io"
	"slices"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cast"

	"cosmossdk.io/log"
	storetypes "cosmossdk.io/store/types"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	transfertypes "github.com/cosmos/ibc-go/v10/modules/apps/transfer/types"
	porttypes "github.com/cosmos/ibc-go/v10/modules/core/05-port/types"

	"github.com/CosmWasm/wasmd/app"
	wasmtypes "github.com/CosmWasm/wasmd/x/wasm/types"

	"bsn.local/chain/x/babylon"
	"bsn.local/chain/x/meter"
	"bsn.local/chain/x/zoneconcierge"
)

const flagTornHooks = "bsn.torn-hooks"

// newApp takes wasmd's own app and adds the module of our role before the stores are loaded.
func newApp(
	r role, logger log.Logger, db dbm.DB, trace io.Writer, loadLatest bool,
	opts servertypes.AppOptions, base ...func(*baseapp.BaseApp),
) *app.WasmApp {
	a := app.NewWasmApp(logger, db, trace, false, opts, nil, base...)
	switch r {
	case consumer:
		addChainModule(a, cast.ToBool(opts.Get(flagTornHooks)))
	case genesis:
		addZoneConcierge(a)
	}
	if loadLatest {
		if err := a.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load latest version: %w", err))
		}
		if err := a.WasmKeeper.InitializePinnedCodes(a.NewUncachedContext(true, cmtproto.Header{})); err != nil {
			panic(fmt.Errorf("pinned codes: %w", err))
		}
	}
	return a
}

// addChainModule puts the hooks at both edges of the block.
func addChainModule(a *app.WasmApp, torn bool) {
	gov := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	key := mount(a, babylon.StoreKey)
	keeper := babylon.NewKeeper(runtime.NewKVStoreService(key), &a.WasmKeeper, a.BankKeeper, gov, torn)
	add(a, babylon.ModuleName, babylon.NewAppModule(keeper))
	mm := a.ModuleManager
	// the fee split must come after mint and before distribution
	at := slices.Index(mm.OrderBeginBlockers, distrtypes.ModuleName)
	mm.OrderBeginBlockers = slices.Insert(mm.OrderBeginBlockers, at, babylon.ModuleName)
	mm.OrderEndBlockers = append(mm.OrderEndBlockers, babylon.ModuleName)
	mm.OrderInitGenesis = append(mm.OrderInitGenesis, babylon.ModuleName)
	mm.OrderExportGenesis = append(mm.OrderExportGenesis, babylon.ModuleName)
	contracts, _ := a.IBCKeeper.PortKeeper.Router.Route(wasmtypes.ModuleName)
	reroute(a, map[string]porttypes.IBCModule{wasmtypes.ModuleName: meter.IBCModule{IBCModule: contracts}})
}

// addZoneConcierge puts Babylon's IBC application on its port, and its judgement of rewards before the transfers.
func addZoneConcierge(a *app.WasmApp) {
	key := mount(a, zoneconcierge.StoreKey)
	ibc := a.IBCKeeper
	zc := zoneconcierge.NewKeeper(runtime.NewKVStoreService(key), ibc.ChannelKeeper, ibc.ConnectionKeeper)
	add(a, zoneconcierge.ModuleName, zoneconcierge.NewAppModule(zc))
	transfers, _ := ibc.PortKeeper.Router.Route(transfertypes.ModuleName)
	reroute(a, map[string]porttypes.IBCModule{
		zoneconcierge.PortID:     zoneconcierge.NewIBCModule(zc),
		transfertypes.ModuleName: zoneconcierge.NewRewards(zc, transfers),
	})
}

// reroute replaces the IBC router, which wasmd has sealed, by one with these routes and its others.
func reroute(a *app.WasmApp, routes map[string]porttypes.IBCModule) {
	old, router := a.IBCKeeper.PortKeeper.Router, porttypes.NewRouter()
	for _, name := range old.Keys() {
		if route, ok := old.Route(name); ok && routes[name] == nil {
			router.AddRoute(name, route)
		}
	}
	for name, route := range routes {
		router.AddRoute(name, route)
	}
	router.Seal()
	a.IBCKeeper.PortKeeper.Router = router
}

func mount(a *app.WasmApp, name string) *storetypes.KVStoreKey {
	key := storetypes.NewKVStoreKey(name)
	a.MountKVStores(map[string]*storetypes.KVStoreKey{name: key})
	return key
}

// ourModule is what both modules are.
type ourModule interface {
	module.AppModuleBasic
	module.HasServices
}

func add(a *app.WasmApp, name string, m ourModule) {
	m.RegisterInterfaces(a.InterfaceRegistry())
	m.RegisterServices(a.Configurator())
	a.ModuleManager.Modules[name] = m
	a.BasicModuleManager[name] = m
}
