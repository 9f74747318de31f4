//! A chain of Bitcoin that is mined here, its light client, the contract, and a `bsn`.

pub mod bitcoin;
pub mod maker;
mod metered;
pub mod pair;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use api::btc_staking::{
    Ancestry, ExecuteMsg, Family, FamilyParams, InclusionProof, InstantiateMsg, ItemResponse, ItemsResponse,
    OutcomesMsg, ParamsVersion, QueryMsg, SpendProof, StakeId, StakeItem, StandingAnswer, TrustResponse,
    Verdict, Verdicts,
};
use bitcoin_spv::{HeaderHash, OutPoint};
use btc_staking::{ContractError, entry};
use cosmwasm_std::testing::{MockApi, MockQuerier, message_info, mock_env};
use cosmwasm_std::{
    Addr, BankMsg, Binary, Coin, ContractResult, CosmosMsg, Env, MsgResponse, OwnedDeps, Reply, ReplyOn,
    Response, StdError, Storage, SubMsg, SubMsgResponse, SubMsgResult, SystemResult, WasmMsg, WasmQuery,
    from_json, to_json_binary,
};
use prost::Message;
use serde::de::DeserializeOwned;
use staking::{FinalityProvider, FpId, FpStatus, StakeOutcome, StakeRefusal};

use bitcoin::Bitcoin;
pub use metered::Metered;

/// k and w of these tests.
pub const K: u32 = 6;
pub const W: u32 = 20;

/// The storage keys of a `bsn` with these finality providers.
type Registered = Rc<RefCell<BTreeMap<[u8; 32], FpId>>>;
/// Those of them that are slashed.
type Slashed = Rc<RefCell<Vec<[u8; 32]>>>;
/// Its delegations, as they are stored.
type Ledger = Rc<RefCell<BTreeMap<Vec<u8>, Vec<u8>>>>;

pub struct World {
    pub deps: OwnedDeps<Metered, MockApi, MockQuerier>,
    pub bitcoin: Bitcoin,
    pub bsn: Addr,
    pub governance: Addr,
    pub stranger: Addr,
    /// All that `bsn` was told.
    pub told: Vec<StakeOutcome>,
    /// What it refuses.
    pub refuses: fn(&StakeOutcome) -> bool,
    /// It fails as a whole.
    pub is_broken: bool,
    /// What the bank was told to send, to whom.
    pub paid: Vec<(String, Vec<Coin>)>,
    /// How many seconds have passed.
    pub later: u64,
    /// The real one in its place.
    pub real: Option<pair::Bsn>,
    registered: Registered,
    slashed: Slashed,
    ledger: Ledger,
}

impl World {
    /// A chain whose first header is at `base`.
    pub fn new(base: u32, params: Vec<ParamsVersion>, fps: &[[u8; 32]]) -> Self {
        Self::with(base, params, fps, |_| {})
    }

    pub fn with(
        base: u32,
        params: Vec<ParamsVersion>,
        fps: &[[u8; 32]],
        change: impl FnOnce(&mut InstantiateMsg),
    ) -> Self {
        let api = MockApi::default();
        let address = |name| api.addr_make(name);
        let bitcoin = Bitcoin::new(base, address("light client"), K, W);
        let registered: Registered = Rc::default();
        registered.borrow_mut().extend(fps.iter().map(|fp| (*fp, FpId::new(0))));
        let (ledger, slashed) = (Ledger::default(), Slashed::default());
        let querier = querier(&bitcoin, address("bsn"), &registered, &slashed, &ledger);
        let mut world = Self {
            deps: OwnedDeps {
                storage: Metered::default(),
                api,
                querier,
                custom_query_type: core::marker::PhantomData,
            },
            bsn: address("bsn"),
            governance: address("governance"),
            stranger: address("stranger"),
            bitcoin,
            told: vec![],
            refuses: |_| false,
            is_broken: false,
            paid: vec![],
            later: 0,
            real: None,
            registered: registered.clone(),
            slashed,
            ledger: ledger.clone(),
        };
        let mut msg = InstantiateMsg {
            challenge_delay: None,
            governance: Some(world.governance.to_string()),
            families: vec![FamilyParams { family: Family::Babylon, versions: params }],
            self_stake: None,
        };
        change(&mut msg);
        let info = message_info(&world.bsn, &[]);
        entry::instantiate(world.deps.as_mut(), mock_env(), info, msg).unwrap();
        world
    }

