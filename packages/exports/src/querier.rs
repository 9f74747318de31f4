//! Queries to the chain, answered through the same parser.

use api::read::{Fields, Json, Read, Unreadable, Variant};
use cosmwasm_std::{Binary, ContractResult, QuerierResult, SystemError, SystemResult};

/// What the chain said.
pub fn answer(json: Vec<u8>) -> QuerierResult {
    let read = cosmwasm_std::from_json(&json).map_err(|error| error.to_string());
    let read = read.and_then(|json| outer(json).map_err(|error| error.to_string()));
    read.unwrap_or_else(|error| {
        SystemResult::Err(SystemError::InvalidResponse { error, response: json.into() })
    })
}

fn outer(json: Json) -> Result<QuerierResult, Unreadable> {
    let Variant { place, content, .. } = Variant::of(json, &["ok", "error"])?;
    Ok(match place {
        0 => SystemResult::Ok(inner(content)?),
        _ => SystemResult::Err(system_error(content)?),
    })
}

fn inner(json: Json) -> Result<ContractResult<Binary>, Unreadable> {
    let Variant { place, content, .. } = Variant::of(json, &["ok", "error"])?;
    Ok(match place {
        0 => ContractResult::Ok(Read::read(content)?),
        _ => ContractResult::Err(Read::read(content)?),
    })
}

fn system_error(json: Json) -> Result<SystemError, Unreadable> {
    const NAMES: [&str; 6] = [
        "invalid_request",
        "invalid_response",
        "no_such_contract",
        "no_such_code",
        "unknown",
        "unsupported_request",
    ];
    let Variant { place, content, .. } = Variant::of(json, &NAMES)?;
    let mut fields = Fields::of(content)?;
    Ok(match place {
        0 => SystemError::InvalidRequest { error: fields.take("error")?, request: fields.take("request")? },
        1 => {
            SystemError::InvalidResponse { error: fields.take("error")?, response: fields.take("response")? }
        }
        2 => SystemError::NoSuchContract { addr: fields.take("addr")? },
        3 => SystemError::NoSuchCode { code_id: fields.take("code_id")? },
        4 => SystemError::Unknown {},
        _ => SystemError::UnsupportedRequest { kind: fields.take("kind")? },
    })
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::to_json_vec;

    use super::*;

    #[test]
    fn every_answer_is_read_as_cosmwasm_std_reads_it() {
        let errors = [
            SystemError::InvalidRequest { error: "a".into(), request: Binary::from(b"b") },
            SystemError::InvalidResponse { error: "a".into(), response: Binary::from(b"b") },
            SystemError::NoSuchContract { addr: "a".into() },
            SystemError::NoSuchCode { code_id: 7 },
            SystemError::Unknown {},
            SystemError::UnsupportedRequest { kind: "a".into() },
        ];
        let answers = [
            SystemResult::Ok(ContractResult::Ok(Binary::from(b"answer"))),
            SystemResult::Ok(ContractResult::Ok(Binary::default())),
            SystemResult::Ok(ContractResult::Err("no".into())),
        ];
        for expected in answers.into_iter().chain(errors.map(SystemResult::Err)) {
            assert_eq!(answer(to_json_vec(&expected).unwrap()), expected);
        }
    }

    #[test]
    fn what_is_no_answer_is_said_with_what_came() {
        for broken in ["", "{}", r#"{"ok":{"ok":7}}"#, r#"{"error":{"other":{}}}"#, r#"{"ok":1,"error":2}"#] {
            let SystemResult::Err(SystemError::InvalidResponse { response, .. }) = answer(broken.into())
            else {
                panic!("{broken} was taken");
            };
            assert_eq!(response.as_slice(), broken.as_bytes());
        }
    }
}
