//! A collection of tolerated deviations.

use super::Deviation;

/// So many departures are kept one by one.
const MOST: usize = 100;

/// So far back is looked for what was noted already.
const RECENT: usize = 16;

/// Collects tolerated deviations in the order in which they are found: at most 100, and the number
/// of further ones. Every parser of client input gets it as `&mut`.
///
/// ```
/// use scimwire::Quirks;
/// use scimwire::filter::{Filter, ParseOptions};
/// use scimwire::quirks::Deviations;
///
/// let mut deviations = Deviations::default();
/// let filter = r#"emails[type eq "work"].value pr"#;
/// let options = ParseOptions::default().with_quirks(Quirks::LENIENT);
/// Filter::parse_with(filter, &options, &mut deviations)?;
/// assert_eq!(deviations.into_vec()[0].rule(), "filter_tail");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Deviations {
    found: Vec<Deviation>,
    more: usize,
    /// The operation of a PATCH that is being read.
    operation: Option<usize>,
}

/// The number of deviations in a sink.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    found: usize,
    more: usize,
}

impl Deviations {
    /// Takes note of a departure.
    pub fn push(&mut self, deviation: Deviation) {
        let deviation = self.in_place(deviation);
        self.add(deviation);
    }

    /// Takes note of a departure; once since then, where each of a thousand members has it.
    pub(crate) fn push_once(&mut self, since: Mark, deviation: Deviation) {
        let deviation = self.in_place(deviation);
        let mut recent = self.found.iter().skip(since.found).rev().take(RECENT);
        if !recent.any(|known| *known == deviation) {
            self.add(deviation);
        }
    }

    /// Reads an operation of a PATCH: what is noted meanwhile names it.
    pub(crate) fn in_operation<T>(
        &mut self,
        operation: usize,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.operation = Some(operation);
        let result = read(self);
        self.operation = None;
        result
    }

    /// Reads something, and forgets what was noted meanwhile if that fails.
    pub(crate) fn unless_refused<T, E>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mark = self.mark();
        read(self).inspect_err(|_| self.back_to(mark))
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { found: self.found.len(), more: self.more }
    }

    /// Forgets what was noted since.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.found.truncate(mark.found);
        self.more = mark.more;
    }

    /// Takes over what was noted elsewhere.
    pub(crate) fn append(&mut self, other: Self) {
        self.extend(other.found);
        self.more += other.more;
    }

    /// Takes over what an operation of a bulk request departed in.
    pub(crate) fn append_bulk(&mut self, operation: usize, other: Self) {
        let of_operation =
            |deviation| Deviation::Bulk { operation, deviation: Box::new(deviation) };
        self.extend(other.found.into_iter().map(of_operation));
        self.more += other.more;
    }

    /// Those that were kept, and behind them how many more there were ([`Deviation::More`]).
    #[must_use]
    pub fn into_vec(mut self) -> Vec<Deviation> {
        if self.more > 0 {
            self.found.push(Deviation::More { count: self.more });
        }
        self.found
    }

    fn in_place(&self, deviation: Deviation) -> Deviation {
        match self.operation {
            Some(operation) => Deviation::Patch { operation, deviation: Box::new(deviation) },
            None => deviation,
        }
    }

    fn add(&mut self, deviation: Deviation) {
        if self.found.len() < MOST {
            self.found.push(deviation);
        } else {
            self.more += 1;
        }
    }
}

impl Extend<Deviation> for Deviations {
    fn extend<I: IntoIterator<Item = Deviation>>(&mut self, deviations: I) {
        deviations.into_iter().for_each(|deviation| self.push(deviation));
    }
}
