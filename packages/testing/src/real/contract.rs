use bsn::entry;
use cosmwasm_std_3::{from_json, DepsMut, Empty, Env, IbcBasicResponse, Response, StdError, StdResult};
use cw_multi_test_3::{Contract, ContractWrapper};
use serde_json::Value;

/// `bsn`. cw-multi-test has no IBC: its calls come through sudo.
pub fn bsn() -> Box<dyn Contract<Empty>> {
    let contract = ContractWrapper::new(entry::execute, entry::instantiate, entry::query);
    Box::new(contract.with_reply(entry::reply).with_sudo(sudo))
}

/// Its light client.
pub fn light_client() -> Box<dyn Contract<Empty>> {
    use btc_light_client::{execute, instantiate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

fn sudo(deps: DepsMut<'_>, env: Env, message: Value) -> StdResult<Response> {
    let call = message.as_object().and_then(|call| call.iter().next());
    let (name, body) = call.ok_or_else(|| StdError::msg("no call"))?;
    let body = body.to_string();
    match name.as_str() {
        "ibc_channel_open" => {
            Ok(entry::ibc_channel_open(deps, env, from_json(body)?).map(|_| Response::new())?)
        }
        "ibc_channel_connect" => Ok(entry::ibc_channel_connect(deps, env, from_json(body)?).map(basic)?),
        "ibc_channel_close" => Ok(entry::ibc_channel_close(deps, env, from_json(body)?).map(basic)?),
        "ibc_packet_ack" => Ok(entry::ibc_packet_ack(deps, env, from_json(body)?).map(basic)?),
        "ibc_packet_timeout" => Ok(entry::ibc_packet_timeout(deps, env, from_json(body)?).map(basic)?),
        "ibc_packet_receive" => {
            let received = entry::ibc_packet_receive(deps, env, from_json(body)?)?;
            let response = Response::new().add_submessages(received.messages).add_events(received.events);
            let response = response.add_attributes(received.attributes);
            Ok(response.set_data(received.acknowledgement.unwrap_or_default()))
        }
        _ => Ok(entry::sudo(deps, env, from_json(message.to_string())?)?),
    }
}

fn basic(response: IbcBasicResponse) -> Response {
    let plain = Response::new().add_submessages(response.messages).add_events(response.events);
    plain.add_attributes(response.attributes)
}
