//! What a service provider says it can do, and whether it can (RFC 7643, Sections 5, 6 and 7).

use http::request::Parts;
use scimwire::auth::{AuthError, Authenticate, AuthenticationScheme, RequestContext};
use scimwire::dispatch::Features;
use scimwire::schema::ResourceType;
use scimwire::{Dispatcher, MemoryStore};
use serde_json::{Value, json};

use support::reads::provider::{BASE, Provider, Setup, id};
use support::reads::samples::{ENTERPRISE, LEASE, PLACE, USER, user};

#[tokio::test]
async fn the_configuration_has_all_its_parts() {
    // S-5-01, S-5-02, S-5-03
    let config = Provider::strict().get("/ServiceProviderConfig").await.ok();
    for part in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert!(config[part]["supported"].is_boolean(), "{part}: {config}");
    }
    for (part, number) in
        [("bulk", "maxOperations"), ("bulk", "maxPayloadSize"), ("filter", "maxResults")]
    {
        assert!(config[part][number].is_u64(), "{part}.{number}: {config}");
    }
    assert_eq!((config["filter"]["maxResults"].as_u64(), config.get("id")), (Some(200), None));
    assert!(
        config["authenticationSchemes"].is_array(),
        "nobody is asked who they are here, and it says so: {config}"
    );
    // Each part is one that the schema has, and of its type; all are read-only.
    let schema = Provider::strict()
        .get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig")
        .await
        .ok();
    let attributes = schema["attributes"].as_array().expect("attributes");
    for (name, value) in config
        .as_object()
        .expect("an object")
        .iter()
        .filter(|(name, _)| !["schemas", "meta"].contains(&name.as_str()))
    {
        let attribute = attributes
            .iter()
            .find(|attribute| attribute["name"] == *name)
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(
            (value.is_array(), &attribute["mutability"]),
            (attribute["multiValued"] == true, &json!("readOnly")),
            "{name}"
        );
        for (sub, _) in value.as_object().into_iter().flatten() {
            let subs = attribute["subAttributes"].as_array().expect("sub-attributes");
            assert!(subs.iter().any(|known| known["name"] == *sub), "{name}.{sub}");
        }
    }
}

struct Schemes(Vec<AuthenticationScheme>);

#[async_trait::async_trait]
impl Authenticate for Schemes {
    async fn authenticate(&self, _: &Parts) -> Result<RequestContext, AuthError> {
        Ok(RequestContext::new("example"))
    }

    fn schemes(&self) -> Vec<AuthenticationScheme> {
        self.0.clone()
    }
}

async fn published(schemes: Vec<AuthenticationScheme>) -> Value {
    let users = ResourceType::user();
    let built = Dispatcher::builder(BASE)
        .store(MemoryStore::new(users))
        .authenticator(Schemes(schemes))
        .build();
    let request = http::Request::get("/scim/v2/ServiceProviderConfig").body("").expect("a request");
    let response = built.expect("it goes together").dispatch(request).await;
    let mut config: Value = serde_json::from_slice(response.body()).expect("JSON");
    config["authenticationSchemes"].take()
}

#[tokio::test]
async fn authentication_schemes_are_the_authenticators() {
    // S-5-04
    let (bearer, basic) =
        (AuthenticationScheme::bearer_token(), AuthenticationScheme::http_basic());
    let other = AuthenticationScheme::new("mutual-tls", "Certificates", "A client certificate")
        .with_documentation_uri("https://example.com/docs");
    let schemes = published(vec![
        bearer,
        basic,
        other,
        AuthenticationScheme::oauth2(),
        AuthenticationScheme::http_digest(),
    ])
    .await;
    assert_eq!(
        (&schemes[0], &schemes[2]),
        (
            &json!({
                "type": "oauthbearertoken", "name": "OAuth Bearer Token", "primary": true,
                "description": "A token in the Authorization header",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
            }),
            &json!({
                "type": "mutual-tls", "name": "Certificates", "primary": false,
                "description": "A client certificate",
                "documentationUri": "https://example.com/docs",
            })
        )
    );
    let types: Vec<&Value> =
        schemes.as_array().expect("schemes").iter().map(|scheme| &scheme["type"]).collect();
    assert_eq!(types, ["oauthbearertoken", "httpbasic", "mutual-tls", "oauth2", "httpdigest"]);
}

#[tokio::test]
async fn one_authentication_scheme_is_primary() {
    // S-2.4-03
    for (preferred, expected) in [
        ([false, false, false], [true, false, false]),
        ([false, true, false], [false, true, false]),
        ([false, true, true], [false, true, false]),
    ] {
        let scheme = |primary| AuthenticationScheme::oauth2().with_primary(primary);
        let schemes = published(preferred.map(scheme).to_vec()).await;
        let published = [0, 1, 2].map(|index: usize| schemes[index]["primary"] == true);
        assert_eq!(published, expected, "{preferred:?}");
    }
}

