//! The contents of `#[scim(..)]`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, Lit, LitStr, Path, Result, Token};

use crate::nearest::nearest;
use crate::schema::ENTERPRISE;

const FIELD: [&str; 10] = [
    "id",
    "skip",
    "unique",
    "primary",
    "serde",
    "enterprise",
    "extension",
    "type",
    "column",
    "default",
];
const STRUCT: [&str; 3] = ["user", "group", "crate"];

/// The attributes and fields of a struct.
pub(crate) struct StructOptions {
    pub(crate) is_group: bool,
    pub(crate) krate: Path,
}

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) name: Option<LitStr>,
    /// The URI of the extension, and its span.
    pub(crate) extension: Option<(String, Span)>,
    pub(crate) is_id: bool,
    pub(crate) is_skipped: bool,
    pub(crate) is_unique: bool,
    pub(crate) primary: Option<Span>,
    pub(crate) serde: Option<Span>,
    pub(crate) element_type: Option<LitStr>,
    pub(crate) column: Option<LitStr>,
    /// The value of an unassigned attribute.
    pub(crate) default: Option<Lit>,
}

/// A name, `word`, or `word = ".."`.
enum Item {
    Name(LitStr),
    Word(Ident, Option<Lit>),
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            return Ok(Self::Name(input.parse()?));
        }
        let word = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Ok(Self::Word(word, None));
        }
        input.parse::<Token![=]>()?;
        Ok(Self::Word(word, Some(input.parse()?)))
    }
}

impl StructOptions {
    pub(crate) fn read(attributes: &[Attribute], place: &Ident) -> Result<Self> {
        let (mut is_group, mut krate) = (None, None);
        for item in items(attributes)? {
            match item {
                Item::Word(word, None) if word == "user" || word == "group" => {
                    if is_group.replace(word == "group").is_some() {
                        return Err(Error::new(word.span(), "a resource has one type"));
                    }
                }
                Item::Word(word, Some(Lit::Str(path))) if word == "crate" => {
                    krate = Some(path.parse()?);
                }
                Item::Word(word, _) => return Err(unknown(&word, &STRUCT)),
                Item::Name(name) => {
                    return Err(Error::new(name.span(), "name attributes at the fields"));
                }
            }
        }
        let Some(is_group) = is_group else {
            let message = "say which resource it is: `#[scim(user)]` or `#[scim(group)]`";
            return Err(Error::new(place.span(), message));
        };
        let krate = krate.map_or_else(|| syn::parse_str("::scimwire"), Ok)?;
        Ok(Self { is_group, krate })
    }
}

impl FieldOptions {
    pub(crate) fn read(attributes: &[Attribute], place: &Ident) -> Result<Self> {
        let mut options = Self::default();
        let items = items(attributes)?;
        if items.is_empty() {
            let message = format!(
                "say which attribute `{place}` stores, such as `#[scim(\"displayName\")]`, or `#[scim(skip)]`"
            );
            return Err(Error::new(place.span(), message));
        }
        for item in items {
            options.add(item)?;
        }
        if options.name.is_none() && !options.is_id && !options.is_skipped {
            let message = "the name of the attribute is missing, such as `\"displayName\"`";
            return Err(Error::new(place.span(), message));
        }
        Ok(options)
    }

    fn add(&mut self, item: Item) -> Result<()> {
        let (word, value) = match item {
            Item::Name(name) => {
                let span = name.span();
                if self.name.replace(name).is_some() {
                    return Err(Error::new(span, "a field stores one attribute"));
                }
                return Ok(());
            }
            Item::Word(word, value) => (word, value),
        };
        let span = word.span();
        match (word.to_string().as_str(), value) {
            ("id", None) => self.is_id = true,
            ("skip", None) => self.is_skipped = true,
            ("unique", None) => self.is_unique = true,
            ("primary", None) => self.primary = Some(span),
            ("serde", None) => self.serde = Some(span),
            ("enterprise", None) => self.extension = Some((ENTERPRISE.to_owned(), span)),
            ("extension", Some(Lit::Str(uri))) => self.extension = Some((uri.value(), uri.span())),
            ("type", Some(Lit::Str(name))) => self.element_type = Some(name),
            ("column", Some(Lit::Str(name))) => self.column = Some(name),
            ("default", Some(value)) => self.default = Some(value),
            (known @ ("extension" | "type" | "column"), Some(_)) => {
                return Err(Error::new(
                    span,
                    format!("`{known}` takes a text: `{known} = \"..\"`"),
                ));
            }
            (known @ ("extension" | "type" | "column" | "default"), None) => {
                return Err(Error::new(
                    span,
                    format!("`{known}` takes a value: `{known} = \"..\"`"),
                ));
            }
            (known, Some(_)) if FIELD.contains(&known) => {
                return Err(Error::new(span, format!("`{known}` takes no value")));
            }
            _ => return Err(unknown(&word, &FIELD)),
        }
        Ok(())
    }
}

fn items(attributes: &[Attribute]) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("scim")) {
        let list = attribute.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated)?;
        items.extend(list);
    }
    Ok(items)
}

fn unknown(word: &Ident, known: &[&str]) -> Error {
    let hint = match nearest(&word.to_string(), known.iter().copied()) {
        Some(name) => format!(": did you mean `{name}`?"),
        None => format!(": there are `{}`", known.join("`, `")),
    };
    Error::new(word.span(), format!("`{word}` is not an option{hint}"))
}
