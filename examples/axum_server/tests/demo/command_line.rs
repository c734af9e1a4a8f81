//! What the command line refuses, and what its flags change.

use std::net::TcpListener;

use serde_json::json;

use crate::process::refuses;
use crate::requests::{FLAGS, assert_scim_error, body, get, post, user};
use crate::support::demo::Demo;

/// Flags, and what is said of them.
const REFUSED: &[(&[&str], &str)] = &[
    (&["--quota-tb", "250"], "unexpected argument '--quota-tb'"),
    (&["--quota-gb", "much"], "invalid value 'much'"),
    (&["--quota-gb=-1"], "invalid value '-1'"),
    (&["--department-groups=no"], "unexpected value 'no'"),
    (&["--orphans", "sell"], "invalid value 'sell'"),
    (&["--listen", "nowhere"], "cannot listen on `nowhere`"),
    (&["--database", "sqlite:"], "use `sqlite:` followed by the path of a file"),
    (
        &["--database", "postgres:demo"],
        "unknown database: use `memory`, `sqlite:PATH` or `postgres://...`",
    ),
    (&["--database", "paper"], "unknown database: use `memory`, `sqlite:PATH` or `postgres://...`"),
    (&["--public-url", "example.com"], "use a scheme and host without a path"),
    (&["--public-url", "ftp://example.com"], "use a scheme and host without a path"),
    (&["--public-url", "https://example.com/demo"], "use a scheme and host without a path"),
    (&["--public-url", "https://example.com?a=b"], "use a scheme and host without a path"),
    (&["--quirks", "harsh"], "invalid value 'harsh'"),
    (&["--max-results", "0"], "invalid value '0'"),
    (&["--tenant", "one"], "use NAME=TOKEN"),
    (&["--tenant", "a/b=token"], "a tenant name may contain only letters"),
    (&["--tenant", "=token"], "a tenant name may contain only letters"),
    (&["--tenant", "one="], NOT_SENDABLE),
    (&["--tenant", "one=a b"], NOT_SENDABLE),
    (&["--admin-key", ""], NOT_SENDABLE),
    (&["--tenant", "one=a", "--tenant", "one=b"], "the tenant `one` is specified twice"),
    (&["--tenant", "one=a", "--tenant", "One=b"], "the tenants `One` and `one` conflict"),
    (
        &["--database", "sqlite:/nowhere/at/all.db"],
        "cannot create the file: No such file or directory",
    ),
    (&["--database", "postgres://127.0.0.1:1/x"], "refused"),
    (&["--tenant", "one=a", "--tenant", "two=a"], "a token of the tenant `two` is specified twice"),
    (
        &["--tenant", "one=a", "--oauth-token", "one=a"],
        "a token of the tenant `one` is specified twice",
    ),
    (
        &["--disable-tenant", "one"],
        "`--disable-tenant one`: no such tenant; add `--tenant one=TOKEN`",
    ),
    (&["--no-groups", "one"], "`--no-groups one`: no such tenant"),
    (&["--oauth-token", "one=a"], "`--oauth-token one`: no such tenant"),
    (&["--oauth-token", "demo=a,expires_in=soon"], "use `expires_in=SECONDS` after the comma"),
    (&["--oauth-token", "demo=a,scope=scim"], "use `expires_in=SECONDS` after the comma"),
    (&["--admin-password", "short"], "a password must have at least 12 characters"),
    (&["--oauth-client", "demo=idp"], "use NAME=ID:SECRET"),
    (
        &["--oauth-client", "demo=idp:short"],
        "the secret of a client must have at least 16 characters",
    ),
    (
        &["--oauth-client", "demo=i p:0123456789abcdef"],
        "the ID and secret of a client may contain only letters",
    ),
    (
        &["--oauth-client", "demo=idp:0123456789abcde%"],
        "the ID and secret of a client may contain only letters",
    ),
    (&["--oauth-client", "none=idp:0123456789abcdef"], "`--oauth-client none=...`: no such tenant"),
    (
        &["--oauth-client", "demo=a:0123456789abcdef", "--oauth-client", "demo=a:0123456789abcdef"],
        "`a` is specified twice",
    ),
    (
        &["--oauth-redirect", "none=https://a.example/"],
        "`--oauth-redirect none=...`: no such client",
    ),
    (&["--oauth-redirect", "demo=http://a.example/"], "a redirect URI must begin with `https://`"),
    (
        &["--oauth-redirect", "demo=https://a.example/#x"],
        "a redirect URI must begin with `https://`",
    ),
    (
        &["--oauth-redirect", "demo=https://a;script-src.example/"],
        "a redirect URI must begin with `https://`",
    ),
    (
        &["--oauth-redirect", "demo=javascript:alert(1)"],
        "a redirect URI must begin with `https://`",
    ),
    (&["--oauth-redirect", "demo=/callback"], "a redirect URI must begin with `https://`"),
    (&["--oauth-code-lifetime", "soon"], "use a whole number of seconds"),
];

const NOT_SENDABLE: &str =
    "a token or key may contain only ASCII letters, digits and punctuation, without spaces";

#[test]
fn flags_that_it_does_not_understand_are_refused() {
    for (flags, message) in REFUSED {
        refuses(flags, message);
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("some loopback port is free");
    let address = taken.local_addr().expect("a bound listener has an address").to_string();
    refuses(&["--listen", &address], &format!("cannot listen on `{address}`"));
}

#[tokio::test]
async fn pages_quirks_and_public_url_are_as_the_flags_say() {
    let flags =
        ["--max-results", "2", "--quirks", "strict", "--public-url", "https://scim.example.com/"];
    let demo = Demo::start(&[FLAGS, &flags].concat());
    let config = body(&get(demo.address(), "/scim/v2/ServiceProviderConfig", "token-1").await);
    assert_eq!(config["filter"]["maxResults"], 2);
    for name in ["a", "b", "c"] {
        let created = post(demo.address(), "/scim/v2/Users", "token-1", &user(name)).await;
        assert_eq!(created.status, 201);
        let location = created.header("Location").expect("a location");
        assert!(location.starts_with("https://scim.example.com/scim/v2/Users/"), "{location}");
    }
    let page = body(&get(demo.address(), "/scim/v2/Users?count=100", "token-1").await);
    assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(3), &json!(2)));
    let page = body(&get(demo.address(), "/scim/v2/Users", "token-1").await);
    assert_eq!(page["itemsPerPage"], 2, "a page without `count` is no larger than the largest");
    let mut quoted_boolean = user("d");
    quoted_boolean["active"] = json!("True");
    assert_scim_error(
        &post(demo.address(), "/scim/v2/Users", "token-1", &quoted_boolean).await,
        400,
    );
    let lenient = Demo::start(FLAGS);
    assert_eq!(
        post(lenient.address(), "/scim/v2/Users", "token-1", &quoted_boolean).await.status,
        201
    );
}
