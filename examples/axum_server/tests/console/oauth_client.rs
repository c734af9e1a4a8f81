//! A client of OAuth 2 that an administrator has made, and what it asks for.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::administrator::{Administrator, PASSWORD, body, scim, send};
use crate::support::demo::Demo;
use crate::support::http::Response;

pub(crate) const CLIENTS: &str = "/tenants/one/clients";
pub(crate) const CALLBACK: &str = "https://idp.example.com/callback";

pub(crate) type Pairs<'p> = &'p [(&'p str, &'p str)];

/// A client that was made, and its secret.
pub(crate) struct Made {
    pub(crate) at: SocketAddr,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Made {
    pub(crate) async fn new(
        demo: &Demo,
        administrator: &Administrator,
        redirects: &[&str],
    ) -> Self {
        let made =
            administrator.send("POST", CLIENTS, Some(&json!({ "redirects": redirects }))).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = body(&made);
        Self {
            at: demo.address(),
            id: text(&made["client"], "id").to_owned(),
            secret: text(&made, "secret").to_owned(),
        }
    }

    pub(crate) async fn post(&self, path: &str, form: Pairs<'_>) -> Response {
        let credentials =
            [("client_id", self.id.as_str()), ("client_secret", self.secret.as_str())];
        post_form(self.at, path, &[], &[&credentials, form].concat()).await
    }

    pub(crate) async fn ask(&self, form: Pairs<'_>) -> Response {
        self.post("/oauth/token", form).await
    }

    pub(crate) async fn own_token(&self) -> Response {
        self.ask(&[("grant_type", "client_credentials")]).await
    }

    pub(crate) async fn refresh(&self, tokens: &Value) -> Response {
        self.ask(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", text(tokens, "refresh_token")),
        ])
        .await
    }

    pub(crate) async fn question(&self, redirect: &str) -> (String, Response) {
        let query =
            [("response_type", "code"), ("client_id", &self.id), ("redirect_uri", redirect)];
        let path = format!("/t/one/oauth/authorize?{}", encoded(&query));
        let page = send(self.at, "GET", &path, &[], None).await;
        (path, page)
    }

    /// What an administrator's consent gives.
    pub(crate) async fn code(&self) -> String {
        let (path, page) = self.question(CALLBACK).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let cookie = page.header("Set-Cookie").expect("a cookie");
        let page = page.text();
        let (_, nonce) = page.split_once("name=\"nonce\" value=\"").expect("a number in the form");
        let form = [
            ("nonce", nonce.split('"').next().expect("its end")),
            ("password", PASSWORD),
            ("decision", "allow"),
        ];
        let cookie = cookie.split(';').next().expect("a first part");
        let sent = post_form(self.at, &path, &[("Cookie", cookie)], &form).await;
        let location = sent.header("Location").unwrap_or_else(|| panic!("{}", sent.text()));
        let (_, code) = location.split_once("code=").expect("a code");
        code.split('&').next().unwrap_or(code).to_owned()
    }

    pub(crate) async fn redeem(&self, code: &str) -> Response {
        self.ask(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ])
        .await
    }

    pub(crate) async fn allowed(&self) -> Value {
        granted(&self.redeem(&self.code().await).await)
    }

    /// The same client of another process.
    pub(crate) fn at(&self, demo: &Demo) -> Self {
        Self { at: demo.address(), id: self.id.clone(), secret: self.secret.clone() }
    }
}

pub(crate) fn encoded(pairs: Pairs<'_>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(crate) async fn post_form(
    at: SocketAddr,
    path: &str,
    headers: Pairs<'_>,
    form: Pairs<'_>,
) -> Response {
    let headers = [&[("Content-Type", "application/x-www-form-urlencoded")], headers].concat();
    send(at, "POST", path, &headers, Some(&encoded(form))).await
}

#[track_caller]
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

#[track_caller]
pub(crate) fn granted(answer: &Response) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    body(answer)
}

#[track_caller]
pub(crate) fn refused(answer: &Response, status: u16, error: &str) {
    assert_eq!(
        (answer.status, &body(answer)["error"]),
        (status, &json!(error)),
        "{}",
        answer.text()
    );
}

pub(crate) async fn status(at: SocketAddr, tokens: &Value) -> u16 {
    scim(at, "GET", "/Users", text(tokens, "access_token"), None).await.status
}

pub(crate) async fn listed(administrator: &Administrator, id: &str) -> Value {
    let listed = body(&administrator.get(CLIENTS).await);
    let clients = listed["clients"].as_array().expect("a list");
    clients.iter().find(|client| client["id"] == id).cloned().unwrap_or_default()
}
