//! Differences between databases.

/// The database that the SQL is for. The variants are complete: another one would be a new major
/// version of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite 3.45 or later.
    Sqlite,
    /// PostgreSQL 12 or later, with text in UTF-8.
    Postgres,
}

impl Dialect {
    /// A name, or several with dots in between, in quotes.
    #[must_use]
    pub fn quote(name: &str) -> String {
        let parts: Vec<String> =
            name.split('.').map(|part| format!("\"{}\"", part.replace('"', "\"\""))).collect();
        parts.join(".")
    }

    /// Text as a literal, for names of JSON members; values are bound.
    #[must_use]
    pub fn literal(text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    /// Returns the placeholder of a parameter; the first one has number 1.
    #[must_use]
    pub fn placeholder(self, number: usize) -> String {
        match self {
            Self::Sqlite => format!("?{number}"),
            Self::Postgres => format!("${number}"),
        }
    }

    /// Text that equals only itself.
    pub(super) fn exactly(self, text: &str) -> String {
        match self {
            // A column may be declared to disregard case.
            Self::Sqlite => format!("{text} COLLATE BINARY"),
            // Here it is so with every usual collation, and naming another one would pass an index
            // by.
            Self::Postgres => text.to_owned(),
        }
    }

    /// Text that is ordered by its code points, as this crate does it.
    #[must_use]
    pub fn collate_bytes(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("{text} COLLATE BINARY"),
            Self::Postgres => format!("{text} COLLATE \"C\""),
        }
    }

    /// Text with the case of ASCII letters folded, whatever the locale.
    pub(super) fn lower(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("lower({text})"),
            Self::Postgres => format!("lower({text} COLLATE \"C\")"),
        }
    }

    /// Returns a condition that text is not pure ASCII.
    pub(super) fn beyond_ascii(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("length(CAST({text} AS BLOB)) <> length({text})"),
            Self::Postgres => format!("octet_length({text}) <> char_length({text})"),
        }
    }

    /// The text of a member of a JSON object.
    #[must_use]
    pub fn json_text(self, object: &str, member: &str) -> String {
        match self {
            // There, what begins with `$` is a path.
            Self::Sqlite if member.starts_with('$') => {
                format!("({object} ->> {})", Self::literal(&format!("$.\"{member}\"")))
            }
            Self::Sqlite | Self::Postgres => format!("({object} ->> {})", Self::literal(member)),
        }
    }
}
