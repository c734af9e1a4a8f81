//! What the test button of an identity provider sends, sent to ourselves: the same requests, to the
//! same endpoint, with a token.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::Json;
use axum::body::{self, Body};
use axum::extract::{ConnectInfo, Path, State};
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, StatusCode};
use scimwire::Secret;
use scimwire::auth::{Tenant, TokenGrant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_service::Service;

use super::Console;
use super::error::ConsoleError;
use crate::tenants::Access;

/// The lifetime of the token that is made for a test without one.
const LIFETIME: Duration = Duration::from_secs(60);

/// The largest answer that is read: a page of users.
const ANSWER_BYTES: usize = 4 << 20;

/// No user has this name: a search for it finds nothing.
const NOBODY: &str = "f2a8d3c1-0b7e-4c55-9f61-5f0c7a0e9b3d";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    /// As it was pasted; without one the test makes one of its own.
    #[serde(default)]
    token: Option<String>,
    /// `true` if to create, change and delete a user as well.
    #[serde(default)]
    lifecycle: bool,
}

/// One step: the request, and whether the response was right.
#[derive(Serialize)]
struct Step {
    name: &'static str,
    request: String,
    status: Option<u16>,
    passed: bool,
    /// What is wrong, or what came.
    words: String,
    micros: u128,
}

/// Somebody who tests.
struct Tester<'c> {
    console: &'c Console,
    base: String,
    /// `true` if the tenant has any.
    groups: bool,
    authorization: HeaderValue,
    steps: Vec<Step>,
    /// Part of the name of the user that is made, so that two who test at once do not meet.
    number: u128,
}

/// The expected response.
struct Expected {
    status: StatusCode,
    /// The expected content of the body, if any.
    holds: fn(&Value) -> bool,
}

pub(super) async fn run(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<Json<Value>, ConsoleError> {
    let settings = console.tenants.settings(&tenant).await?.ok_or(ConsoleError::NotFound)?;
    let tokens = match settings.access {
        Access::Bearer | Access::Header => console.tenants.tokens(),
        Access::OAuth => console.tenants.access_tokens(),
    };
    let tenant = Tenant::from(tenant.as_str());
    let pasted = wanted.token.filter(|token| !token.is_empty());
    let (token, own) = match &pasted {
        Some(pasted) => (Secret::from(clean(pasted)), None),
        None => {
            let issued = tokens.issue(TokenGrant::new(tenant.clone()).expires_in(LIFETIME)).await?;
            (issued.secret, Some(issued.record.id))
        }
    };
    let authorization = HeaderValue::try_from(format!("Bearer {}", token.expose()));
    let authorization = authorization.map_err(|_| {
        ConsoleError::Refused(
            StatusCode::BAD_REQUEST,
            "The token contains characters that are not allowed in an HTTP header. Paste it again."
                .to_owned(),
        )
    })?;
    let number =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let (base, groups) = (format!("/t/{tenant}/scim/v2"), settings.groups);
    let mut tester =
        Tester { console: &console, base, groups, authorization, steps: Vec::new(), number };
    if let Some(pasted) = &pasted {
        tester.look_at(pasted);
    }
    tester.connect().await;
    if wanted.lifecycle {
        tester.live_through().await;
    }
    let steps = tester.steps;
    if let Some(id) = own {
        tokens.revoke(&tenant, &id).await?;
    }
    Ok(Json(json!({ "passed": steps.iter().all(|step| step.passed), "steps": steps })))
}

/// The token in what was pasted: without the scheme, the quotation marks and the spaces that came
/// along.
fn clean(pasted: &str) -> &str {
    let around = |character: char| {
        character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '“' | '”')
    };
    let token = pasted.trim_matches(around);
    let bare = token
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("bearer "))
        .map_or(token, |_| &token[7..]);
    bare.trim_matches(around)
}

