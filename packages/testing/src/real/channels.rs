use cosmwasm_std_3::{
    to_json_binary, Addr, Api, Binary, BlockInfo, ChannelResponse, CustomMsg, CustomQuery, Empty, IbcChannel,
    IbcEndpoint, IbcMsg, IbcOrder, IbcQuery, Querier, StdError, StdResult, Storage,
};
use cw_multi_test_3::{AppResponse, CosmosRouter, Ibc, Module};
use serde::de::DeserializeOwned;

/// IBC as far as the contract sees it: its channel of rewards is there, and what it sends is on its way for ever.
pub struct Channels;

impl Ibc for Channels {}

impl Module for Channels {
    type ExecT = IbcMsg;
    type QueryT = IbcQuery;
    type SudoT = Empty;

    fn execute<ExecC, QueryC>(
        &self,
        _: &dyn Api,
        _: &mut dyn Storage,
        _: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        _: &BlockInfo,
        _: Addr,
        _: IbcMsg,
    ) -> StdResult<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        Ok(AppResponse::default())
    }

    fn query(
        &self,
        _: &dyn Api,
        _: &dyn Storage,
        _: &dyn Querier,
        _: &BlockInfo,
        request: IbcQuery,
    ) -> StdResult<Binary> {
        let IbcQuery::Channel { channel_id, port_id } = request else {
            return Err(StdError::msg("this chain answers for channels only"));
        };
        let port_id = port_id.unwrap_or_else(|| "transfer".to_owned());
        let ours = IbcEndpoint { port_id: port_id.clone(), channel_id: channel_id.clone() };
        let theirs = IbcEndpoint { port_id, channel_id };
        let channel = IbcChannel::new(ours, theirs, IbcOrder::Unordered, "ics20-1", "connection-0");
        to_json_binary(&ChannelResponse::new(Some(channel)))
    }

    fn sudo<ExecC, QueryC>(
        &self,
        _: &dyn Api,
        _: &mut dyn Storage,
        _: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        _: &BlockInfo,
        _: Empty,
    ) -> StdResult<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        Ok(AppResponse::default())
    }
}
