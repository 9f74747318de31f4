use syn::{Attribute, LitStr, Result};

/// What serde's attributes say about reading a field or a variant.
#[derive(Default)]
pub struct Attributes {
    /// The name in JSON, where it is not the one in Rust.
    pub rename: Option<String>,
    /// An absent field is the type's default.
    pub default: bool,
}

impl Attributes {
    /// Reads them; an attribute that would change reading in another way is an error.
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    found.rename = Some(meta.value()?.parse::<LitStr>()?.value());
                } else if meta.path.is_ident("default") && meta.input.peek(syn::Token![=]) {
                    return Err(meta.error("Read knows no default by a function"));
                } else if meta.path.is_ident("default") {
                    found.default = true;
                } else if meta.path.is_ident("skip_serializing_if") || meta.path.is_ident("rename_all") {
                    meta.value()?.parse::<LitStr>()?;
                } else {
                    return Err(meta.error("Read does not know this attribute"));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// `CamelCase` as `snake_case`, the way serde does it.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (i, letter) in name.char_indices() {
        if letter.is_uppercase() && i > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case_as_serde_makes_them() {
        assert_eq!(snake_case("SubmitFinalitySignature"), "submit_finality_signature");
        assert_eq!(snake_case("Testnet4"), "testnet4");
        assert_eq!(snake_case("DelegationsByFP"), "delegations_by_f_p");
    }

    #[test]
    fn an_attribute_that_changes_reading_is_refused() {
        let flattened: syn::Field = syn::parse_quote!(#[serde(flatten)] pub inner: Inner);
        assert!(Attributes::of(&flattened.attrs).is_err());
        let by_function: syn::Field = syn::parse_quote!(#[serde(default = "one")] pub inner: u64);
        assert!(Attributes::of(&by_function.attrs).is_err());
        let known: syn::Field = syn::parse_quote!(#[serde(default, rename = "a")] pub inner: u64);
        let known = Attributes::of(&known.attrs).unwrap();
        assert_eq!((known.rename.as_deref(), known.default), (Some("a"), true));
    }
}
