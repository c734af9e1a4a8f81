//! Users and groups as the console shows them: what SCIM has, and where it came from.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scimwire::auth::{RequestContext, Tenant};
use scimwire::filter::Filter;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ConsoleError;
use super::{Console, desk};

/// How many members are shown at a time.
const MEMBERS: usize = 50;

/// What is looked for, in which order, and which page of it.
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

#[derive(Deserialize)]
pub(super) struct Start {
    start: usize,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { search: String::new(), sort: String::new(), descending: false, start: 1, count: 25 }
    }
}

impl Kind {
    fn endpoint(self) -> &'static str {
        match self {
            Self::Users => "/Users",
            Self::Groups => "/Groups",
        }
    }

    /// Where words are looked for.
    fn searched(self) -> &'static [&'static str] {
        match self {
            Self::Users => &["userName", "displayName", "name.formatted", "emails.value", "externalId"],
            Self::Groups => &["displayName", "externalId"],
        }
    }

    /// What a list does not show, and need not read.
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
        let terms: Vec<String> = kind.searched().iter().map(|attribute| format!("{attribute} co {word}")).collect();
        Some(terms.join(" or "))
    }

    fn path(&self, kind: Kind) -> String {
        let order = if self.descending { "descending" } else { "ascending" };
        let (start, count) = (self.start.to_string(), self.count.to_string());
        let filter = self.filter(kind);
        let parameters = [
            ("filter", filter.as_deref()),
            ("sortBy", Some(self.sort.as_str()).filter(|sort| !sort.is_empty())),
            ("sortOrder", Some(order)),
            ("startIndex", Some(start.as_str())),
            ("count", Some(count.as_str())),
            ("excludedAttributes", Some(kind.left_out())),
        ];
        let given = parameters.iter().filter_map(|(name, value)| Some(format!("{name}={}", in_url((*value)?))));
        format!("{}?{}", kind.endpoint(), given.collect::<Vec<_>>().join("&"))
    }
}

/// A page of users or groups.
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Path((tenant, kind)): Path<(String, Kind)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let mut page = desk::read(&console.desk, cx.tenant(), &wanted.path(kind)).await?;
    let resources = page["Resources"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let mut shown = Vec::with_capacity(resources.len());
    for resource in resources {
        shown.push(console.with_account(resource, &cx).await?);
    }
    Ok(Json(json!({ "total": page["totalResults"], "start": page["startIndex"], "resources": shown })))
}

/// A user or group, with its memberships and what became of it.
pub(super) async fn one(
    State(console): State<Arc<Console>>,
    Path((tenant, kind, id)): Path<(String, Kind, String)>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let left_out = match kind {
        Kind::Users => "",
        Kind::Groups => "?excludedAttributes=members",
    };
    let path = format!("{}/{}{left_out}", kind.endpoint(), in_url(&id));
    let resource = desk::read(&console.desk, cx.tenant(), &path).await?;
    let mut shown = console.with_account(resource, &cx).await?;
    if let Kind::Users = kind {
        shown["memberships"] = console.memberships(&shown["resource"], &id, &cx).await?;
    }
    shown["history"] = json!(console.events.about(&Tenant::from(tenant.as_str()), &id));
    Ok(Json(shown))
}

/// A page of the members of a group.
pub(super) async fn members(
    State(console): State<Arc<Console>>,
    Path((tenant, id)): Path<(String, String)>,
    Query(Start { start }): Query<Start>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let group = console.groups.get(&id, &cx).await?;
    let all = group.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let origins = console.ledger.members_of(&id, &cx).await?;
    let mut members = Vec::new();
    for member in all.iter().skip(start.saturating_sub(1)).take(MEMBERS) {
        let member_id = member["value"].as_str().unwrap_or_default();
        let user = console.users.get(member_id, &cx).await.ok();
        let text = |name| user.as_deref().and_then(|user| user.text(name));
        members.push(json!({
            "id": member_id,
            "name": text("displayName").or_else(|| text("userName")).or(member["display"].as_str()),
            "userName": text("userName"),
            "active": user.as_ref().is_none_or(|user| user.get("active") != Some(&Value::Bool(false))),
            "isUser": user.is_some(),
            "origin": origins.get(member_id).copied().unwrap_or_default(),
        }));
    }
    Ok(Json(json!({ "total": all.len(), "start": start.max(1), "pageSize": MEMBERS, "members": members })))
}

impl Console {
    /// The resource, and what the host knows of it.
    async fn with_account(&self, resource: Value, cx: &RequestContext) -> Result<Value, ConsoleError> {
        let account = self.ledger.account(resource["id"].as_str().unwrap_or_default(), cx).await?;
        Ok(json!({ "resource": resource, "origin": account.origin, "quotaGb": account.quota_gb }))
    }

    async fn memberships(&self, user: &Value, id: &str, cx: &RequestContext) -> Result<Value, ConsoleError> {
        let origins = self.ledger.groups_of(id, cx).await?;
        let groups = user["groups"].as_array().map(Vec::as_slice).unwrap_or_default();
        let told = groups.iter().map(|group| {
            let origin = group["value"].as_str().and_then(|id| origins.get(id)).copied().unwrap_or_default();
            json!({ "id": group["value"], "name": group["display"], "type": group["type"], "origin": origin })
        });
        Ok(told.collect())
    }
}

fn in_url(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
