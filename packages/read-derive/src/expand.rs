use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, FieldsNamed, Result, Variant};

use crate::attributes::{Attributes, snake_case};

/// The impl of `Read`.
pub fn read(input: &DeriveInput) -> Result<TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "Read knows no generic types"));
    }
    let name = &input.ident;
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                let fields = named(quote!(Self), fields)?;
                quote! { let mut fields = crate::read::Fields::of(json)?; #fields }
            }
            other => return Err(Error::new_spanned(other, "Read wants named fields")),
        },
        Data::Enum(data) => variants(data)?,
        Data::Union(_) => return Err(Error::new_spanned(name, "Read knows no unions")),
    };
    Ok(quote! {
        impl crate::read::Read for #name {
            fn read(json: crate::read::Json) -> Result<Self, crate::read::Unreadable> {
                #body
            }
        }
    })
}

/// `Deserialize` by way of `Read`.
pub fn deserialize(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    quote! {
        impl<'de> serde::Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = <crate::read::Json as serde::Deserialize>::deserialize(deserializer)?;
                <Self as crate::read::Read>::read(json).map_err(serde::de::Error::custom)
            }
        }
    }
}

/// `Ok(Self { a: fields.take("a")?, … })`.
fn named(constructor: TokenStream, fields: &FieldsNamed) -> Result<TokenStream> {
    if fields.named.is_empty() {
        return Ok(quote! { let _ = &mut fields; Ok(#constructor {}) });
    }
    let fields = fields.named.iter().map(|field| {
        let ident = &field.ident;
        let attributes = Attributes::of(&field.attrs)?;
        let name =
            attributes.rename.unwrap_or_else(|| ident.as_ref().map(ToString::to_string).unwrap_or_default());
        let take = if attributes.default { quote!(take_or_default) } else { quote!(take) };
        Ok(quote! { #ident: fields.#take(#name)? })
    });
    let fields = fields.collect::<Result<Vec<_>>>()?;
    Ok(quote! { Ok(#constructor { #(#fields),* }) })
}

fn variants(data: &DataEnum) -> Result<TokenStream> {
    let names = data.variants.iter().map(|variant| {
        let attributes = Attributes::of(&variant.attrs)?;
        Ok(attributes.rename.unwrap_or_else(|| snake_case(&variant.ident.to_string())))
    });
    let names = names.collect::<Result<Vec<_>>>()?;
    let arms =
        data.variants.iter().enumerate().map(|(i, variant)| arm(i, variant)).collect::<Result<Vec<_>>>()?;
    Ok(quote! {
        const NAMES: &[&str] = &[#(#names),*];
        let crate::read::Variant { place, name, content } = crate::read::Variant::of(json, NAMES)?;
        let read = move || match place {
            #(#arms)*
            _ => Err(crate::read::Unreadable::new("not expected here")),
        };
        read().map_err(|error: crate::read::Unreadable| error.within(name))
    })
}

fn arm(i: usize, variant: &Variant) -> Result<TokenStream> {
    let ident = &variant.ident;
    Ok(match &variant.fields {
        Fields::Unit => quote! { #i => content.nothing().map(|()| Self::#ident), },
        Fields::Named(fields) => {
            let fields = named(quote!(Self::#ident), fields)?;
            quote! { #i => { let mut fields = crate::read::Fields::of(content)?; #fields } }
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            quote! { #i => crate::read::Read::read(content).map(Self::#ident), }
        }
        other => return Err(Error::new_spanned(other, "Read wants one field here, or named ones")),
    })
}
