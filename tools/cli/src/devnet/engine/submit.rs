//! Transactions: into the mempool, and out of it into a block.

use bsn_rpc::proto::cosmos::base::abci::v1beta1::TxMsgData;
use bsn_rpc::proto::cosmos::gov::v1::{MsgSubmitProposalResponse, MsgVoteResponse};
use bsn_rpc::proto::cosmwasm::wasm::v1::{MsgStoreCodeResponse, MsgUpdateContractLabelResponse};
use bsn_rpc::proto::{Any, Message, pack};
use bsn_rpc::read::tx_hash;
use cosmwasm_std::{Event, MsgResponse};
use devnet::gas::TX_BYTE;
use devnet::{Chain, Failure, MessageResult, Part, Parts};

use super::super::account::Accounts;
use super::super::ante::{self, Decoded, Facts, Refusal, sdk};
use super::super::gov::Gov;
use super::super::message::{self, Act};
use super::{Engine, Waiting};

/// What the SDK charges before the messages, beside the bytes: fees, signature, sequence.
const ANTE_GAS: u64 = 55_000;

/// What became of a transaction.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// 0 for success.
    pub code: u32,
    /// Whose code.
    pub codespace: String,
    /// Why not.
    pub log: String,
    /// What its messages answered: `TxMsgData`.
    pub data: Vec<u8>,
    /// SDK gas that it was allowed.
    pub gas_wanted: u64,
    /// SDK gas.
    pub gas_used: u64,
    /// Its events.
    pub events: Vec<Event>,
}

/// What takes effect beside the chain's store, once all messages of a transaction have succeeded.
enum Effect {
    Pin(Vec<u64>, bool),
    Register(devnet::BsnContracts),
    Params(devnet::ModuleParams),
    Allow(String, String),
}

impl Engine {
    /// Checks a transaction and lets it wait for the next block (`CheckTx`). Gives its hash.
    ///
    /// # Errors
    /// As the SDK's ante handler.
    pub fn check_tx(&mut self, bytes: &[u8]) -> Result<String, Refusal> {
        let tx = ante::decode(&self.options.prefix, bytes)?;
        let ahead = self.mempool.iter().filter(|waiting| waiting.signer == tx.signer).count() as u64;
        self.check(&tx, ahead)?;
        self.mempool.push(Waiting { bytes: bytes.to_vec(), signer: tx.signer });
        Ok(tx_hash(bytes))
    }

    /// Whether the same bytes wait already.
    pub fn is_waiting(&self, bytes: &[u8]) -> bool {
        self.mempool.iter().any(|waiting| waiting.bytes == bytes)
    }

    fn check(&mut self, tx: &Decoded, ahead: u64) -> Result<Vec<u8>, Refusal> {
        self.know(&tx.signer);
        let account = self.accounts.get(&tx.signer);
        let facts = Facts {
            chain_id: &self.options.chain_id,
            height: self.net.chain.height(),
            account,
            sequence: account.map_or(0, |account| account.sequence) + ahead,
            min_price: (self.options.min_price, &self.options.denom),
        };
        self.payer(tx)?;
        ante::check(tx, &facts)
    }

    /// Who was sent something has an account.
    pub fn know(&mut self, address: &str) {
        if self.accounts.get(address).is_none() && !self.net.chain.balances(address).is_empty() {
            self.accounts.of(address);
        }
    }

    /// Carries out a transaction in the block that is being built.
    pub(super) fn deliver(&mut self, bytes: &[u8]) -> Outcome {
        let tx = match ante::decode(&self.options.prefix, bytes) {
            Ok(tx) => tx,
            Err(refusal) => return Self::refusal(refusal, 0),
        };
        let (key, payer) = match self.check(&tx, 0).and_then(|key| Ok((key, self.payer(&tx)?))) {
            Ok(checked) => checked,
            Err(refusal) => return Self::refusal(refusal, tx.gas),
        };
        let mut events = match self.net.chain.charge_fee(&payer, &tx.fee) {
            Ok(events) => events,
            Err(failure) => return Self::refusal(refusal_of(&failure, &failure.to_string()), tx.gas),
        };
        events.extend(ante_events(&tx, &payer));
        let account = self.accounts.of(&tx.signer);
        account.sequence += 1;
        account.public_key = Some(key);
        let Self { net, gov, accounts, .. } = self;
        let outcome = run(&mut net.chain, gov, accounts, &tx, Some(tx.gas));
        Outcome { events: events.into_iter().chain(outcome.events).collect(), ..outcome }
    }

