//! What an administrator has set and made is there after a restart, and in every process over the
//! same database.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::administrator::{Administrator, PASSWORD, body, provision, scim, user};
use crate::support::demo::Demo;

/// A SQLite file, and servers over it.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn start(&self, flags: &[&str]) -> Demo {
        let database = format!("sqlite:{}", self.0.path().join("scim.db").display());
        Demo::start(&[&["--database", &database, "--admin-password", PASSWORD], flags].concat())
    }
}

async fn generate(administrator: &Administrator, tenant: &str, replace: bool) -> (String, String) {
    let others = if replace { "endNow" } else { "stay" };
    let made = administrator
        .send("POST", &format!("/tenants/{tenant}/tokens"), Some(&json!({ "others": others })))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = body(&made);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&made["token"]), text(&made["record"]["id"]))
}

async fn set(administrator: &Administrator, tenant: &str, change: Value) -> Value {
    let answer =
        administrator.send("PUT", &format!("/tenants/{tenant}/settings"), Some(&change)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    body(&answer)
}

async fn users(demo: &Demo, token: &str) -> u16 {
    scim(demo.address(), "GET", "/Users", token, None).await.status
}

#[tokio::test]
async fn tenants_settings_and_tokens_outlive_the_process() {
    let site = Site::new();
    let demo = site.start(&[]);
    let administrator = Administrator::sign_in(&demo).await;
    assert_eq!(
        administrator.send("POST", "/tenants", Some(&json!({ "name": "acme" }))).await.status,
        201
    );
    let saved = set(
        &administrator,
        "acme",
        json!({ "quotaGb": 250, "orphans": "delete", "access": "header" }),
    )
    .await;
    let (revoked, revoked_id) = generate(&administrator, "acme", false).await;
    let (token, _) = generate(&administrator, "acme", false).await;
    assert_eq!(
        administrator
            .send("DELETE", &format!("/tenants/acme/tokens/{revoked_id}"), None)
            .await
            .status,
        204
    );
    let id = provision(demo.address(), &token, "bjensen").await;
    drop(demo);

    let demo = site.start(&[]);
    let administrator = Administrator::sign_in(&demo).await;
    let names: Vec<Value> =
        body(&administrator.get("/tenants").await)["tenants"].as_array().expect("a list").clone();
    let names: Vec<&str> = names.iter().filter_map(|tenant| tenant["name"].as_str()).collect();
    assert_eq!(names, ["acme", "demo"]);
    assert_eq!(body(&administrator.get("/tenants/acme/settings").await), saved);
    assert_eq!((users(&demo, &token).await, users(&demo, &revoked).await), (200, 401));
    let tokens = body(&administrator.get("/tenants/acme/tokens").await);
    assert_eq!(tokens["tokens"].as_array().map(Vec::len), Some(1), "{tokens}");
    assert_eq!(tokens["tokens"][0]["given"], false);
    let account = body(&administrator.get(&format!("/tenants/acme/users/{id}")).await);
    assert_eq!(account["quotaGb"], 250);

    for file in std::fs::read_dir(site.0.path()).expect("a folder") {
        let kept = std::fs::read(file.expect("a file").path()).expect("it can be read");
        assert!(
            !kept.windows(token.len()).any(|bytes| bytes == token.as_bytes()),
            "the token itself is kept"
        );
    }
}

#[tokio::test]
async fn flags_come_before_what_was_saved_and_leave_the_rest() {
    let site = Site::new();
    let demo = site.start(&["--tenant", "one=token-1", "--quota-gb", "100"]);
    let administrator = Administrator::sign_in(&demo).await;
    let saved =
        set(&administrator, "one", json!({ "departmentGroups": true, "quotaGb": 500 })).await;
    assert_eq!((&saved["departmentGroups"], &saved["quotaGb"]), (&json!(true), &json!(500)));
    drop(demo);

    let demo =
        site.start(&["--tenant", "one=token-2", "--no-groups", "one", "--orphans", "deactivate"]);
    let administrator = Administrator::sign_in(&demo).await;
    let found = body(&administrator.get("/tenants/one/settings").await);
    let expected = json!({
        "version": found["version"], "enabled": true, "groups": false, "quotaGb": 500, "departmentGroups": true,
        "orphans": "deactivate", "access": "bearer",
    });
    assert_eq!(found, expected);
    assert!(found["version"].as_u64() > saved["version"].as_u64(), "who had the page open is told");
    assert_eq!(
        users(&demo, "token-1").await,
        401,
        "a token of the command line ends with the process"
    );
    assert_eq!(users(&demo, "token-2").await, 200);
    drop(demo);

    let demo =
        site.start(&["--quota-gb", "100", "--disable-tenant", "one", "--tenant", "one=token-2"]);
    let administrator = Administrator::sign_in(&demo).await;
    let found = body(&administrator.get("/tenants/one/settings").await);
    assert_eq!(
        (&found["quotaGb"], &found["enabled"], &found["groups"]),
        (&json!(100), &json!(false), &json!(false))
    );
    assert_eq!(users(&demo, "token-2").await, 403);
}

#[tokio::test]
async fn what_one_process_is_told_holds_in_all() {
    let site = Site::new();
    let (one, other) =
        (site.start(&["--tenant", "one=token-1"]), site.start(&["--tenant", "one=token-1"]));
    let (here, there) = (Administrator::sign_in(&one).await, Administrator::sign_in(&other).await);
    let (token, id) = generate(&here, "one", false).await;
    assert_eq!(users(&other, &token).await, 200);
    let seen = body(&there.get("/tenants/one/settings").await);
    set(&here, "one", json!({ "enabled": false })).await;
    assert_eq!((users(&other, &token).await, users(&other, "token-1").await), (403, 403));
    let late = there
        .send(
            "PUT",
            "/tenants/one/settings",
            Some(&json!({ "enabled": true, "version": seen["version"] })),
        )
        .await;
    assert_eq!(late.status, 409, "{}", late.text());
    set(&there, "one", json!({ "enabled": true })).await;
    assert_eq!(there.send("DELETE", &format!("/tenants/one/tokens/{id}"), None).await.status, 204);
    assert_eq!(users(&one, &token).await, 401);
    assert_eq!(there.delete_tenant("one").await.status, 204);
    assert_eq!(users(&one, "token-1").await, 401);
}

#[tokio::test]
async fn administrators_who_save_at_once_do_not_lose_what_the_other_set() {
    let site = Site::new();
    let (one, other) =
        (site.start(&["--tenant", "one=token-1"]), site.start(&["--tenant", "one=token-1"]));
    let (here, there) = (Administrator::sign_in(&one).await, Administrator::sign_in(&other).await);
    for quota in 1..=10 {
        let (quota_change, switch_change) =
            (json!({ "quotaGb": quota }), json!({ "departmentGroups": quota % 2 == 0 }));
        tokio::join!(set(&here, "one", quota_change), set(&there, "one", switch_change));
        let found = body(&here.get("/tenants/one/settings").await);
        assert_eq!(
            (&found["quotaGb"], &found["departmentGroups"]),
            (&json!(quota), &json!(quota % 2 == 0))
        );
    }
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_goes_on_at_the_next_start() {
    let site = Site::new();
    let demo = site.start(&["--tenant", "one=token-1", "--tenant", "two=token-2"]);
    let address = demo.address();
    for number in 0..150 {
        assert_eq!(
            scim(address, "POST", "/Users", "token-1", Some(&user(&format!("user-{number}"))))
                .await
                .status,
            201
        );
    }
    let administrator = Administrator::sign_in(&demo).await;
    let deletion = async { administrator.delete_tenant("one").await };
    let refused = async { while users(&demo, "token-1").await == 200 {} };
    // Whether it comes to an end or not: the process is killed as soon as the tenant is not let in
    // any more.
    tokio::select! {
        _ = deletion => {}
        () = refused => {}
    }
    drop(demo);

    let demo = site.start(&["--tenant", "two=token-2"]);
    let administrator = Administrator::sign_in(&demo).await;
    let mut added = administrator.send("POST", "/tenants", Some(&json!({ "name": "one" }))).await;
    for _ in 0..10_000 {
        if added.status != 409 {
            break;
        }
        assert!(added.text().contains("is being deleted"), "{}", added.text());
        added = administrator.send("POST", "/tenants", Some(&json!({ "name": "one" }))).await;
    }
    assert_eq!(added.status, 201, "{}", added.text());
    assert_eq!(body(&administrator.get("/tenants/one/directory/users").await)["total"], 0);
}