impl Tester<'_> {
    /// Says what came along with the token: an identity provider sends that too, and is refused.
    fn look_at(&mut self, pasted: &str) {
        let is_clean = clean(pasted) == pasted;
        let words = if is_clean {
            "No extra characters."
        } else {
            "The token has extra spaces, quotation marks or the word Bearer: paste only the token. The test continues without them."
        };
        self.note("Token as pasted", String::new(), None, is_clean, words.to_owned(), 0);
    }

    /// What is sent to see whether the connection works.
    async fn connect(&mut self) {
        let list = |value: &Value| value["totalResults"].is_u64();
        let ok = |holds| Expected { status: StatusCode::OK, holds };
        self.ask(
            "Read the configuration",
            "/ServiceProviderConfig",
            ok(|config| config["patch"].is_object()),
        )
        .await;
        self.ask("Okta: test credentials, users", "/Users?startIndex=1&count=2", ok(list)).await;
        if self.groups {
            self.ask("Okta: test credentials, groups", "/Groups?startIndex=1&count=100", ok(list))
                .await;
        } else {
            let not_found = Expected {
                status: StatusCode::NOT_FOUND,
                holds: |error| error["detail"].is_string(),
            };
            self.ask("Groups are disabled: not found", "/Groups?startIndex=1&count=100", not_found)
                .await;
        }
        let nobody = format!("/Users?filter=userName+eq+%22{NOBODY}%22");
        self.ask(
            "Entra ID: look up a user that does not exist",
            &nobody,
            ok(|found| found["totalResults"] == 0),
        )
        .await;
    }

    /// A user of the test's own, from beginning to end.
    async fn live_through(&mut self) {
        let name = format!("console-test-{}@example.com", self.number);
        let user = |display: &str| json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "displayName": display, "active": true });
        let switch = |active: bool| {
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "replace", "value": { "active": active } }],
            })
        };
        let created =
            Expected { status: StatusCode::CREATED, holds: |user| user["id"].is_string() };
        let made = self
            .send("Create a user", Method::POST, "/Users", Some(&user("Console Test")), &created)
            .await;
        let Some(id) = made["id"].as_str() else {
            return;
        };
        let path = format!("/Users/{id}");
        let ok = |holds| Expected { status: StatusCode::OK, holds };
        let renamed = ok(|user| user["displayName"] == "Console Test, renamed");
        self.send(
            "Change the display name",
            Method::PUT,
            &path,
            Some(&user("Console Test, renamed")),
            &renamed,
        )
        .await;
        self.send(
            "Deactivate",
            Method::PATCH,
            &path,
            Some(&switch(false)),
            &ok(|user| user["active"] == false),
        )
        .await;
        self.send(
            "Reactivate",
            Method::PATCH,
            &path,
            Some(&switch(true)),
            &ok(|user| user["active"] == true),
        )
        .await;
        let gone = Expected { status: StatusCode::NO_CONTENT, holds: |_| true };
        self.send("Delete", Method::DELETE, &path, None, &gone).await;
    }

    async fn ask(&mut self, name: &'static str, path: &str, expected: Expected) {
        self.send(name, Method::GET, path, None, &expected).await;
    }

    /// Sends a request as an identity provider would, and judges the answer.
    async fn send(
        &mut self,
        name: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
        expected: &Expected,
    ) -> Value {
        let shown = format!("{method} {path}");
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(AUTHORIZATION, &self.authorization)
            .header(CONTENT_TYPE, "application/scim+json")
            .header(USER_AGENT, "Console test")
            .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
            .body(Body::from(body.map(Value::to_string).unwrap_or_default()));
        let Ok(request) = request else {
            self.note(name, shown, None, false, "The request could not be built.".to_owned(), 0);
            return Value::Null;
        };
        let begun = Instant::now();
        let Ok(answer) = self.console.scim.clone().call(request).await;
        let micros = begun.elapsed().as_micros();
        let status = answer.status();
        let body = body::to_bytes(answer.into_body(), ANSWER_BYTES).await.unwrap_or_default();
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        let passed = status == expected.status && (expected.holds)(&value);
        let words = match &value["detail"] {
            Value::String(detail) if !passed => detail.clone(),
            _ if !passed => format!("Expected {} with a matching body.", expected.status),
            _ => value["totalResults"]
                .as_u64()
                .map(|total| format!("{total} found"))
                .unwrap_or_default(),
        };
        self.note(name, shown, Some(status.as_u16()), passed, words, micros);
        value
    }

    fn note(
        &mut self,
        name: &'static str,
        request: String,
        status: Option<u16>,
        passed: bool,
        words: String,
        micros: u128,
    ) {
        self.steps.push(Step { name, request, status, passed, words, micros });
    }
}