    /// Sends a message, lets `bsn` take what it is told, and replies.
    pub fn send(&mut self, sender: &Addr, msg: ExecuteMsg) -> Result<Response, ContractError> {
        self.send_with(sender, &[], msg)
    }

    /// The same with coins; what is paid is noted.
    pub fn send_with(
        &mut self,
        sender: &Addr,
        funds: &[Coin],
        msg: ExecuteMsg,
    ) -> Result<Response, ContractError> {
        let info = message_info(sender, funds);
        let env = self.env();
        let response = entry::execute(self.deps.as_mut(), env, info, msg)?;
        for message in response.messages.clone() {
            if message.reply_on == ReplyOn::Never && matches!(message.msg, CosmosMsg::Wasm(_)) {
                self.say(message)?;
                continue;
            }
            if let CosmosMsg::Bank(BankMsg::Send { to_address, amount }) = message.msg {
                self.paid.push((to_address, amount));
                continue;
            }
            let reply = self.deliver(message);
            entry::reply(self.deps.as_mut(), mock_env(), reply).unwrap();
        }
        Ok(response)
    }

    /// What the real `bsn` takes, or the whole message fails.
    fn say(&mut self, message: SubMsg) -> Result<(), ContractError> {
        let CosmosMsg::Wasm(WasmMsg::Execute { msg, .. }) = message.msg else { panic!("{message:?}") };
        let bsn = self.real.as_mut().expect("the real bsn");
        bsn.try_told(&msg).map_err(|error| StdError::msg(error.to_string()))?;
        self.registered.borrow_mut().extend(bsn.registered());
        Ok(())
    }

    pub fn env(&self) -> Env {
        let mut env = mock_env();
        env.block.time = env.block.time.plus_seconds(self.later);
        env
    }

    /// Another network than regtest, by its place in the list of them.
    pub fn set_network(&mut self, network: u8) {
        let key = b"config";
        let mut record = self.deps.storage.inner.get(key).expect("a configuration");
        let place = 2 + self.bsn.as_str().len() + self.bitcoin.address.as_str().len();
        assert_eq!(record[place], 4, "regtest");
        record[place] = network;
        self.deps.storage.inner.set(key, &record);
    }

    /// Babylon has registered a finality provider.
    pub fn know(&mut self, fp: &[u8; 32]) {
        self.registered.borrow_mut().insert(*fp, FpId::new(9));
    }

    /// `bsn` slashed a finality provider.
    pub fn slash(&mut self, fp: &[u8; 32]) {
        self.slashed.borrow_mut().push(*fp);
    }

