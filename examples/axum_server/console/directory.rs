//! Users and groups as the console shows them: what SCIM has, and where it came from.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use scimwire::StoreError;
use scimwire::attr::AttrPath;
use scimwire::auth::{RequestContext, Tenant};
use scimwire::filter::{CompValue, CompareOp, Filter};
use scimwire::message::SearchRequest;
use scimwire::service::Resources;
use scimwire::value;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Console;
use super::error::ConsoleError;
use crate::hooks::origin::Origin;

/// Members per page.
const MEMBERS: usize = 50;

/// A query: search text, order and page.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// Words, or a filter of RFC 7644.
    search: String,
    sort: String,
    descending: bool,
    start: usize,
    count: usize,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Users,
    Groups,
}

/// A member of a group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    id: String,
    name: Value,
    user_name: Value,
    active: bool,
    /// `true` if it is a user who is there.
    is_user: bool,
    is_group: bool,
    /// `true` if it is a direct member of the group.
    is_direct: bool,
    origin: Origin,
}

/// A page of members.
struct Members {
    total: Value,
    members: Vec<Member>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { search: String::new(), sort: String::new(), descending: false, start: 1, count: 25 }
    }
}

impl Kind {
    /// The attributes that are searched.
    fn searched(self) -> &'static [&'static str] {
        match self {
            Self::Users => {
                &["userName", "displayName", "name.formatted", "emails.value", "externalId"]
            }
            Self::Groups => &["displayName", "externalId"],
        }
    }

    /// The attributes that a list does not need.
    fn left_out(self) -> &'static str {
        match self {
            Self::Users => "groups",
            Self::Groups => "members",
        }
    }
}

impl Wanted {
    /// The words as a filter; what is a filter already stays as it is.
    fn filter(&self, kind: Kind) -> Option<String> {
        let search = self.search.trim();
        if search.is_empty() || search.parse::<Filter>().is_ok() {
            return Some(search.to_owned()).filter(|filter| !filter.is_empty());
        }
        let word = Value::from(search).to_string();
        let terms: Vec<String> =
            kind.searched().iter().map(|attribute| format!("{attribute} co {word}")).collect();
        Some(terms.join(" or "))
    }

    fn parameters(&self, kind: Kind) -> SearchRequest {
        let order = if self.descending { "descending" } else { "ascending" };
        let mut parameters = without(kind.left_out());
        parameters.filter = self.filter(kind);
        parameters.sort_by = Some(self.sort.clone()).filter(|sort| !sort.is_empty());
        parameters.sort_order = Some(order.to_owned());
        parameters.start_index = i64::try_from(self.start).ok();
        parameters.count = i64::try_from(self.count).ok();
        parameters
    }
}

/// A page of users or groups.
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Path((tenant, kind)): Path<(String, Kind)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let mut page = console.resources(kind).query(wanted.parameters(kind), &cx).await?;
    console.say_states(kind, &mut page.resources, &cx).await?;
    let mut shown = Vec::with_capacity(page.resources.len());
    for resource in page.resources {
        shown.push(console.with_account(resource, &cx).await?);
    }
    let (total, start) = (page.total_results, page.start_index);
    Ok(Json(json!({ "total": total, "start": start, "resources": shown })))
}

/// A user or group, with its memberships and what became of it.
pub(super) async fn one(
    State(console): State<Arc<Console>>,
    Path((tenant, kind, id)): Path<(String, Kind, String)>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let parameters = match kind {
        Kind::Users => SearchRequest::default(),
        Kind::Groups => without("members"),
    };
    let mut resource = console.resources(kind).represent(&id, parameters, &cx).await?;
    console.say_states(kind, std::slice::from_mut(&mut resource), &cx).await?;
    let mut shown = console.with_account(resource, &cx).await?;
    if let Kind::Users = kind {
        shown["memberships"] = console.memberships(&shown["resource"], &id, &cx).await?;
    }
    shown["history"] = json!(console.events.about(&Tenant::from(tenant.as_str()), &id));
    Ok(Json(shown))
}

