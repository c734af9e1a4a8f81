//! Members: what a delta does to those that are there, and what is shown of them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::database::{Failure, Rows, Transaction};
use crate::row::has_nul;
use crate::statements::Statements;
use scimwire::patch::MemberDelta;
use scimwire::schema::Membership;
use scimwire::store::{MemberChange, StoreError, reject_nul};
use scimwire::value::{Object, Value};

/// The writes of a change of members.
#[derive(Default)]
pub(super) struct MemberWrites {
    pub(super) change: MemberChange,
    /// Members to write: new ones, and those whose attributes have changed.
    put: Vec<(String, Option<String>)>,
}

impl MemberWrites {
    /// Works out what `delta` does; it reads the members that the delta names, or all that it
    /// replaces.
    pub(super) async fn plan(
        from: &mut impl Rows,
        statements: Statements<'_>,
        group: &str,
        delta: &MemberDelta,
    ) -> Result<Self, Failure> {
        let coming: HashSet<&str> = delta.add.iter().filter_map(Membership::id).collect();
        let named: BTreeSet<&str> =
            coming.iter().copied().chain(delta.remove.iter().map(String::as_str)).collect();
        if named.iter().any(|id| id.contains('\0')) {
            return Err(reject_nul().into());
        }
        let sql = if delta.replace {
            statements.all_members(group)
        } else {
            statements.members_among(group, &named)
        };
        let mut order = Vec::new();
        let mut known: HashMap<String, Option<String>> = HashMap::new();
        for mut row in from.rows(&sql).await? {
            let id = row.needed(0)?;
            order.push(id.clone());
            known.insert(id, row.text(1));
        }
        let mut writes = Self::default();
        writes.change.removed = if delta.replace {
            order.into_iter().filter(|id| !coming.contains(id.as_str())).collect()
        } else {
            let going = delta
                .remove
                .iter()
                .filter(|id| known.contains_key(*id) && !coming.contains(id.as_str()));
            going.cloned().collect()
        };
        let removed: HashSet<&str> = delta.remove.iter().map(String::as_str).collect();
        for member in &delta.add {
            let Some(id) = Membership::id(member) else { continue };
            let rest = rest(member)?;
            match known.get(id) {
                None => writes.change.added.push(id.to_owned()),
                Some(before)
                    if (delta.replace || removed.contains(id))
                        && !same_rest(before.as_deref(), rest.as_deref()) =>
                {
                    writes.change.modified = true;
                }
                Some(_) => continue,
            }
            writes.put.push((id.to_owned(), rest));
        }
        Ok(writes)
    }

    /// The number of rows that are written and deleted.
    pub(super) fn count(&self) -> usize {
        self.put.len() + self.change.removed.len()
    }

    pub(super) async fn write(
        self,
        transaction: &mut impl Transaction,
        statements: Statements<'_>,
        group: &str,
    ) -> Result<(), Failure> {
        if !self.change.removed.is_empty() {
            transaction.rows(&statements.take_members(group, &self.change.removed)).await?;
        }
        if !self.put.is_empty() {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
            // The later a member comes, the further behind it stands; its id decides between
            // equals.
            let place = |index: usize| {
                i64::try_from(now)
                    .unwrap_or_default()
                    .saturating_add(i64::try_from(index).unwrap_or(0))
            };
            let members: Vec<_> = self
                .put
                .into_iter()
                .enumerate()
                .map(|(index, (id, rest))| (id, place(index), rest))
                .collect();
            transaction.rows(&statements.put_members(group, &members)).await?;
        }
        Ok(())
    }
}

/// Members as a client sees them, from what the database has gathered.
pub(super) fn shown_members(gathered: &str) -> Result<Vec<Value>, StoreError> {
    let rows: Vec<(String, Option<String>, Option<String>)> =
        serde_json::from_str(gathered).map_err(StoreError::other)?;
    let mut members = Vec::with_capacity(rows.len());
    for (id, rest, member_type) in rows {
        let mut member: Object = match rest {
            Some(rest) => serde_json::from_str(&rest).map_err(StoreError::other)?,
            None => Object::new(),
        };
        member.insert("value".to_owned(), id.into());
        if let (Some(member_type), false) = (member_type, member.contains_key("type")) {
            member.insert("type".to_owned(), member_type.into());
        }
        members.push(Value::Object(member));
    }
    Ok(members)
}

/// The attributes of a member besides its id, as text; usually none.
fn rest(member: &Value) -> Result<Option<String>, StoreError> {
    let rest = Membership::besides_id(member).map(|rest| Value::Object(rest).to_string());
    if rest.as_deref().is_some_and(has_nul) { Err(reject_nul()) } else { Ok(rest) }
}

fn same_rest(before: Option<&str>, after: Option<&str>) -> bool {
    let read = |rest: Option<&str>| -> Object {
        rest.and_then(|rest| serde_json::from_str(rest).ok()).unwrap_or_default()
    };
    before == after || Membership::is_same(&read(before), &read(after))
}
