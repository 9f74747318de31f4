//! The real `bsn` beside the contract: what one sends, the other takes, and replies come back.

use std::collections::BTreeMap;

use api::bsn::{ExecuteMsg, MigrateMsg, StakeSource, VerifiedStake};
use api::btc_staking::{InstantiateMsg, SelfStakeTerms};
use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, message_info, mock_env};
use cosmwasm_std::{
    Addr, Api, Binary, ContractResult, CosmosMsg, Empty, Env, Event, Order, OwnedDeps, Reply, Response,
    Storage, SubMsg, SubMsgResponse, SubMsgResult, SystemResult, WasmMsg, WasmQuery, from_json,
    to_json_binary, to_json_vec,
};
use eots::{SecretKey, message, schnorr};
use primitives::SigningContext;
use prost::Message;
use proto::btcstaking::{BtcStakingIbcPacket, NewFinalityProvider};
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use serde_json::{Value, json};
use staking::{FinalityProvider, FpId};

use super::maker::Maker;
use super::{K, W, World, answer};

/// What a finality provider signs to register itself for its operator.
pub fn possession(world: &World, fp: &SecretKey, operator: &Addr) -> Vec<u8> {
    let context = SigningContext::local_registration(&mock_env().block.chain_id, world.bsn.as_str());
    let address = world.deps.api.addr_canonicalize(operator.as_str()).unwrap();
    schnorr::sign(fp, &message::proof_of_possession_hash(&context, &address), &[0; 32]).to_vec()
}

/// The terms of self-stake of these tests.
pub const SELF_STAKE: SelfStakeTerms =
    SelfStakeTerms { min_sats: 100_000, min_timelock: 1_000, exit_time: 50 };

/// What the chain says when it has made the contract.
fn made(address: &Addr) -> SubMsgResult {
    let event = Event::new("instantiate").add_attribute("_contract_address", address);
    #[allow(deprecated, reason = "chains fill it")]
    SubMsgResult::Ok(SubMsgResponse { events: vec![event], data: None, msg_responses: vec![] })
}

/// The real `bsn`, with a storage of its own.
pub struct Bsn {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier<Empty>>,
    pub env: Env,
    verifier: Addr,
}

/// What a call of `bsn` came to, with the replies.
#[derive(Debug, Default)]
pub struct Called {
    pub events: Vec<Event>,
    pub attributes: Vec<(String, String)>,
}

impl Called {
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

impl World {
    /// With the real `bsn`, which has made this contract in a migration and knows the maker's finality provider.
    pub fn paired(maker: &Maker) -> Self {
        let mut world = Self::unbound(maker);
        world.bind(maker);
        world
    }

    /// With the real `bsn`, which believes Babylon still.
    pub fn unbound(maker: &Maker) -> Self {
        let mut world = Self::new(1_000, vec![maker.wire()], &[]);
        world.start(json!({}));
        world.register(maker);
        world
    }

    /// Without Babylon: the real `bsn` takes stake of this chain's own committee, and of finality providers themselves. The maker's has
    /// registered.
    pub fn own(maker: &Maker) -> Self {
        let mut world = Self::with(1_000, vec![], &[], |msg| {
            msg.families =
                vec![super::FamilyParams { family: super::Family::Own, versions: vec![maker.wire()] }];
            msg.self_stake = Some(SELF_STAKE);
        });
        let over = json!({
            "stake_source": "bitcoin", "ics20_channel_id": "", "destination_module": "", "connection_id": null,
            "verified_stake": {"code_id": 7, "settings": "e30="},
        });
        world.start(over);
        let made = Reply {
            id: 7,
            payload: Binary::default(),
            gas_used: 0,
            result: made(&world.real.as_ref().unwrap().verifier),
        };
        let bsn = world.real.as_mut().unwrap();
        bsn::entry::reply(bsn.deps.as_mut(), bsn.env.clone(), made).unwrap();
        assert_eq!(world.register_fp(&maker.fp, &world.stranger.clone()), Ok(()));
        world
    }

    /// A finality provider registers itself.
    pub fn register_fp(&mut self, fp: &SecretKey, operator: &Addr) -> Result<(), String> {
        let pop = possession(self, fp, operator);
        let fp_pubkey_hex = super::maker::key(fp).to_string();
        let msg = api::btc_staking::ExecuteMsg::RegisterFp { fp_pubkey_hex, pop: pop.into() };
        self.send(operator, msg).map(drop).map_err(|error| error.to_string())
    }