/// A page of the members of a group; where something is looked for, of the users among them.
pub(super) async fn members(
    State(console): State<Arc<Console>>,
    Path((tenant, id)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let start = wanted.start.max(1);
    let Members { total, mut members } = match wanted.filter(Kind::Users) {
        Some(filter) => console.members_found(&id, &filter, start, &cx).await?,
        None => console.members_listed(&id, start, &cx).await?,
    };
    let ids: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
    let origins = if ids.is_empty() {
        HashMap::new()
    } else {
        console.ledger.members_among(&id, &ids, &cx).await?
    };
    for member in &mut members {
        member.origin = origins.get(&member.id).copied().unwrap_or_default();
    }
    Ok(Json(json!({ "total": total, "start": start, "pageSize": MEMBERS, "members": members })))
}

impl Member {
    /// A member by its id, with what is known of the user of that id.
    fn new(id: &str, user: Option<&Value>, display: &Value) -> Self {
        let text = |name| user.map(|user| &user[name]).filter(|text| text.is_string());
        Self {
            id: id.to_owned(),
            name: text("displayName").or_else(|| text("userName")).unwrap_or(display).clone(),
            user_name: text("userName").cloned().unwrap_or_default(),
            active: user.is_none_or(|user| user["active"] != Value::Bool(false)),
            is_user: user.is_some(),
            is_group: false,
            is_direct: true,
            origin: Origin::default(),
        }
    }
}

impl Console {
    pub(super) fn resources(&self, kind: Kind) -> &Resources {
        match kind {
            Kind::Users => &self.users,
            Kind::Groups => &self.groups,
        }
    }

    /// In the order of the group.
    async fn members_listed(
        &self,
        group: &str,
        start: usize,
        cx: &RequestContext,
    ) -> Result<Members, ConsoleError> {
        let group = self.groups.get(group, cx).await?;
        let all = group
            .get("members")
            .and_then(|members| members.as_array())
            .cloned()
            .unwrap_or_default();
        let page: Vec<_> = all.iter().skip(start - 1).take(MEMBERS).collect();
        let ids: Vec<&str> = page.iter().filter_map(|member| member["value"].as_str()).collect();
        let users =
            if ids.is_empty() { Vec::new() } else { self.users.search(&any_of(&ids)?, cx).await? };
        let users: HashMap<&str, Value> =
            users.iter().map(|user| (user.id(), json!(user.attributes()))).collect();
        let member = |listed: &&value::Value| {
            let id = listed["value"].as_str().unwrap_or_default();
            Member {
                is_group: listed["type"] == "Group",
                ..Member::new(id, users.get(id), &(&listed["display"]).into())
            }
        };
        Ok(Members { total: all.len().into(), members: page.iter().map(member).collect() })
    }

    /// By name. The index of members finds them, also those who are in a group within the group.
    async fn members_found(
        &self,
        group: &str,
        filter: &str,
        start: usize,
        cx: &RequestContext,
    ) -> Result<Members, ConsoleError> {
        let mut parameters = SearchRequest::default();
        parameters.filter = Some(format!("groups.value eq {} and ({filter})", Value::from(group)));
        parameters.sort_by = Some("userName".to_owned());
        parameters.start_index = i64::try_from(start).ok();
        parameters.count = i64::try_from(MEMBERS).ok();
        let mut page = self.users.query(parameters, cx).await?;
        self.say_states(Kind::Users, &mut page.resources, cx).await?;
        let lists = |found: &Value| found["value"] == group && found["type"] == "direct";
        let member = |user: &Value| Member {
            is_direct: user["groups"].as_array().is_some_and(|groups| groups.iter().any(lists)),
            ..Member::new(user["id"].as_str().unwrap_or_default(), Some(user), &Value::Null)
        };
        Ok(Members {
            total: page.total_results.into(),
            members: page.resources.iter().map(member).collect(),
        })
    }

    /// Says of each user who may come in. Their representations do not where a client took the
    /// value away: the state stays as it was.
    async fn say_states(
        &self,
        kind: Kind,
        users: &mut [Value],
        cx: &RequestContext,
    ) -> Result<(), ConsoleError> {
        let is_unsaid = |user: &&mut Value| user["active"].is_null();
        let mut unsaid: HashMap<String, &mut Value> = match kind {
            Kind::Users => users.iter_mut().filter(is_unsaid).filter_map(by_id).collect(),
            Kind::Groups => HashMap::new(),
        };
        if unsaid.is_empty() {
            return Ok(());
        }
        let ids: Vec<&str> = unsaid.keys().map(String::as_str).collect();
        for user in self.users.search(&any_of(&ids)?, cx).await? {
            if let Some(shown) = unsaid.get_mut(user.id()) {
                shown["active"] = user.is_active().into();
            }
        }
        Ok(())
    }

    /// The resource, and what the host knows of it.
    async fn with_account(
        &self,
        resource: Value,
        cx: &RequestContext,
    ) -> Result<Value, ConsoleError> {
        let account = self.ledger.account(resource["id"].as_str().unwrap_or_default(), cx).await?;
        Ok(json!({ "resource": resource, "origin": account.origin, "quotaGb": account.quota_gb }))
    }

    async fn memberships(
        &self,
        user: &Value,
        id: &str,
        cx: &RequestContext,
    ) -> Result<Value, ConsoleError> {
        let origins = self.ledger.groups_of(id, cx).await?;
        let groups = user["groups"].as_array().map(Vec::as_slice).unwrap_or_default();
        let told = groups.iter().map(|group| {
            let origin = group["value"].as_str().and_then(|id| origins.get(id)).copied().unwrap_or_default();
            json!({ "id": group["value"], "name": group["display"], "type": group["type"], "origin": origin })
        });
        Ok(told.collect())
    }
}

fn by_id(resource: &mut Value) -> Option<(String, &mut Value)> {
    Some((resource["id"].as_str()?.to_owned(), resource))
}

/// Holds for the resources with these ids.
fn any_of(ids: &[&str]) -> Result<Filter, StoreError> {
    let path: AttrPath = "id".parse().map_err(StoreError::other)?;
    let equals = |id: &&str| Filter::Compare {
        path: path.clone(),
        op: CompareOp::Eq,
        value: CompValue::String((*id).into()),
    };
    let mut terms: Vec<Filter> = ids.iter().map(equals).collect();
    Ok(if terms.len() == 1 { terms.remove(0) } else { Filter::Or(terms) })
}

/// Parameters that leave an attribute out.
fn without(attribute: &str) -> SearchRequest {
    let mut parameters = SearchRequest::default();
    parameters.excluded_attributes.push(attribute.to_owned());
    parameters
}
