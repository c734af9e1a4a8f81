//! The rules of the host's own, beyond what the transcripts of the products show.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::requests::{
    FLAGS, admin, administer, assert_scim_error, body, delete, get, patch, post, put, send, user,
};
use crate::support::demo::Demo;

mod events;
mod orphans;
mod provisioning;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A demo server with more flags, asked for its tenant `one`.
struct Host {
    demo: Demo,
}

impl Host {
    fn start(flags: &[&str]) -> Self {
        Self { demo: Demo::start(&[FLAGS, flags].concat()) }
    }

    fn address(&self) -> SocketAddr {
        self.demo.address()
    }

    /// The id of what was created.
    async fn create(&self, path: &str, resource: &Value) -> String {
        let created = post(self.address(), &format!("/scim/v2{path}"), "token-1", resource).await;
        assert_eq!(created.status, 201, "{}", created.text());
        id(&body(&created))
    }

    async fn user(&self, name: &str) -> String {
        self.create("/Users", &user(name)).await
    }

    async fn group(&self, name: &str, members: &[&str]) -> String {
        self.create("/Groups", &group(name, members)).await
    }

    async fn put(&self, path: &str, resource: &Value) {
        let answer = put(self.address(), &format!("/scim/v2{path}"), "token-1", resource).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }

    async fn patch(&self, path: &str, operations: Value) {
        let answer =
            patch(self.address(), &format!("/scim/v2{path}"), "token-1", &operations).await;
        assert!([200, 204].contains(&answer.status), "{path}: {}", answer.text());
    }

    async fn delete(&self, path: &str) {
        let answer = delete(self.address(), &format!("/scim/v2{path}"), "token-1").await;
        assert_eq!(answer.status, 204, "{path}: {}", answer.text());
    }

    /// What the administrator sends; it has to succeed.
    async fn administer(&self, method: &str, path: &str, sent: Value) -> Value {
        let answer = administer(self.address(), method, &format!("one/{path}"), &sent).await;
        assert!([200, 201, 204].contains(&answer.status), "{method} {path}: {}", answer.text());
        answer.json().unwrap_or_default()
    }

    /// The administrator's view; null where there is none.
    async fn view(&self, path: &str) -> Value {
        let answer = admin(self.address(), &format!("/admin/api/tenants/one/{path}")).await;
        if answer.status == 404 { Value::Null } else { body(&answer) }
    }

    async fn user_view(&self, id: &str) -> Value {
        self.view(&format!("users/{id}")).await
    }

    /// The groups of a user, each with where the membership came from, in the order of their names.
    async fn groups_of(&self, user: &str) -> Vec<(String, String)> {
        memberships(&self.user_view(user).await["groups"])
    }

    async fn members_of(&self, group: &str) -> Vec<(String, String)> {
        memberships(&self.view(&format!("groups/{group}")).await["members"])
    }

    /// The names of the events, each with the id of the resource.
    async fn events(&self) -> Vec<(String, String)> {
        let events = self.view("events").await;
        let events = events.as_array().expect("events").iter();
        events.map(|event| (text(&event["event"]), text(&event["resourceId"]))).collect()
    }

    async fn count(&self, event: &str, id: &str) -> usize {
        self.events().await.iter().filter(|(name, of)| name == event && of == id).count()
    }
}

fn memberships(list: &Value) -> Vec<(String, String)> {
    let list = list.as_array().expect("a list").iter();
    let mut list: Vec<(String, String)> = list
        .map(|membership| (text(&membership["display"]), text(&membership["origin"])))
        .collect();
    list.sort();
    list
}

fn listed(memberships: &[(&str, &str)]) -> Vec<(String, String)> {
    memberships
        .iter()
        .map(|(display, origin)| ((*display).to_owned(), (*origin).to_owned()))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn id(resource: &Value) -> String {
    text(&resource["id"])
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members })
}

fn of_department(name: &str, department: &str) -> Value {
    let mut user = user(name);
    user["schemas"] = json!([user["schemas"][0], ENTERPRISE]);
    user[ENTERPRISE] = json!({ "department": department });
    user
}
