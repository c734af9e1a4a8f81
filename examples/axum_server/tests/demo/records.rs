//! The demo's own records: tables that are made, and filled with what an earlier version has kept
//! as resources.

use std::net::SocketAddr;

use scimwire_sqlx::{PostgresDirectory, SqliteDirectory};
use serde_json::{Value, json};
use sqlx::{AnyPool, Executor, query_scalar};
use support::databases::{Cluster, bin_folder};
use tempfile::TempDir;

use crate::oauth::post_form;
use crate::process::refuses;
use crate::requests::{admin, body, get, send};
use crate::support::demo::Demo;

/// What stands in the tables of resources, and what is known of it.
const AS_RESOURCES: &str = include_str!("records-as-resources.sql");
const TOKEN: &str = "scim_JDh6ohQLTdXp9bcaTaJ7EaYv3QZP-ihkPqMSmOUPXjU";
const OTHER_TOKEN: &str = "scim_cCNCkdC4rM5WuKQrbks5o-563Y2f2Sb8r12pABRBfog";
const PASSWORD: &str = "desp2-aj95d-mzuj7-9tqvs";
const CLIENT: [(&str, &str); 2] =
    [("client_id", "demo.1ec399152701"), ("client_secret", "KuZKRkFLiJrmVRgTzuHoWRFOVizFJPNO")];
const ACCESS_TOKEN: &str = "scim_0i09nqnHN0Z8bBPJm1kxV6Ivjc-kMjtIjE6SMqttsss";
const REFRESH_TOKEN: &str = "loIVS2l4ZGP0n0NA1v5X1XtCEgaEs2W_.OjoJDj1aPvhTt4GshhGipgcyNFcs5ipX";
const USER: &str = "01a22d8c-0ca3-7234-959c-385e4f88cbd4";
const GROUP: &str = "01a22d8c-0cad-7050-99b9-817ce701f337";

fn start(database: &str) -> Demo {
    Demo::start(&["--database", database, "--admin-key", "key"])
}

async fn fill(url: &str) {
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(url).await.expect("a database");
    pool.execute(AS_RESOURCES).await.expect("rows for its tables");
    pool.close().await;
}

#[tokio::test]
async fn records_of_a_sqlite_file_move_into_tables() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("scim.db");
    SqliteDirectory::open(&file).await.expect("a file").close().await;
    let database = format!("sqlite:{}", file.display());
    fill(&database).await;
    records_are_as_before(&database, &database).await;
}

#[tokio::test]
async fn records_of_a_postgresql_database_move_into_tables() {
    let Some(bin) = bin_folder() else {
        assert!(std::env::var_os("SCIMWIRE_REQUIRE_POSTGRES").is_none(), "no PostgreSQL is here");
        eprintln!("PostgreSQL is not installed: what needs it is left out");
        return;
    };
    let cluster = Cluster::start(&bin, &[]);
    let url = cluster.new_database().await;
    PostgresDirectory::connect(&url).await.expect("a database").close().await;
    fill(&url).await;
    records_are_as_before(&url, &url).await;
}

async fn records_are_as_before(database: &str, url: &str) {
    let demo = start(database);
    let at = demo.address();
    for (base, token) in [("/scim/v2", TOKEN), ("/t/acme/scim/v2", OTHER_TOKEN)] {
        assert_eq!(get(at, &format!("{base}/Users"), token).await.status, 200, "{base}");
    }
    assert_eq!(get(at, "/t/acme/scim/v2/Users", TOKEN).await.status, 401);
    let settings = body(&admin(at, "/admin/api/tenants/demo/settings").await);
    let expected = json!({
        "version": 1, "enabled": true, "groups": true, "quotaGb": 7, "departmentGroups": true,
        "orphans": "deactivate", "access": "header",
    });
    assert_eq!(settings, expected);
    let user = body(&admin(at, &format!("/admin/api/tenants/demo/users/{USER}")).await);
    assert_eq!((&user["origin"], &user["groups"][0]["origin"]), (&json!("LOCAL"), &json!("LOCAL")));
    assert_eq!(user["groups"][0]["id"], GROUP);
    assert_eq!(sign_in(at).await, 200);
    grants_go_on(at).await;
    drop(demo);

    let pool = AnyPool::connect(url).await.expect("a database");
    let left = "SELECT count(*) FROM scim_resource WHERE resource_type NOT IN ('User', 'Group')";
    assert_eq!(query_scalar::<_, i64>(left).fetch_one(&pool).await.expect("a number"), 0);
    let password = "SELECT value FROM host_secret WHERE name = 'admin-password'";
    let password: String = query_scalar(password).fetch_one(&pool).await.expect("it is kept");
    assert!(password.starts_with("$argon2id$"), "hashed anew when it was typed: {password}");
    pool.close().await;
    let demo = start(database);
    assert_eq!(get(demo.address(), "/scim/v2/Users", TOKEN).await.status, 200);
    assert_eq!(sign_in(demo.address()).await, 200);
}

async fn sign_in(at: SocketAddr) -> u16 {
    let body = json!({ "password": PASSWORD }).to_string();
    let headers = [("Content-Type", "application/json")];
    send(at, "POST", "/console/api/session", &headers, Some(body.as_bytes())).await.status
}

/// What was granted is good, and ends as it would have.
async fn grants_go_on(at: SocketAddr) {
    let ask = async |form: &[(&str, &str)]| {
        post_form(at, "/oauth/token", &[], &[&CLIENT, form].concat()).await
    };
    let lets_in =
        async |tokens: &Value| get(at, "/scim/v2/Users", text(tokens, "access_token")).await.status;
    assert_eq!(get(at, "/scim/v2/Users", ACCESS_TOKEN).await.status, 200);
    let own = body(&ask(&[("grant_type", "client_credentials")]).await);
    let renewal = [("grant_type", "refresh_token"), ("refresh_token", REFRESH_TOKEN)];
    let renewed = body(&ask(&renewal).await);
    assert_eq!((lets_in(&own).await, lets_in(&renewed).await), (200, 200));
    assert_eq!(ask(&renewal).await.status, 400, "it came twice");
    assert_eq!(get(at, "/scim/v2/Users", ACCESS_TOKEN).await.status, 401, "its grant has ended");
    assert_eq!((lets_in(&own).await, lets_in(&renewed).await), (200, 401));
}

fn text<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

#[tokio::test]
async fn newer_tables_are_refused() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let demo = start(&database);
    assert_eq!(admin(demo.address(), "/admin/api/tenants/demo/settings").await.status, 200);
    drop(demo);
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(&database).await.expect("a database");
    let newer = "UPDATE _sqlx_migrations SET version = 1000 WHERE version = 2";
    pool.execute(newer).await.expect("it is there");
    pool.close().await;
    refuses(&["--database", &database], "have version 1000, which this program does not support");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_are_started_at_once_make_the_tables_once() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let started = (0..4).map(|_| {
        let database = database.clone();
        tokio::task::spawn_blocking(move || {
            Demo::start(&["--database", &database, "--tenant", "one=token-1"])
        })
    });
    for started in started.collect::<Vec<_>>() {
        let demo = started.await.expect("it starts");
        assert_eq!(get(demo.address(), "/scim/v2/Users", "token-1").await.status, 200);
    }
}