    /// The real `bsn` starts, with other fields of the message.
    fn start(&mut self, over: Value) {
        let api = MockApi::default();
        let mut env = mock_env();
        env.contract.address = self.bsn.clone();
        let deps = OwnedDeps {
            storage: MockStorage::default(),
            api,
            querier: MockQuerier::default(),
            custom_query_type: core::marker::PhantomData,
        };
        let mut bsn = Bsn { deps, env, verifier: api.addr_make("btc-staking") };
        let mut msg = json!({
            "network": "regtest", "btc_confirmation_depth": K, "checkpoint_finalization_timeout": W,
            "btc_light_client": self.bitcoin.address, "admin": self.governance, "consumer_name": "a",
            "consumer_description": "b", "ics20_channel_id": "channel-0", "destination_module": "btcstaking",
            "reward_denoms": ["stake"], "connection_id": "connection-0",
        });
        for (name, value) in over.as_object().into_iter().flatten() {
            match value {
                Value::Null => drop(msg.as_object_mut().unwrap().remove(name)),
                value => msg[name] = value.clone(),
            }
        }
        let info = message_info(&self.governance, &[]);
        let msg = from_json(to_json_vec(&msg).unwrap()).unwrap();
        bsn::entry::instantiate(bsn.deps.as_mut(), bsn.env.clone(), info, msg).unwrap();
        self.real = Some(bsn);
    }

    /// The switch: `bsn` makes this contract, by a message that this one takes.
    pub fn bind(&mut self, maker: &Maker) {
        let settings = InstantiateMsg {
            challenge_delay: None,
            governance: Some(self.governance.to_string()),
            families: vec![super::FamilyParams {
                family: super::Family::Babylon,
                versions: vec![maker.wire()],
            }],
            self_stake: None,
        };
        let settings = to_json_binary(&settings).unwrap();
        let verified = VerifiedStake { code_id: 7, settings: settings.clone() };
        let bsn = self.real.as_mut().unwrap();
        let migrated = MigrateMsg { verified_stake: Some(verified), ..MigrateMsg::default() };
        let response = bsn::entry::migrate(bsn.deps.as_mut(), bsn.env.clone(), migrated).unwrap();
        let [SubMsg { id, msg: CosmosMsg::Wasm(WasmMsg::Instantiate2 { msg, code_id: 7, .. }), .. }] =
            &response.messages[..]
        else {
            panic!("{response:?}")
        };
        assert_eq!(*msg, settings);
        let result = made(&bsn.verifier);
        let reply = Reply { id: *id, payload: Binary::default(), gas_used: 0, result };
        bsn::entry::reply(bsn.deps.as_mut(), bsn.env.clone(), reply).unwrap();
    }

    /// From verified stake to stake of both sources, with the maker's parameters as this chain's own.
    pub fn both(&mut self, maker: &Maker) {
        let bsn = self.real.as_mut().unwrap();
        let migrated = MigrateMsg { stake_source: Some(StakeSource::Both), ..MigrateMsg::default() };
        bsn::entry::migrate(bsn.deps.as_mut(), bsn.env.clone(), migrated).unwrap();
        let mut params = maker.params.clone();
        (params.activation, params.max_fps) = ((self.bitcoin.tip() + 2_016).into(), 1);
        let params = super::maker::wire(maker.version, &params);
        let append = api::btc_staking::ExecuteMsg::AppendParams { family: super::Family::Own, params };
        self.send(&self.governance.clone(), append).unwrap();
    }

    /// Lets this contract read `bsn`'s delegations as they are now.
    pub fn show_ledger(&mut self) {
        let all = self.real.as_ref().unwrap().deps.storage.range(None, None, Order::Ascending);
        *self.ledger.borrow_mut() = all.filter(|(key, _)| matches!(key[0], b'D' | b'd')).collect();
    }

    fn register(&mut self, maker: &Maker) {
        let fp = NewFinalityProvider {
            btc_pk_hex: hex::encode(maker.fps()[0]),
            bsn_id: "07-tendermint-0".into(),
            ..Default::default()
        };
        self.packet(BtcStakingIbcPacket { new_fp: vec![fp], ..Default::default() });
        self.registered.borrow_mut().insert(maker.fps()[0], FpId::new(0));
    }

    /// A packet of Babylon, cut into the items that its bytes are.
    pub fn packet(&mut self, packet: BtcStakingIbcPacket) -> Called {
        let packet = OutboundPacket { packet: Some(Packet::BtcStaking(packet)) };
        let packet = Binary::from(packet.encode_to_vec());
        self.call(&self.governance.clone(), ExecuteMsg::Resync { packet }).unwrap()
    }

    /// A packet with this delegation.
    pub fn delegate(&mut self, item: &[u8]) -> Called {
        let item = Message::decode(item).unwrap();
        self.packet(BtcStakingIbcPacket { active_del: vec![item], ..Default::default() })
    }

