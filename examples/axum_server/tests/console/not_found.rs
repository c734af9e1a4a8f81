//! Links to what is not there: each says so, and shows or changes nothing else.

use serde_json::json;
use sqlx::{AnyPool, Executor};
use tempfile::TempDir;

use crate::administrator::{Administrator, FLAGS, PASSWORD, body, provision};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

const HEADING: &str = "document.querySelector('#main h1')?.textContent";

/// What of a tenant the page has asked for.
const ASKED: &str = "performance.getEntriesByType('resource').map((it) => it.name).filter((name) => name.includes('/api/tenants/'))";

/// Places, with the id of a user of tenant `one` for `{id}`; what they say, the title, and where
/// their link leads.
const PLACES: &[(&str, &str, &str, &str)] = &[
    ("#/one/users/none", "User not found", "Not found · Users · one", "#/one/users"),
    ("#/one/users/a%2Fb%3Fc", "User not found", "Not found · Users · one", "#/one/users"),
    ("#/two/users/{id}", "User not found", "Not found · Users · two", "#/two/users"),
    ("#/one/groups/none", "Group not found", "Not found · Groups · one", "#/one/groups"),
    ("#/one/activity/999", "Request not found", "Not found · Activity · one", "#/one/activity"),
    ("#/one/activity/none", "Request not found", "Not found · Activity · one", "#/one/activity"),
    ("#/one/nonsense", "Page nonsense not found", "No such page · one", "#/one/settings"),
    ("#/one/constructor", "Page constructor not found", "No such page · one", "#/one/settings"),
    ("#/one/settings/more", "Page settings/more not found", "No such page · one", "#/one/settings"),
    (
        "#/one/users/{id}/more",
        "Page users/{id}/more not found",
        "No such page · one",
        "#/one/settings",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_tenant_that_is_not_there_shows_no_other() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    provision(demo.address(), "token-1", "somebody@example.com").await;
    run(demo.address(), false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        for (place, name) in [
            ("#/acme-corp/users", "acme-corp"),
            ("#/acme-corp/settings", "acme-corp"),
            ("#/acme-corp", "acme-corp"),
            ("#/acme-corp/groups/1", "acme-corp"),
            ("#/acme-corp/activity", "acme-corp"),
            ("#/ONE/settings", "ONE"),
            ("#/one%20/settings", "one "),
            ("#/%zz/settings", "%zz"),
            ("#/constructor/constructor", "constructor"),
        ] {
            browser.go(&format!("/console/{place}")).await;
            browser.reload().await;
            browser
                .until(&format!("{HEADING} === {}", json!(format!("Tenant {name} not found"))))
                .await;
            assert!(browser.place().await.ends_with(place), "the address stays");
            assert_eq!(browser.value(ASKED).await, json!([]), "{place}");
            let (links, shown) = (
                "[...document.querySelectorAll('#tenants a')].map((it) => it.textContent)",
                "table, form, #generate",
            );
            assert_eq!(browser.value(links).await, json!(["one", "two"]), "{place}");
            assert_eq!(
                browser.value(&format!("document.querySelectorAll('{shown}').length")).await,
                0,
                "{place}"
            );
        }
        browser.visit("#/acme-corp/users", "#no-tenant").await;
        browser.picture("no-tenant").await;
        browser.click("#tenants a").await;
        browser.read("somebody@example.com").await;
        // One that was added elsewhere in the meantime is there.
        administrator.send("POST", "/tenants", Some(&json!({ "name": "acme-corp" }))).await;
        browser.visit("#/acme-corp/users", "#list .empty").await;
        // Where the address names none, it is the first.
        browser.go("/console/#").await;
        browser.reload().await;
        browser
            .until("document.getElementById('tenant-url')?.value.endsWith('/t/acme-corp/scim/v2')")
            .await;
        assert!(browser.place().await.ends_with("#/acme-corp/settings"), "the address says which");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_was_deleted_in_another_tab_is_told() {
    let demo =
        Demo::start(&[FLAGS, &["--tenant", "three=token-3", "--tenant", "four=token-4"]].concat());
    let other = Administrator::sign_in(&demo).await;
    let tokens = body(&other.get("/tenants/one/tokens").await);
    run(demo.address(), false, async move |browser: Browser| {
        let gone = async |name: &str| {
            browser.until(&format!("{HEADING} === 'Tenant {name} not found'")).await;
            assert!(browser.place().await.contains(&format!("#/{name}/")), "the address stays");
            browser.until("document.querySelector('dialog') === null").await;
        };
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/two/settings", "#generate").await;
        assert_eq!(other.delete_tenant("two").await.status, 204);
        browser.click("#generate").await;
        gone("two").await;

        browser.visit("#/three/users", "#list .empty").await;
        browser.click("#add").await;
        assert_eq!(other.delete_tenant("three").await.status, 204);
        browser.write("dialog #userName", "nobody").await;
        browser.click("dialog button.main").await;
        gone("three").await;

        // Whoever comes back from the other tab sees it without a click.
        browser.visit("#/four/activity", ".live.on").await;
        assert_eq!(other.delete_tenant("four").await.status, 204);
        browser.value("document.dispatchEvent(new Event('visibilitychange'))").await;
        gone("four").await;

        let users = body(&other.get("/tenants/one/directory/users").await);
        assert_eq!(
            (&users["total"], body(&other.get("/tenants/one/tokens").await)),
            (&json!(0), tokens),
            "the other tenant is as before"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_users_groups_and_requests_that_are_not_there_are_told() {
    let demo = Demo::start(FLAGS);
    let id = provision(demo.address(), "token-1", "somebody@example.com").await;
    run(demo.address(), false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        for (place, heading, title, back) in PLACES {
            let (place, heading) = (place.replace("{id}", &id), heading.replace("{id}", &id));
            let place = place.as_str();
            browser.visit(place, "#main h1").await;
            browser.until(&format!("{HEADING} === {}", json!(heading))).await;
            assert_eq!(
                browser.value("document.title").await,
                format!("{title} · SCIM console"),
                "{place}"
            );
            let link =
                browser.value("document.querySelector('#main a').getAttribute('href')").await;
            assert_eq!(link, *back, "{place}");
            assert!(browser.place().await.ends_with(place), "the address stays");
        }
        browser.visit("#/one/users/none", "#not-there").await;
        browser.picture("no-user").await;
        browser.click(".crumb a").await;
        browser.read("somebody@example.com").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer_is_told() {
    const CLOSED: &str = "ALTER TABLE host_tenant RENAME TO hidden";
    const OPEN: &str = "ALTER TABLE hidden RENAME TO host_tenant";
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let demo = Demo::start(&["--database", &database, "--admin-password", PASSWORD]);
    sqlx::any::install_default_drivers();
    let tables = AnyPool::connect(&database).await.expect("the demo's file");
    run(demo.address(), false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        tables.execute(CLOSED).await.expect("a table");
        browser.reload().await;
        browser.find("#no-answer").await;
        tables.execute(OPEN).await.expect("a table");
        browser.click("#again").await;
        browser.find("header nav").await;
        browser.click("#sign-out").await;
        browser.find("#sign-in").await;
        tables.execute(CLOSED).await.expect("a table");
        browser.write("#password", PASSWORD).await;
        browser.click("#sign-in").await;
        browser.find("#no-answer").await;
    })
    .await;
}
