mod accept_admin;
mod btc_headers;
mod rebase;
mod update_admin;
mod update_config;

use api::btc_light_client::ExecuteMsg;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use crate::error::ContractError;
use crate::parse::check_no_funds;
use btc_headers::Submission;

pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    check_no_funds(&info)?;
    match msg {
        ExecuteMsg::BtcHeaders { headers, first_work, first_height } => {
            let submission = Submission { headers: headers.into(), first_work, first_height };
            btc_headers::btc_headers(deps, env, info, submission)
        }
        ExecuteMsg::RawBtcHeaders { headers, first_work, first_height } => {
            let submission = Submission { headers: headers.into(), first_work, first_height };
            btc_headers::btc_headers(deps, env, info, submission)
        }
        ExecuteMsg::UpdateConfig {
            btc_confirmation_depth,
            checkpoint_finalization_timeout,
            submitters,
            retained_headers,
            max_headers,
        } => update_config::update_config(
            deps,
            info,
            update_config::Changes {
                btc_confirmation_depth,
                checkpoint_finalization_timeout,
                submitters,
                retained_headers,
                max_headers,
            },
        ),
        ExecuteMsg::UpdateAdmin { admin } => update_admin::update_admin(deps, info, admin),
        ExecuteMsg::AcceptAdmin {} => accept_admin::accept_admin(deps, info),
        ExecuteMsg::Rebase { height, header_hex, period_start_header_hex } => {
            rebase::rebase(deps, info, height, &header_hex, period_start_header_hex)
        }
    }
}
