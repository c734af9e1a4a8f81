//! The workflows of the five products, while the administrator looks on.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::administrator::{Administrator, PASSWORD, body};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;
use crate::support::transcript::replay::replay;
use crate::support::transcript::{Settings, Transcript};

const TENANT: &str = "main";

/// Makes a test of each product.
macro_rules! products {
    ($($name:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                watch(stringify!($name)).await;
            }
        )+
    };
}

products! { mammoth mangoapps infrascale keepnet iomete }

/// Replays the transcript of a product while the activity page is open, and looks at the other
/// pages before and after.
async fn watch(product: &'static str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/idp");
    let settings =
        fs::read_to_string(folder.join("settings.json")).expect("the settings can be read");
    let settings: Settings =
        serde_json::from_str(&settings).expect("the settings follow their format");
    let transcript = Transcript::load(&folder.join(format!("products/{product}.jsonl")));
    let (flags, variables) = settings.of(product);
    let flags: Vec<_> =
        flags.iter().map(String::as_str).chain(["--admin-password", PASSWORD]).collect();
    let demo = Demo::start(&flags);
    let administrator = Administrator::sign_in(&demo).await;
    let address = demo.address();
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit(&format!("#/{TENANT}/users"), "#list .empty").await;
        browser.visit(&format!("#/{TENANT}/groups"), "#list .empty").await;
        browser.picture(&format!("{product}-before")).await;
        browser.visit(&format!("#/{TENANT}/activity"), ".live.on").await;

        let outcome = replay(&transcript, address, variables).await;
        assert!(outcome.is_pass(), "{product}\n{outcome}");
        let requests = body(&administrator.get(&format!("/tenants/{TENANT}/activity")).await);
        let requests = requests["requests"].as_array().expect("a list").clone();
        assert!(requests.len() > 5, "{product}: {requests:?}");
        browser
            .until(&format!(
                "document.querySelectorAll('#requests tr').length === {}",
                requests.len()
            ))
            .await;
        browser.picture(&format!("{product}-activity")).await;
        let change = requests
            .iter()
            .max_by_key(|it| (it["noticed"].as_u64(), it["changed"].as_u64()))
            .expect("a request");
        browser.visit(&format!("#/{TENANT}/activity/{}", change["seq"]), "#changes").await;
        browser.picture(&format!("{product}-request")).await;

        for kind in ["users", "groups"] {
            let page =
                body(&administrator.get(&format!("/tenants/{TENANT}/directory/{kind}")).await);
            let found = page["resources"].as_array().expect("a page").clone();
            browser.visit(&format!("#/{TENANT}/{kind}"), "#list > *").await;
            assert_eq!(
                browser.value("document.querySelectorAll('#list tbody tr').length").await,
                found.len(),
                "{product} {kind}"
            );
            browser.picture(&format!("{product}-{kind}")).await;
            if let Some(first) = found.first() {
                look_at(&browser, product, kind, first).await;
            }
        }
    })
    .await;
}

/// The page of one shows who it is, and where from.
async fn look_at(browser: &Browser, product: &str, kind: &str, item: &Value) {
    let id = item["resource"]["id"].as_str().expect("an id");
    browser.visit(&format!("#/{TENANT}/{kind}/{id}"), "#history").await;
    browser.read(item["origin"].as_str().expect("an origin")).await;
    browser.read(id).await;
    browser.picture(&format!("{product}-{}", kind.trim_end_matches('s'))).await;
}