#[tokio::test]
async fn what_it_says_it_can_do_it_does() {
    // S-5-06
    for on in [true, false] {
        let mut features = Features::default();
        (features.patch, features.sort, features.change_password) = (on, on, on);
        let provider = Provider::new(Setup { features, ..Setup::default() });
        let config = provider.get("/ServiceProviderConfig").await.ok();
        let says = |part: &str| config[part]["supported"].as_bool().expect("a boolean");
        assert_eq!((says("patch"), says("sort"), says("changePassword")), (on, on, on));
        let first = provider.create("/Users", user("b")).await;
        provider.create("/Users", user("a")).await;
        let way = format!("/Users/{}", id(&first));
        let patched =
            provider.patch(&way, json!([{ "op": "add", "path": "title", "value": "x" }])).await;
        assert_eq!(patched.status, if on { 200 } else { 501 }, "{}", patched.body);
        let sorted = provider.get("/Users?sortBy=userName").await;
        assert_eq!(sorted.names(), if on { ["a", "b"] } else { ["b", "a"] });
        if !on {
            provider.get("/Users?sortBy=nope&sortOrder=nope").await.ok();
        }
    }
    let provider = Provider::strict();
    let config = provider.get("/ServiceProviderConfig").await.ok();
    let made = provider.create("/Users", user("b")).await;
    let way = format!("/scim/v2/Users/{}", id(&made));
    assert_eq!(
        (&config["etag"]["supported"], &config["filter"]["supported"]),
        (&json!(true), &json!(true))
    );
    let headers = [("content-type", "application/scim+json"), ("if-match", "W/\"other\"")];
    provider.raw("PUT", &way, &headers, user("b").to_string()).await.failed(412, None);
    assert_eq!(provider.filter("/Users", "userName eq \"none\"").await.names(), [""; 0]);
    let bulk = provider.post("/Bulk", json!({})).await.status;
    assert_eq!(bulk != 501, config["bulk"]["supported"] == true, "{bulk}");
    let cursor = provider.get("/Users?cursor").await.ok();
    assert_eq!(
        (&config["pagination"]["cursor"], cursor["totalResults"].as_u64()),
        (&json!(true), Some(1))
    );
}

#[tokio::test]
async fn the_largest_page_is_as_large_as_it_says() {
    // S-5-02, S-5-06
    let mut setup = Setup::default();
    setup.limits.max_page_size = 3;
    let provider = Provider::new(setup);
    for number in 0..5 {
        provider.create("/Users", user(&number.to_string())).await;
    }
    let config = provider.get("/ServiceProviderConfig").await.ok();
    assert_eq!(
        (&config["filter"]["maxResults"], &config["pagination"]["maxPageSize"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(provider.get("/Users?count=100").await.names().len(), 3);
}

#[tokio::test]
async fn resource_types_say_where_and_what_they_are() {
    // S-6-01, S-6-02, S-6-03, S-6-04, S-6-05, S-6-06
    let provider = Provider::strict();
    let list = provider.get("/ResourceTypes").await.ok();
    let types = list["Resources"].as_array().expect("a list");
    let mut seen = Vec::new();
    for known in types {
        let endpoint = known["endpoint"].as_str().expect("an endpoint");
        assert!(
            endpoint.starts_with('/')
                && known["id"] == known["name"]
                && known["description"].is_string(),
            "{known}"
        );
        assert!(!seen.contains(&endpoint), "{endpoint}");
        seen.push(endpoint);
        // The endpoint is below the base URL, and has resources of this type.
        assert_eq!(provider.get(endpoint).await.ok()["totalResults"], 0);
        assert_eq!(provider.get(&endpoint.to_lowercase()).await.status, 404, "case counts");
        let published = async |uri: &Value| {
            let uri = uri.as_str().expect("a URI");
            assert_eq!(provider.get(&format!("/Schemas/{uri}")).await.ok()["id"], uri);
        };
        published(&known["schema"]).await;
        for extension in known["schemaExtensions"].as_array().into_iter().flatten() {
            assert!(extension["required"].is_boolean());
            published(&extension["schema"]).await;
        }
    }
    let extensions = |number: usize| types[number].get("schemaExtensions");
    assert_eq!(extensions(0), Some(&json!([{ "schema": ENTERPRISE, "required": false }])));
    assert_eq!(extensions(1), None);
    assert_eq!(
        extensions(2),
        Some(
            &json!([{ "schema": PLACE, "required": false }, { "schema": LEASE, "required": false }])
        )
    );
    assert_eq!(types[0]["schema"], USER);
}
