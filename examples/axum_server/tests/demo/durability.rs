//! A server that is killed in the middle of its work: what it had answered is there afterwards,
//! once, and nothing is half done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::requests::{body, get, post, user};
use crate::support::demo::Demo;
use crate::support::http::Client;

const ROUNDS: usize = 5;
const WRITERS: usize = 3;

/// What was acknowledged: users, by id, and members of the group.
#[derive(Default)]
struct Acknowledged {
    users: Vec<String>,
    members: BTreeSet<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_kill() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let start = || Demo::start(&["--database", &database, "--tenant", "one=token-1"]);
    let demo = start();
    let group =
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "All" });
    let group = body(&post(demo.address(), "/scim/v2/Groups", "token-1", &group).await)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    drop(demo);
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    for round in 0..ROUNDS {
        let demo = start();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (address, group, acknowledged) =
                    (demo.address(), group.clone(), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    write(Client::new(address), &format!("{round}-{writer}"), &group, &acknowledged)
                        .await
                })
            })
            .collect();
        let count = || acknowledged.lock().expect("nobody panics").users.len();
        let enough = count() + 20 + 7 * round;
        while count() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // With SIGKILL, whatever it is at.
        drop(demo);
        for writer in writers {
            writer.await.expect("it ends with the server");
        }
        let demo = start();
        let (users, members) = {
            let acknowledged = acknowledged.lock().expect("nobody panics");
            (acknowledged.users.clone(), acknowledged.members.clone())
        };
        for id in &users {
            let found = get(demo.address(), &format!("/scim/v2/Users/{id}"), "token-1").await;
            assert_eq!(found.status, 200, "user {id} is lost");
        }
        let group =
            body(&get(demo.address(), &format!("/scim/v2/Groups/{group}"), "token-1").await);
        let listed: Vec<&str> = group["members"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["value"].as_str())
            .collect();
        let once: BTreeSet<String> = listed.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(once.len(), listed.len(), "nobody is there twice");
        assert!(members.is_subset(&once), "a member is lost");
        // Each change made one version: none is there in part.
        assert_eq!(group["meta"]["version"], format!("W/\"{}\"", listed.len() + 1));
    }
}

/// Makes users and puts them into the group, until nobody answers.
async fn write(mut client: Client, name: &str, group: &str, acknowledged: &Mutex<Acknowledged>) {
    let headers = [("Authorization", "Bearer token-1"), ("Content-Type", "application/scim+json")];
    for number in 0.. {
        let made = user(&format!("{name}-{number}")).to_string();
        let Ok(answer) =
            client.send("POST", "/scim/v2/Users", &headers, Some(made.as_bytes())).await
        else {
            return;
        };
        assert_eq!(answer.status, 201, "{}", answer.text());
        let id = body(&answer)["id"].as_str().expect("an id").to_owned();
        acknowledged.lock().expect("nobody panics").users.push(id.clone());
        let operations: Value =
            json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
        let patch = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations }).to_string();
        let Ok(answer) = client
            .send("PATCH", &format!("/scim/v2/Groups/{group}"), &headers, Some(patch.as_bytes()))
            .await
        else {
            return;
        };
        assert!(answer.status < 300, "{}", answer.text());
        acknowledged.lock().expect("nobody panics").members.insert(id);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("scim.db");
    let demo = Demo::start(&[
        "--database",
        &format!("sqlite:{}", file.display()),
        "--tenant",
        "one=token-1",
    ]);
    assert_eq!(
        post(demo.address(), "/scim/v2/Users", "token-1", &user("bjensen")).await.status,
        201
    );
    for entry in folder.path().read_dir().expect("a folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
    }
}
