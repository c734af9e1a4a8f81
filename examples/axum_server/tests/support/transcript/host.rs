//! What the host application sees of a request, through the demo's admin view.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::time::{self, Instant};

use super::variables::{Unbound, Variables, url_text};
use super::{Failure, HostAction, Miss, clip};
use crate::support::http::{Client, Response, SendError};
use compare::{check_events, shows};

mod compare;

/// The time the host has, from the answer on.
const HOST_PATIENCE: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How long the events must stay as they are, so that one too many does not slip through.
const SETTLE: Duration = Duration::from_millis(50);

type Event = Map<String, Value>;

/// The last event of each tenant before a request; none where there was no event yet.
pub(super) type Marks = BTreeMap<String, Option<f64>>;

/// What the host must see of a request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostExpect {
    events: Option<Vec<Event>>,
    events_include: Option<Vec<Event>>,
    user: Option<Shown>,
    #[serde(default)]
    users: Vec<Shown>,
    group: Option<Shown>,
    #[serde(default)]
    groups: Vec<Shown>,
    other_tenant: Option<Box<Self>>,
}

/// What the admin view must show of a resource, or that it is gone.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Shown {
    id: String,
    #[serde(default)]
    gone: bool,
    #[serde(flatten)]
    members: Map<String, Value>,
}

impl HostExpect {
    fn filled(&self, variables: &Variables) -> Result<Self, Unbound> {
        let template = serde_json::to_value(self).expect("expectations are JSON");
        let filled = variables.value(&template)?;
        Ok(serde_json::from_value(filled).expect("an expectation with values is an expectation"))
    }

    /// What to look at, for each tenant that is spoken of.
    fn tenants(&self, variables: &Variables) -> Result<Vec<(String, &Self)>, Unbound> {
        let mut tenants = vec![(variables.text("{{tenant}}")?, self)];
        if let Some(other) = &self.other_tenant {
            tenants.push((variables.text("{{other_tenant}}")?, other));
        }
        Ok(tenants)
    }

    fn speaks_of_events(&self) -> bool {
        self.events.is_some() || self.events_include.is_some()
    }

    /// The resources to look at, with the folder of the admin view that they stand in.
    fn resources(&self) -> impl Iterator<Item = (&'static str, &Shown)> {
        let users = self.user.iter().chain(&self.users);
        let groups = self.group.iter().chain(&self.groups);
        users.map(|user| ("users", user)).chain(groups.map(|group| ("groups", group)))
    }
}

/// The admin view of a demo server.
#[derive(Debug)]
pub(super) struct AdminView {
    client: Client,
    key: String,
}

impl AdminView {
    pub(super) fn new(address: SocketAddr, key: String) -> Self {
        Self { client: Client::new(address), key }
    }

    /// Does what the administrator does.
    pub(super) async fn act(
        &mut self,
        action: &HostAction,
        variables: &Variables,
    ) -> Result<(), Failure> {
        let tenant = variables.text("{{tenant}}")?;
        let path = variables.url(&action.path)?;
        let body = match &action.body {
            Some(body) => Some(variables.value(body)?),
            None => None,
        };
        let response = self.call(&action.method, &tenant, &path, body.as_ref()).await?;
        if matches!(response.status, 200 | 204) {
            return Ok(());
        }
        let action = format!("host action {} {path} accepted", action.method);
        Err(Miss::new(action, response.status).into())
    }

    /// The last event before a request, where the request's events are asked for.
    pub(super) async fn marks(
        &mut self,
        wanted: &HostExpect,
        variables: &Variables,
    ) -> Result<Marks, Failure> {
        let mut marks = Marks::new();
        for (tenant, wanted) in wanted.tenants(variables)? {
            if wanted.speaks_of_events() {
                let events = self.events(&tenant).await?;
                let last = events.last().and_then(sequence);
                marks.insert(tenant, last);
            }
        }
        Ok(marks)
    }

