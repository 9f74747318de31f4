use bsn_api::bsn::event::LIST;
use serde_json::{Map, Value, json};

/// What the contract emits besides, as the incumbent does: either attribute alone. So it is none of `event::LIST`: each of those is a
/// struct, and has all of its attributes whenever it is emitted.
const IBC: (&str, &str, &[(&str, &str)]) = (
    "ibc",
    "The channel opened (beside `channel`), or a packet was refused whole.",
    &[("channel", "`connect`."), ("packet", "`receive`.")],
);

/// A JSON schema of the events, each as `{"type": …, "attributes": {name: value}}`.
pub fn schema() -> Value {
    let mut definitions: Map<String, Value> =
        LIST.iter().map(|event| (title(event.0), definition(event))).collect();
    let mut ibc = definition(&IBC);
    if let Some(attributes) = ibc.pointer_mut("/properties/attributes").and_then(Value::as_object_mut) {
        attributes.remove("required");
    }
    definitions.insert(title(IBC.0), ibc);
    let any: Vec<Value> =
        definitions.keys().map(|title| json!({"$ref": format!("#/definitions/{title}")})).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "BsnEvent",
        "description": "An event of `bsn`, its attributes as an object. On a chain its type begins with `wasm-`, its attributes are a list of keys and values, and `_contract_address` is one more of them. All values are texts.",
        "oneOf": any,
        "definitions": definitions,
    })
}

fn definition((ty, when, attributes): &(&str, &str, &[(&str, &str)])) -> Value {
    let names: Vec<&str> = attributes.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> = attributes
        .iter()
        .map(|(name, what)| ((*name).to_owned(), json!({"description": what.trim(), "type": "string"})))
        .collect();
    json!({
        "title": title(ty),
        "description": when.trim(),
        "type": "object",
        "required": ["type", "attributes"],
        "properties": {
            "type": {"type": "string", "enum": [ty]},
            "attributes": {
                "type": "object",
                "required": names,
                "properties": properties,
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
    })
}

/// `finalize_block` as `FinalizeBlockEvent`.
fn title(ty: &str) -> String {
    let words = ty.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect::<String>() + "Event"
}

/// The events as a table for whoever sets alarms.
pub fn table() -> String {
    let mut text =
        String::from("# Events of `bsn`\n\nGenerated. On a chain each type begins with `wasm-`.\n");
    for (ty, when, attributes) in LIST.iter().chain([&IBC]) {
        text += &format!("\n## `{ty}`\n\n{}\n\n| attribute | what |\n|---|---|\n", when.trim());
        for (name, what) in *attributes {
            text += &format!("| `{name}` | {} |\n", what.trim());
        }
    }
    text
}