    /// A message to `bsn`, with all that follows.
    pub fn call(&mut self, sender: &Addr, msg: ExecuteMsg) -> Result<Called, bsn::ContractError> {
        let bsn = self.real.as_mut().unwrap();
        let info = message_info(sender, &[]);
        let response = bsn::entry::execute(bsn.deps.as_mut(), bsn.env.clone(), info, msg)?;
        let mut called = Called::default();
        self.deliver_all(response, &mut called);
        Ok(called)
    }

    fn deliver_all(&mut self, response: Response, called: &mut Called) {
        called.events.extend(response.events);
        called.attributes.extend(response.attributes.into_iter().map(|at| (at.key, at.value)));
        for message in response.messages {
            let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, .. }) = message.msg else {
                panic!("{message:?}")
            };
            assert_eq!(contract_addr, self.real.as_ref().unwrap().verifier.as_str());
            assert!(message.gas_limit.is_some());
            let result = match self.is_broken {
                true => SubMsgResult::Err("out of gas".into()),
                false => {
                    let response = self.send(&self.bsn.clone(), from_json(msg).unwrap()).unwrap();
                    SubMsgResult::Ok(answer(response.data.unwrap().to_vec()))
                }
            };
            let reply = Reply { id: message.id, payload: message.payload, gas_used: 0, result };
            let bsn = self.real.as_mut().unwrap();
            let response = bsn::entry::reply(bsn.deps.as_mut(), bsn.env.clone(), reply).unwrap();
            self.deliver_all(response, called);
        }
    }

    /// What `bsn` answers, while this contract answers it.
    pub fn ask(&mut self, question: Value) -> Result<Value, bsn::ContractError> {
        let (light_client, here) =
            (self.bitcoin.clone(), self.deps.storage.inner.range(None, None, Order::Ascending));
        let here: BTreeMap<_, _> = here.collect();
        let bsn = self.real.as_mut().unwrap();
        let verifier = bsn.verifier.to_string();
        bsn.deps.querier.update_wasm(move |query| {
            let WasmQuery::Raw { contract_addr, key } = query else { panic!("{query:?}") };
            let found = match *contract_addr == verifier {
                true => here.get(&key[..]).cloned(),
                false => light_client.raw(key),
            };
            SystemResult::Ok(ContractResult::Ok(found.unwrap_or_default().into()))
        });
        let question = from_json(to_json_vec(&question).unwrap()).unwrap();
        let answer = bsn::entry::query(bsn.deps.as_ref(), bsn.env.clone(), question)?;
        Ok(from_json(answer).unwrap())
    }

    /// The stake of the maker's finality provider, as `bsn` counts it.
    pub fn power(&mut self, maker: &Maker) -> u64 {
        let fp = hex::encode(maker.fps()[0]);
        let info = self.ask(json!({"finality_provider_info": {"btc_pk_hex": fp}})).unwrap();
        info["total_active_sats"].as_u64().unwrap()
    }

    /// The reasons in `bsn`'s quarantine.
    pub fn quarantine(&mut self) -> Vec<String> {
        let page = self.ask(json!({"quarantined": {}})).unwrap();
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
    }
}

impl Bsn {
    /// What this contract tells it.
    pub fn told(&mut self, msg: &[u8]) -> SubMsgResponse {
        answer(self.try_told(msg).unwrap().data.unwrap().to_vec())
    }

    /// The same, if it takes it.
    pub fn try_told(&mut self, msg: &[u8]) -> Result<Response, bsn::ContractError> {
        let info = message_info(&self.verifier, &[]);
        let response =
            bsn::entry::execute(self.deps.as_mut(), self.env.clone(), info, from_json(msg).unwrap())?;
        assert_eq!(response.messages, []);
        Ok(response)
    }

    /// A block's hooks, with this application hash in its header.
    pub fn pass(&mut self, app_hash: u8) -> u64 {
        self.env.block.height += 1;
        self.env.block.time = self.env.block.time.plus_seconds(6);
        for hook in ["begin_block", "begin_block", "end_block"] {
            let hash = |byte: u8| format!("{byte:02x}").repeat(32);
            let msg = json!({hook: {"hash_hex": hash(1), "app_hash_hex": hash(app_hash)}});
            let msg = from_json(to_json_vec(&msg).unwrap()).unwrap();
            bsn::entry::sudo(self.deps.as_mut(), self.env.clone(), msg).unwrap();
        }
        self.env.block.height
    }

    /// Its finality providers and their numbers.
    pub fn registered(&self) -> Vec<([u8; 32], FpId)> {
        let all = self.deps.storage.range(Some(b"f"), Some(b"g"), Order::Ascending);
        let number = |record: Vec<u8>| postcard::from_bytes::<FinalityProvider>(&record).unwrap().id;
        all.map(|(key, record)| (key[1..].try_into().unwrap(), number(record))).collect()
    }
}
