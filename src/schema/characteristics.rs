//! Characteristics of attributes (RFC 7643, Sections 2.2, 2.3 and 7).

use std::fmt;
use std::str::FromStr;

use super::error::SchemaError;
use super::json::{Word, read_word};

macro_rules! characteristic {
    ($(#[$doc:meta])* $name:ident { $($(#[$entry:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        ///
        /// The RFC closes the list, so that you can match on all of them.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$entry])* $variant,)* }

        impl $name {
            /// The word of the RFC.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl Word for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($text, Self::$variant)),*];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = SchemaError;

            /// Reads the word of the RFC, as it is written there.
            fn from_str(word: &str) -> Result<Self, SchemaError> {
                read_word("", word)
            }
        }

        impl TryFrom<String> for $name {
            type Error = SchemaError;

            fn try_from(word: String) -> Result<Self, SchemaError> {
                word.parse()
            }
        }
    };
}

characteristic! {
    /// The data type of an attribute (RFC 7643, Section 2.3).
    AttributeType {
        /// Unicode text (Section 2.3.1).
        #[default]
        String = "string",
        /// `true` or `false` (Section 2.3.2).
        Boolean = "boolean",
        /// A real number (Section 2.3.3).
        Decimal = "decimal",
        /// A whole number (Section 2.3.4).
        Integer = "integer",
        /// An instant (Section 2.3.5).
        DateTime = "dateTime",
        /// Bytes, in base64 (Section 2.3.6).
        Binary = "binary",
        /// A URI (Section 2.3.7).
        Reference = "reference",
        /// Sub-attributes (Section 2.3.8).
        Complex = "complex",
    }
}

characteristic! {
    /// The mutability of an attribute (RFC 7643, Section 7).
    Mutability {
        /// Only the service provider sets it.
        ReadOnly = "readOnly",
        /// Clients may change it at any time.
        #[default]
        ReadWrite = "readWrite",
        /// Clients may set it once.
        Immutable = "immutable",
        /// Clients may set it, and nobody reads it.
        WriteOnly = "writeOnly",
    }
}

characteristic! {
    /// The conditions under which an attribute is returned (RFC 7643, Section 7).
    Returned {
        /// Whatever the client asked for.
        Always = "always",
        /// Under no circumstances.
        Never = "never",
        /// Unless the client asked for others, or for it to be left out.
        #[default]
        Default = "default",
        /// Only when the client named it.
        Request = "request",
    }
}

characteristic! {
    /// The scope within which a value is unique (RFC 7643, Section 7).
    Uniqueness {
        /// Resources may share a value.
        #[default]
        None = "none",
        /// Within a tenant.
        Server = "server",
        /// Everywhere. This crate enforces it within a tenant.
        Global = "global",
    }
}