    /// Waits until the host sees what it must, but not longer than it has.
    pub(super) async fn expect(
        &mut self,
        wanted: &HostExpect,
        variables: &Variables,
        marks: &Marks,
        answered: Instant,
    ) -> Result<(), Failure> {
        let wanted = wanted.filled(variables)?;
        let tenants = wanted.tenants(variables)?;
        let mut seen = false;
        loop {
            match self.look(&tenants, marks).await {
                Ok(()) if seen || marks.is_empty() => return Ok(()),
                Ok(()) => {
                    seen = true;
                    time::sleep(SETTLE).await;
                }
                Err(Failure::Miss(_)) if !seen && answered.elapsed() < HOST_PATIENCE => {
                    time::sleep(POLL_INTERVAL).await;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn look(
        &mut self,
        tenants: &[(String, &HostExpect)],
        marks: &Marks,
    ) -> Result<(), Failure> {
        for (tenant, wanted) in tenants {
            if wanted.speaks_of_events() {
                let mark = marks.get(tenant).copied().flatten();
                let mut events = self.events(tenant).await?;
                events.retain(|event| mark.is_none_or(|mark| sequence(event) > Some(mark)));
                check_events(wanted, &events)?;
            }
            for (folder, shown) in wanted.resources() {
                self.look_at(tenant, folder, shown).await?;
            }
        }
        Ok(())
    }

    async fn look_at(&mut self, tenant: &str, folder: &str, shown: &Shown) -> Result<(), Failure> {
        let path = format!("/{folder}/{}", url_text(&shown.id));
        let response = self.call("GET", tenant, &path, None).await?;
        let expected = match (shown.gone, response.status) {
            (true, 404) => return Ok(()),
            (true, _) => format!("{path} of tenant {tenant} gone (404 in the admin view)"),
            (false, _) => format!("{path} of tenant {tenant} in the admin view"),
        };
        match response.json() {
            Some(Value::Object(resource)) if !shown.gone && response.status == 200 => {
                let mut wanted = shown.members.clone();
                wanted.insert("id".to_owned(), Value::String(shown.id.clone()));
                Ok(shows(&Value::Object(wanted), &Value::Object(resource), folder)?)
            }
            _ => Err(unexpected(expected, &response)),
        }
    }

    /// The events of a tenant, oldest first.
    async fn events(&mut self, tenant: &str) -> Result<Vec<Event>, Failure> {
        let response = self.call("GET", tenant, "/events", None).await?;
        let events = response.json().filter(|_| response.status == 200);
        let Some(events) =
            events.and_then(|events| serde_json::from_value::<Vec<Event>>(events).ok())
        else {
            let expected = format!("a list of the events of tenant {tenant}");
            return Err(unexpected(expected, &response));
        };
        // A sequence that is no number compares as none, which is not above anything.
        if let Some(first) = events.first().filter(|event| sequence(event).is_none()) {
            return Err(disordered(first));
        }
        match events.windows(2).find(|pair| sequence(&pair[1]) <= sequence(&pair[0])) {
            Some(pair) => Err(disordered(&pair[1])),
            None => Ok(events),
        }
    }

    async fn call(
        &mut self,
        method: &str,
        tenant: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, SendError> {
        let path = format!("/admin/api/tenants/{}{path}", url_text(tenant));
        let mut headers = vec![("X-Admin-Key", self.key.as_str())];
        let body = body.map(Value::to_string);
        if body.is_some() {
            headers.push(("Content-Type", "application/json"));
        }
        let body = body.as_deref().map(str::as_bytes);
        self.client.send(method, &path, &headers, body).await
    }
}

fn sequence(event: &Event) -> Option<f64> {
    event.get("seq").and_then(Value::as_f64)
}

fn disordered(event: &Event) -> Failure {
    let got = Value::Object(event.clone());
    Miss::new("events in order, each with a `seq` above the one before", got).into()
}

fn unexpected(expected: String, response: &Response) -> Failure {
    let got = format!("{} {}", response.status, clip(&response.text()));
    Miss::new(expected, got).into()
}
