//! Classifies database errors, for stores over sqlx.

use std::time::Duration;

use scimwire::StoreError;
use sqlx::Error;

/// The `Retry-After` for clients.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A transaction lost against another one: the same again may well succeed.
    Lost,
    /// A statement took longer than it may.
    Late,
    /// The database cannot be reached, or has no connection to spare.
    Unavailable,
    /// The row does not exist.
    Missing,
    /// A unique value is taken.
    Taken,
    /// Anything else.
    Other,
}

impl Trouble {
    pub(crate) fn of(err: &Error) -> Self {
        match err {
            Error::Database(err) if err.is_unique_violation() => Self::Taken,
            Error::Database(err) => err.code().map_or(Self::Other, |code| Self::of_code(&code)),
            Error::RowNotFound => Self::Missing,
            Error::PoolTimedOut
            | Error::PoolClosed
            | Error::WorkerCrashed
            | Error::Io(_)
            | Error::Tls(_) => Self::Unavailable,
            _ => Self::Other,
        }
    }

    /// An SQLSTATE has five characters, and a code of SQLite fewer.
    fn of_code(code: &str) -> Self {
        match code {
            // Serialisation failure, deadlock, lock not available.
            "40001" | "40P01" | "55P03" => Self::Lost,
            // `statement_timeout`, or a cancellation by an administrator.
            "57014" => Self::Late,
            // Too many connections; the server shuts down, or starts; a transaction was idle or
            // took too long, and its connection is closed; the server reads only, since another one
            // has taken over.
            "53300" | "57P01" | "57P02" | "57P03" | "25P03" | "25P04" | "25006" => {
                Self::Unavailable
            }
            code if code.len() == 5 && code.starts_with("08") => Self::Unavailable,
            code if code.len() < 5 => code.parse().map_or(Self::Other, Self::of_result_code),
            _ => Self::Other,
        }
    }

    /// The lower byte of an extended result code of SQLite is the primary one.
    fn of_result_code(code: i32) -> Self {
        const BUSY: i32 = 5;
        const LOCKED: i32 = 6;
        const INTERRUPT: i32 = 9;
        match code & 0xff {
            // Another connection to the file is in the way.
            BUSY | LOCKED => Self::Lost,
            INTERRUPT => Self::Late,
            _ => Self::Other,
        }
    }
}

/// Converts an error of sqlx into what it means to a client, for your own store over PostgreSQL or
/// SQLite: `.map_err(store_error)?`.
///
/// | what | is |
/// |---|---|
/// | a lost transaction, a deadlock, a lock that was not to be had, a busy or locked SQLite file | `Unavailable` |
/// | a statement that took too long or was interrupted, a pool without a free connection or closed, a server that is away | `Unavailable` |
/// | no row where one was asked for | `NotFound` |
/// | a violated unique index | `Conflict`; [`StoreError::with_attribute`] says of what |
/// | all else | `Other` |
///
/// With the feature `tracing`, the cause of an `Unavailable` is logged as a warning, since the
/// variant has no source.
#[must_use]
pub fn store_error(err: Error) -> StoreError {
    match Trouble::of(&err) {
        Trouble::Lost | Trouble::Late | Trouble::Unavailable => busy(&err),
        Trouble::Missing => StoreError::NotFound,
        Trouble::Taken => StoreError::Conflict { attribute: String::new() },
        Trouble::Other => StoreError::other(err),
    }
}

/// Logs the reason, for the operator.
pub(crate) fn busy(err: &(dyn std::error::Error + 'static)) -> StoreError {
    #[cfg(feature = "tracing")]
    tracing::warn!(error = err, "the database is busy or unavailable");
    #[cfg(not(feature = "tracing"))]
    let _ = err;
    StoreError::Unavailable { retry_after: RETRY_AFTER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_they_do_elsewhere() {
        for (code, expected) in [
            ("40001", Trouble::Lost),
            ("40P01", Trouble::Lost),
            ("55P03", Trouble::Lost),
            ("57014", Trouble::Late),
            ("53300", Trouble::Unavailable),
            ("08006", Trouble::Unavailable),
            ("25P03", Trouble::Unavailable),
            ("5", Trouble::Lost),
            ("6", Trouble::Lost),
            // SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED_SHAREDCACHE
            ("517", Trouble::Lost),
            ("262", Trouble::Lost),
            // SQLITE_INTERRUPT
            ("9", Trouble::Late),
            // SQLITE_FULL, and text in another encoding, whose SQLSTATE would be SQLITE_BUSY if it
            // were a number.
            ("13", Trouble::Other),
            ("22021", Trouble::Other),
            ("08", Trouble::Other),
            ("", Trouble::Other),
        ] {
            assert_eq!(Trouble::of_code(code), expected, "{code}");
        }
        for (err, expected) in [
            (Error::RowNotFound, Trouble::Missing),
            (Error::PoolTimedOut, Trouble::Unavailable),
            (Error::PoolClosed, Trouble::Unavailable),
            (Error::ColumnNotFound("id".to_owned()), Trouble::Other),
        ] {
            assert_eq!(Trouble::of(&err), expected);
        }
    }
}
