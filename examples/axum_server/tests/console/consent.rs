//! OAuth 2 as an administrator meets it in the browser: choosing it, making a client, allowing it,
//! and ending it.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::administrator::{FLAGS, PASSWORD, body, scim, send};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

/// Lets the tenant take access tokens alone.
async fn choose_oauth(browser: &Browser, address: SocketAddr) {
    browser.click("input[name=access][value=oauth]").await;
    browser.click("#save").await;
    browser.click("dialog button.danger").await;
    browser.find("#tokens-refused").await;
    browser
        .until("document.querySelector('#clients-card').nextElementSibling.id === 'tokens-refused'")
        .await;
    assert_eq!(scim(address, "GET", "/Users", "token-1", None).await.status, 401);
}

/// Gives a client other redirect URIs, in the dialog that is open.
async fn change_addresses(browser: &Browser, id: &str) {
    browser.write("dialog #addresses", "nonsense").await;
    browser.click("dialog button.main").await;
    browser.read("nonsense: a redirect URI must begin with").await;
    browser.picture("client-addresses").await;
    browser.write("dialog #addresses", "https://idp.example.com/callback").await;
    browser.click("dialog button.main").await;
    browser
        .until(&format!(
            "document.querySelectorAll(\"[data-client='{id}'] .mono.muted\").length === 1"
        ))
        .await;
}

/// Sends a token request with the id and the secret of a client.
async fn request_token(address: SocketAddr, (id, secret): (&str, &str), form: &str) -> Value {
    let form = format!("client_id={id}&client_secret={secret}&{form}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    body(&send(address, "POST", "/oauth/token", &headers, Some(&form)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_lets_an_identity_provider_in_by_oauth() {
    let demo = Demo::start(&[FLAGS, &["--oauth-client", "one=given:0123456789abcdef"]].concat());
    let address = demo.address();
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        choose_oauth(&browser, address).await;

        browser.write("#redirects", "http://idp.example.com/callback").await;
        browser.click("#add-client button").await;
        browser.read("a redirect URI must begin with").await;
        // A page of ours, so that there is something where the browser is sent.
        let callback = format!("http://{address}/callback");
        browser.write("#redirects", &format!("okta:acme_scim_1\n{callback}")).await;
        browser.click("#add-client button").await;
        let of = async |selector: &str| browser.find(selector).await.prop("value").await.expect("a value").unwrap_or_default();
        let (id, secret) = (of("#client-id").await, of("#client-secret").await);
        let endpoint = of("#authorization-endpoint").await;
        assert!(secret.len() >= 32 && of("#token-endpoint").await.ends_with("/t/one/oauth/token"));
        browser.click("#what-to-paste summary").await;
        browser.picture("clients").await;
        browser.reload().await;
        browser.find("#clients-card").await;
        let page = "document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((i) => i.value)";
        assert!(!browser.value(page).await.as_str().expect("text").contains(&secret), "it is shown once");
        assert_eq!(browser.value("document.getElementById('fresh-client') === null").await, json!(true));
        assert_eq!(browser.value("document.querySelector('input[name=access]:checked').value").await, "oauth");
        let given = "document.querySelectorAll('[data-client=given] button').length";
        assert_eq!(browser.value(given).await, 1, "what the command line gives can be revoked, and no more");

        browser.go(&format!("{}?response_type=code&client_id={id}&redirect_uri={callback}", of_path(&endpoint, address))).await;
        browser.read(&id).await;
        browser.picture("consent").await;
        browser.write("#password", PASSWORD).await;
        browser.click("button[value=allow]").await;
        browser.read("Not found").await;
        let place = browser.place().await;
        let (_, code) = place.split_once("code=").expect("a code");
        let token = async |form: String| request_token(address, (&id, &secret), &form).await;
        let given = token(format!("grant_type=authorization_code&redirect_uri={callback}&code={code}")).await;
        let access = given["access_token"].as_str().unwrap_or_else(|| panic!("{given}")).to_owned();
        assert_eq!(scim(address, "GET", "/Users", &access, None).await.status, 200);

        browser.go("/console/").await;
        browser.read("1 active authorization").await;
        let button = |words: &str| format!("[data-client='{id}'] [aria-label^='{words}']");
        browser.click(&button("Revoke")).await;
        browser.click("dialog button.danger").await;
        browser.read("Access revoked").await;
        assert_eq!(scim(address, "GET", "/Users", &access, None).await.status, 401);

        browser.click(&button("Redirect URIs")).await;
        change_addresses(&browser, &id).await;
        browser.click(&button("Rotate secret")).await;
        browser.click("dialog button.danger").await;
        browser.read("Secret rotated").await;
        assert_eq!(token("grant_type=client_credentials".to_owned()).await["error"], "invalid_client");
        assert_ne!(of("#client-secret").await, secret);
        browser.click(&button("Delete")).await;
        browser.click("dialog button.danger").await;
        browser.until(&format!("document.querySelector(\"[data-client='{id}']\") === null")).await;
        assert_eq!(browser.value("document.getElementById('fresh-client') === null").await, json!(true));
    })
    .await;
}

fn of_path(url: &str, address: std::net::SocketAddr) -> &str {
    url.strip_prefix(&format!("http://{address}")).expect("it is one of this server")
}
