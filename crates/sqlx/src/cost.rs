//! The budget units that searches and changes spend in the database.

use crate::row::Layout;
use scimwire::filter::{BoundFilter, CompareOp, Comparison, EvalBudget};
use scimwire::schema::ResolvedPath;
use scimwire::store::StoreQuery;

impl Layout {
    /// Returns the remaining budget of a search that scans resources; no limit if an index finds
    /// them. Reading the results is not counted, since a page has its own limit.
    pub(super) fn budget_of(&self, selection: &StoreQuery<'_>) -> EvalBudget {
        let finds = match selection.filter {
            Some(filter) => self.finds(filter),
            None => selection.sort.is_none_or(|sort| {
                sort.path().is_none_or(|path| self.is_name(path) || is_id(path))
            }),
        };
        if finds { EvalBudget::unlimited() } else { selection.budget.clone() }
    }

    /// Returns `true` if an index finds what satisfies a filter. Of a value that many may share,
    /// nothing more is asked then.
    fn finds(&self, filter: &BoundFilter) -> bool {
        match filter {
            BoundFilter::And(terms) => {
                let is_of_one = |term| self.is_of(term, |unique| unique);
                terms.iter().any(is_of_one) || terms.iter().all(|term| self.finds(term))
            }
            BoundFilter::Or(terms) => terms.iter().all(|term| self.finds(term)),
            BoundFilter::Never => true,
            term => self.is_of(term, |_| true),
        }
    }

    /// Returns `true` if a term asks for a value in an index, where that is known to be unique or
    /// not.
    fn is_of(&self, term: &BoundFilter, is_known: impl Fn(bool) -> bool) -> bool {
        let BoundFilter::Compare(Comparison { path, op: CompareOp::Eq, .. }) = term else {
            return false;
        };
        let is_key = self.keys.iter().any(|(known, unique)| is_known(*unique) && known == path);
        is_key || self.is_name(path) || is_id(path)
    }

    fn is_name(&self, path: &ResolvedPath) -> bool {
        self.name.as_ref() == Some(path)
    }
}

/// The units for reading or writing a document: 4 for each string, and 1 for every 64 bytes.
pub(super) fn of_json(json: &str) -> u64 {
    let texts = json.bytes().filter(|byte| *byte == b'"').count() / 2;
    units(texts.saturating_mul(OF_TEXT).saturating_add(json.len() / 64))
}

/// The units for inserting or deleting `members` rows.
pub(super) fn of_members(members: usize) -> u64 {
    units(members.saturating_mul(OF_MEMBER))
}

/// The units for one string of a document, and for one row of a member.
const OF_TEXT: usize = 4;
const OF_MEMBER: usize = 100;

fn units(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn is_id(path: &ResolvedPath) -> bool {
    path.extension().is_none() && path.attribute().name() == "id"
}