    /// Carries out the messages of a proposal that has passed.
    ///
    /// # Errors
    /// The text of the one that failed.
    pub(super) fn enact(&mut self, messages: &[Any]) -> Result<Vec<Event>, String> {
        let Self { net, gov, accounts, .. } = self;
        let (outcome, effects) = messages_of(&mut net.chain, gov, messages, None);
        match outcome {
            Ok(report) => {
                apply(&mut net.chain, accounts, effects);
                Ok(report.events)
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

pub(super) fn run(
    chain: &mut Chain,
    gov: &mut Gov,
    accounts: &mut Accounts,
    tx: &Decoded,
    gas: Option<u64>,
) -> Outcome {
    let ante = ANTE_GAS + TX_BYTE * tx.length as u64;
    let (wanted, kept) = (gas.unwrap_or_default(), gov.clone());
    if let Some(limit) = gas.filter(|limit| *limit < ante) {
        let log = format!("out of gas in location: ante; gasWanted: {limit}, gasUsed: {ante}: out of gas");
        return Outcome { gas_used: ante, ..Engine::refusal(sdk(11, log), limit) };
    }
    let limit = gas.map(|limit| limit - ante);
    let (result, effects) = messages_of(chain, gov, &tx.body.messages, limit);
    match result {
        Ok(report) => {
            apply(chain, accounts, effects);
            let responses = report.results.iter().map(|result| {
                let MsgResponse { type_url, value } = result.response.clone().unwrap_or_else(no_response);
                Any { type_url, value: value.to_vec() }
            });
            #[expect(deprecated, reason = "the message has a field that is")]
            let data = TxMsgData { data: Vec::new(), msg_responses: responses.collect() };
            for event in report.events.iter().filter(|event| event.ty == "transfer") {
                // Who is sent something gets an account.
                let to = event.attributes.iter().find(|attribute| attribute.key == "recipient");
                to.map(|attribute| accounts.of(&attribute.value).number);
            }
            Outcome {
                data: data.encode_to_vec(),
                gas_wanted: wanted,
                gas_used: ante + report.usage.charged_gas(),
                events: report.events,
                ..Outcome::default()
            }
        }
        Err(error) => {
            *gov = kept;
            let used = ante + error.usage.charged_gas();
            let log = if error.failure.is_panic() {
                let wasm = "wasm contract";
                format!("out of gas in location: {wasm}; gasWanted: {wanted}, gasUsed: {used}: out of gas")
            } else {
                error.to_string()
            };
            let refusal = refusal_of(&error.failure, &log);
            Outcome { gas_used: used, ..Engine::refusal(refusal, wanted) }
        }
    }
}

type Ran = (Result<devnet::TxReport, devnet::TxError>, Vec<Effect>);

fn messages_of(chain: &mut Chain, gov: &mut Gov, messages: &[Any], limit: Option<u64>) -> Ran {
    let now = chain.now().time.nanos();
    let mut effects = Vec::new();
    let result = chain.submit_parts(limit, messages.len(), |parts, place| {
        let any = messages.get(place).cloned().unwrap_or_default();
        let (signer, act) = message::parse(&any).map_err(|refusal| message::failure(&refusal))?;
        if act.is_privileged() && signer != gov.authority {
            let said = format!("invalid authority; expected {}, got {signer}", gov.authority);
            return Err(Failure::Invalid(format!("{said}: expected gov account as only signer")));
        }
        let mut part = carry_out(parts, gov, &signer, act, now, &mut effects)?;
        let action =
            Event::new("message").add_attribute("action", &any.type_url).add_attribute("sender", &signer);
        let module = any.type_url.trim_start_matches('/').split('.').nth(1).unwrap_or_default();
        part.events.insert(0, action.add_attribute("module", module));
        let index = place.to_string();
        part.events = part.events.into_iter().map(|event| event.add_attribute("msg_index", &index)).collect();
        Ok(part)
    });
    (result, effects)
}

fn carry_out(
    parts: &Parts,
    gov: &mut Gov,
    signer: &str,
    act: Act,
    now: u64,
    effects: &mut Vec<Effect>,
) -> Result<Part, Failure> {
    let answered = |response: Any, events: Vec<Event>| {
        let response = Some(MsgResponse { type_url: response.type_url, value: response.value.into() });
        Part { events, result: MessageResult { data: None, response } }
    };
    match act {
        Act::Chain(message) => parts.dispatch(signer, message),
        Act::Sudo { contract, msg } => parts.sudo(&contract, &msg),
        Act::Label { contract, label } => {
            parts.set_label(signer, &contract, &label)?;
            let response = packed(
                "/cosmwasm.wasm.v1.MsgUpdateContractLabelResponse",
                &MsgUpdateContractLabelResponse {},
            );
            Ok(answered(response, Vec::new()))
        }
        Act::StoreCode(wasm) => {
            let (code_id, checksum) = parts.store_code(signer, &wasm)?;
            let event = Event::new("store_code").add_attribute("code_checksum", hex::encode(checksum));
            let event = event.add_attribute("code_id", code_id.to_string());
            let response = MsgStoreCodeResponse { code_id, checksum: checksum.to_vec() };
            Ok(answered(packed("/cosmwasm.wasm.v1.MsgStoreCodeResponse", &response), vec![event]))
        }
        Act::Pin { codes, pinned } => {
            effects.push(Effect::Pin(codes, pinned));
            Ok(Part::default())
        }
        Act::Register(contracts) => {
            effects.push(Effect::Register(contracts));
            Ok(Part::default())
        }
        Act::Params { begin, end, share } => {
            effects.push(Effect::Params(devnet::ModuleParams {
                max_gas_begin_blocker: begin,
                max_gas_end_blocker: end,
                btc_staking_portion: share,
            }));
            Ok(Part::default())
        }
        Act::Allow { grantee } => {
            effects.push(Effect::Allow(signer.to_owned(), grantee));
            Ok(Part::default())
        }
        Act::Propose(proposal) => {
            let proposal_id = gov.submit(*proposal, now).map_err(Failure::Invalid)?;
            let event = Event::new("submit_proposal").add_attribute("proposal_id", proposal_id.to_string());
            Ok(answered(pack(&MsgSubmitProposalResponse { proposal_id }), vec![event]))
        }
        Act::Vote(vote) => {
            gov.vote(&vote, now).map_err(Failure::Invalid)?;
            let event =
                Event::new("proposal_vote").add_attribute("proposal_id", vote.proposal_id.to_string());
            Ok(answered(pack(&MsgVoteResponse {}), vec![event.add_attribute("voter", vote.voter)]))
        }
    }
}

fn packed<M: Message>(type_url: &str, message: &M) -> Any {
    Any { type_url: type_url.to_owned(), value: message.encode_to_vec() }
}

fn no_response() -> MsgResponse {
    MsgResponse { type_url: String::new(), value: Vec::new().into() }
}

fn apply(chain: &mut Chain, accounts: &mut Accounts, effects: Vec<Effect>) {
    for effect in effects {
        match effect {
            Effect::Pin(codes, true) => codes.into_iter().for_each(|code| chain.pin_code(code)),
            Effect::Pin(codes, false) => codes.into_iter().for_each(|code| chain.unpin_code(code)),
            Effect::Register(contracts) => chain.register(contracts),
            Effect::Params(params) => chain.params = params,
            Effect::Allow(granter, grantee) => accounts.allow(&granter, &grantee),
        }
    }
}

fn refusal_of(failure: &Failure, log: &str) -> Refusal {
    let (codespace, code) = failure.code();
    Refusal { codespace: codespace.to_owned(), code, log: log.to_owned() }
}

fn ante_events(tx: &Decoded, payer: &str) -> Vec<Event> {
    let fee: Vec<String> = tx.fee.iter().map(ToString::to_string).collect();
    let sequence = tx.auth.signer_infos.first().map_or(0, |info| info.sequence);
    vec![
        Event::new("tx").add_attribute("fee", fee.join(",")).add_attribute("fee_payer", payer),
        Event::new("tx").add_attribute("acc_seq", format!("{}/{sequence}", tx.signer)),
    ]
}