    /// What `bsn` answers.
    fn deliver(&mut self, message: SubMsg) -> Reply {
        let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, funds }) = message.msg else {
            panic!("{message:?}")
        };
        assert_eq!((contract_addr, funds.len()), (self.bsn.to_string(), 0));
        let OutcomesMsg::StakeOutcomes { packed } = from_json(&msg).unwrap() else { panic!("{msg}") };
        let outcomes = staking::unpack(&packed).unwrap();
        let result = match (self.is_broken, &mut self.real) {
            (true, _) => SubMsgResult::Err("codespace: wasm, code: 5".to_owned()),
            (false, Some(bsn)) => SubMsgResult::Ok(bsn.told(&msg)),
            (false, None) => {
                SubMsgResult::Ok(answer(outcomes.iter().map(|outcome| self.judge(outcome)).collect()))
            }
        };
        Reply { id: message.id, payload: message.payload, gas_used: 0, result }
    }

    fn judge(&mut self, outcome: &StakeOutcome) -> u8 {
        if (self.refuses)(outcome) {
            return StakeRefusal::Paused as u8;
        }
        self.told.push(outcome.clone());
        0
    }

    /// What became of the entries of a message.
    pub fn verdicts(&mut self, sender: &Addr, msg: ExecuteMsg) -> Vec<Verdict> {
        let data = self.send(sender, msg).unwrap().data.unwrap();
        from_json::<Verdicts>(data).unwrap().verdicts
    }

    /// The same of a single entry: what it became, or the rule's code.
    pub fn one(&mut self, sender: &Addr, msg: ExecuteMsg) -> String {
        let verdicts = self.verdicts(sender, msg);
        assert_eq!(verdicts.len(), 1);
        short(&verdicts[0])
    }

    pub fn take(&mut self, item: &[u8]) -> String {
        self.hand(StakeItem::Delegation(Binary::from(item)))
    }

    pub fn end(&mut self, item: &[u8]) -> String {
        self.hand(StakeItem::End(Binary::from(item)))
    }

    /// What an item became, or the code of the rule that it breaks.
    fn hand(&mut self, item: StakeItem) -> String {
        let text = self.handed(vec![item]).remove(0);
        text.strip_prefix('+').or_else(|| text.split(':').next()).unwrap().to_owned()
    }

    /// What `bsn` is answered of each item.
    pub fn handed(&mut self, items: Vec<StakeItem>) -> Vec<String> {
        let data = self.send(&self.bsn.clone(), ExecuteMsg::TakeItems { items }).unwrap().data.unwrap();
        let (mut rest, mut texts) = (&data[..], Vec::new());
        while let Some((length, behind)) = rest.split_first() {
            let (text, behind) = behind.split_at((*length).into());
            texts.push(str::from_utf8(text).unwrap().to_owned());
            rest = behind;
        }
        texts
    }

    pub fn prove(&mut self, proof: InclusionProof) -> String {
        self.one(&self.stranger.clone(), ExecuteMsg::ProveDelegations { proofs: vec![proof] })
    }

    pub fn spend(&mut self, proof: SpendProof) -> String {
        self.one(&self.stranger.clone(), ExecuteMsg::ProveSpends { proofs: vec![proof] })
    }

    pub fn follow(&mut self) -> Response {
        self.send(&self.stranger.clone(), ExecuteMsg::Follow {}).unwrap()
    }

    pub fn bring(&mut self, above: HeaderHash, headers: Vec<u8>) -> Result<Response, ContractError> {
        let ancestry = Ancestry { above: above.to_string(), headers: headers.into() };
        self.send(&self.stranger.clone(), ExecuteMsg::BringHeaders { ancestry })
    }

    pub fn query<T: DeserializeOwned>(&self, msg: QueryMsg) -> Result<T, ContractError> {
        entry::query(self.deps.as_ref(), mock_env(), msg).map(|answer| from_json(answer).unwrap())
    }

    pub fn item(&self, stake: OutPoint) -> Result<ItemResponse, ContractError> {
        self.query(QueryMsg::Item { txid: stake.txid.to_string(), output: stake.index })
    }

    pub fn standing(&self, stake: OutPoint) -> StandingAnswer {
        self.item(stake).unwrap().standing
    }

    pub fn trust(&self) -> TrustResponse {
        self.query(QueryMsg::Trust {}).unwrap()
    }

    /// All items, page by page.
    pub fn items(&self) -> Vec<ItemResponse> {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let (after_txid, after_output) = after.map(|id: StakeId| (id.txid, id.output)).unzip();
            let query = QueryMsg::Items { after_txid, after_output, limit: Some(30) };
            let page: ItemsResponse = self.query(query).unwrap();
            items.extend(page.items);
            after = page.next;
            if after.is_none() {
                return items;
            }
        }
    }

    /// How many stakes count, and with how many sats.
    pub fn active(&self) -> (usize, u64) {
        let mut items = self.items();
        items.retain(|item| matches!(item.standing, StandingAnswer::Active { .. }));
        (items.len(), items.iter().map(|item| item.sats).sum())
    }

    pub fn forget(&mut self, stake: OutPoint) -> String {
        let stakes = vec![StakeId { txid: stake.txid.to_string(), output: stake.index }];
        self.one(&self.stranger.clone(), ExecuteMsg::Forget { stakes })
    }

    /// All records.
    pub fn records(&self) -> Vec<cosmwasm_std::Record> {
        self.deps.storage.inner.range(None, None, cosmwasm_std::Order::Ascending).collect()
    }

    /// What `bsn` was told since the last time, in short.
    pub fn news(&mut self) -> Vec<String> {
        let short = |outcome: &StakeOutcome| match outcome {
            StakeOutcome::Active(stake) => format!("active {} {}", stake.start_height, stake.end_height),
            StakeOutcome::Ended(_) => "ended".to_owned(),
            StakeOutcome::Revoked(_) => "revoked".to_owned(),
        };
        self.told.drain(..).map(|outcome| short(&outcome)).collect()
    }
}

pub fn short(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Ok { became } => became.clone(),
        Verdict::Refused { rule, .. } => rule.clone(),
    }
}

/// `MsgExecuteContractResponse` with the codes of verdicts.
pub fn answer(verdicts: Vec<u8>) -> SubMsgResponse {
    #[derive(Clone, PartialEq, Message)]
    struct Executed {
        #[prost(bytes = "vec", tag = "1")]
        data: Vec<u8>,
    }
    let value = Binary::from(Executed { data: verdicts }.encode_to_vec());
    let type_url = "/cosmwasm.wasm.v1.MsgExecuteContractResponse".to_owned();
    #[allow(deprecated, reason = "chains fill both")]
    SubMsgResponse {
        events: vec![],
        data: Some(value.clone()),
        msg_responses: vec![MsgResponse { type_url, value }],
    }
}

fn querier(
    bitcoin: &Bitcoin,
    bsn: Addr,
    registered: &Registered,
    slashed: &Slashed,
    ledger: &Ledger,
) -> MockQuerier {
    let (client, registered, ledger) = (bitcoin.clone(), registered.clone(), ledger.clone());
    let slashed = slashed.clone();
    let mut querier = MockQuerier::default();
    querier.update_wasm(move |query| {
        if let WasmQuery::Smart { contract_addr, msg } = query {
            assert_eq!((contract_addr, &msg[..]), (&bsn.to_string(), &br#"{"config":{}}"#[..]));
            return SystemResult::Ok(ContractResult::Ok(config(&client.address)));
        }
        let WasmQuery::Raw { contract_addr, key } = query else { panic!("{query:?}") };
        let found = match contract_addr {
            address if *address == client.address.as_str() => client.raw(key),
            address if *address == bsn.as_str() => {
                let registered = registered.borrow();
                let fp = registered.iter().find(|(fp, _)| api::bsn::raw::fp_key(fp)[..] == key[..]);
                let is_slashed = |fp: &[u8; 32]| slashed.borrow().contains(fp);
                let fp = fp.map(|(fp, id)| provider(*id, is_slashed(fp)));
                fp.or_else(|| ledger.borrow().get(&key[..]).cloned())
            }
            other => panic!("{other} is asked"),
        };
        SystemResult::Ok(ContractResult::Ok(Binary::from(found.unwrap_or_default())))
    });
    querier
}

/// A finality provider's record in `bsn`.
fn provider(id: FpId, is_slashed: bool) -> Vec<u8> {
    let mut fp = FinalityProvider::new(id);
    if is_slashed {
        fp.status = FpStatus::Slashed { height: 5.into(), btc_height: 6.into() };
    }
    postcard::to_allocvec(&fp).unwrap()
}

/// What `bsn` says of itself, as far as it matters.
pub fn config(light_client: &Addr) -> Binary {
    let config = serde_json::json!({
        "network": "regtest", "btc_confirmation_depth": K, "checkpoint_finalization_timeout": W,
        "btc_light_client": light_client, "a_field_of_tomorrow": {},
    });
    to_json_binary(&config).unwrap()
}
