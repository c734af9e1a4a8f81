//! What a service provider says of itself: `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas`
//! (RFC 7644, Section 4).

use http::request::Parts;
use scimwire::auth::{AuthError, Authenticate, RequestContext, bearer_token};
use scimwire::schema::{ENTERPRISE_USER, ResourceType, Schema};
use scimwire::{Dispatcher, MemoryStore};
use serde_json::{Value, json};

use support::reads::provider::{BASE, Provider, escaped};
use support::reads::samples::{DEVICE, ENTERPRISE, GROUP, LEASE, PLACE, USER};

const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Every path of discovery that there is.
const PATHS: [&str; 6] = [
    "/ServiceProviderConfig",
    "/ServiceProviderConfigs",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
];

fn ids(list: &Value) -> Vec<&str> {
    list["Resources"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|known| known["id"].as_str().expect("an id"))
        .collect()
}

#[tokio::test]
async fn the_configuration_is_one_object() {
    // P-4-01, P-4-10
    let provider = Provider::strict();
    let answer = provider.get("/ServiceProviderConfig").await;
    assert_eq!(answer.headers["content-type"], "application/scim+json");
    let config = answer.ok();
    assert_eq!(
        (&config["schemas"], config.get("Resources"), config.get("totalResults")),
        (&json!([CONFIG]), None, None)
    );
    let location = format!("{BASE}/ServiceProviderConfig");
    assert_eq!(
        config["meta"],
        json!({ "resourceType": "ServiceProviderConfig", "location": location })
    );
    assert_eq!(
        provider.get("/ServiceProviderConfigs").await.ok(),
        config,
        "SCIM 1.1 had the plural (A-53)"
    );
    provider.get("/ServiceProviderConfig/1").await.failed(404, None);
}

#[tokio::test]
async fn resource_types_are_listed_and_read_one_by_one() {
    // P-4-03, P-4-09
    let provider = Provider::strict();
    let list = provider.get("/ResourceTypes").await.ok();
    assert_eq!(list["schemas"], json!([LIST]));
    assert_eq!((&list["totalResults"], ids(&list)), (&json!(3), vec!["User", "Group", "Device"]));
    for listed in list["Resources"].as_array().expect("a list") {
        let name = listed["name"].as_str().expect("a name");
        assert_eq!(&provider.get(&format!("/ResourceTypes/{name}")).await.ok(), listed);
        assert_eq!(listed["schemas"], json!([RESOURCE_TYPE]));
        assert_eq!(
            listed["meta"],
            json!({ "resourceType": "ResourceType", "location": format!("{BASE}/ResourceTypes/{name}") })
        );
    }
}

#[tokio::test]
async fn schemas_are_listed_and_read_one_by_one() {
    // P-4-02, P-4-09, S-7-01, S-7-02
    let provider = Provider::strict();
    let list = provider.get("/Schemas").await.ok();
    assert_eq!(list["schemas"], json!([LIST]));
    let all = [USER, ENTERPRISE, GROUP, DEVICE, PLACE, LEASE, CONFIG, RESOURCE_TYPE, SCHEMA];
    assert_eq!(
        (&list["totalResults"], &list["itemsPerPage"], &list["startIndex"]),
        (&json!(9), &json!(9), &json!(1))
    );
    assert_eq!(ids(&list), all);
    for listed in list["Resources"].as_array().expect("a list") {
        let uri = listed["id"].as_str().expect("an id");
        assert_eq!(&provider.get(&format!("/Schemas/{uri}")).await.ok(), listed);
        assert_eq!(listed["schemas"], json!([SCHEMA]));
        assert_eq!(
            listed["meta"],
            json!({ "resourceType": "Schema", "location": format!("{BASE}/Schemas/{uri}") })
        );
        assert!(
            listed["name"].is_string()
                && listed["description"].is_string()
                && listed["attributes"].is_array()
        );
    }
}

#[tokio::test]
async fn messages_have_schemas_of_their_own() {
    // P-3.1-01
    let provider = Provider::strict();
    let api = "urn:ietf:params:scim:api:messages:2.0:";
    let answers = [
        provider.get("/Users").await,
        provider.get("/Users/none").await,
        provider.get("/Schemas").await,
    ];
    for answer in answers {
        assert!(
            answer.body["schemas"][0].as_str().is_some_and(|uri| uri.starts_with(api)),
            "{}",
            answer.body
        );
    }
    let list = provider.get("/Schemas").await.ok();
    assert!(
        ids(&list).iter().all(|uri| !uri.to_lowercase().starts_with("urn:ietf:params:scim:api:"))
    );
    for message in
        ["ListResponse", "SearchRequest", "PatchOp", "BulkRequest", "BulkResponse", "Error"]
    {
        provider.get(&format!("/Schemas/{api}{message}")).await.failed(404, None);
    }
}

#[tokio::test]
async fn endpoints_are_names_in_the_plural() {
    // P-3.2-02
    let device = ResourceType::new("Gadget", Schema::user());
    assert_eq!(device.endpoint(), "/Gadgets");
    for known in
        Provider::strict().get("/ResourceTypes").await.ok()["Resources"].as_array().expect("a list")
    {
        assert_eq!(known["endpoint"], format!("/{}s", known["name"].as_str().expect("a name")));
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    // P-4-04, A-50
    let provider = Provider::strict();
    for path in [
        "/Schemas/urn:example:none",
        "/Schemas/User",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User:userName",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User/attributes",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Common",
        "/ResourceTypes/None",
        "/ResourceTypes/user",
        "/ResourceTypes/Users",
        "/ResourceTypes/User/schema",
        "/Schema",
        "/Schemas.scim",
        "/ResourceType",
    ] {
        provider.get(path).await.failed(404, None);
    }
}

#[tokio::test]
async fn schemas_are_found_however_their_uri_is_spelled() {
    // P-4-05
    let provider = Provider::strict();
    for uri in [USER, ENTERPRISE, DEVICE, SCHEMA] {
        let plain = provider.get(&format!("/Schemas/{uri}")).await.ok();
        let lower: String = uri.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for spelling in [
            escaped(uri),
            lower,
            uri.to_uppercase(),
            uri.to_lowercase(),
            uri.replace(':', "%3A"),
            uri.replace(':', "%3a"),
        ] {
            assert_eq!(
                provider.get(&format!("/Schemas/{spelling}")).await.ok(),
                plain,
                "{spelling}"
            );
        }
        assert_eq!(provider.get(&format!("/Schemas/{uri}/")).await.ok(), plain);
    }
    assert_eq!(provider.get("/ResourceTypes/%55ser").await.ok()["id"], "User");
}

#[tokio::test]
async fn parameters_of_queries_do_not_apply() {
    // P-4-06, A-51
    let provider = Provider::strict();
    for path in PATHS {
        let plain = provider.get(path).await.ok();
        for parameters in [
            "sortBy=id&sortOrder=descending",
            "sortBy=nope",
            "startIndex=2&count=1",
            "count=0",
            "count=many&startIndex=x",
            "cursor=&count=1",
            "cursor=nonsense",
            "attributes=name",
            "excludedAttributes=attributes,name,endpoint",
            "attributes=name&excludedAttributes=name",
            "attributes=%",
            "unknown=1",
        ] {
            assert_eq!(
                provider.get(&format!("{path}?{parameters}")).await.ok(),
                plain,
                "{path}?{parameters}"
            );
        }
    }
}

#[tokio::test]
async fn a_filter_on_discovery_is_refused() {
    // P-4-07, A-52
    let provider = Provider::strict();
    const WHOLE: [&str; 4] =
        ["/ServiceProviderConfig", "/ServiceProviderConfigs", "/ResourceTypes", "/Schemas"];
    for path in WHOLE {
        for filter in [
            "filter=name+eq+%22User%22",
            "filter=nonsense",
            "filter=",
            "FILTER=id+pr",
            "count=1&filter=id+pr",
        ] {
            let detail = provider.get(&format!("{path}?{filter}")).await.failed(403, None);
            assert!(detail.contains("filter"), "{detail}");
        }
    }
    // What was asked for by name is no list, and nobody takes it for a filtered one.
    for path in PATHS.into_iter().filter(|path| !WHOLE.contains(path)) {
        assert_eq!(
            provider.get(&format!("{path}?filter=nonsense")).await.ok(),
            provider.get(path).await.ok(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn discovery_is_only_read() {
    // P-4-08, S-5-03, S-6-01, S-7-02
    let provider = Provider::strict();
    for path in PATHS {
        let before = provider.get(path).await.ok();
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for body in [
                None,
                Some(json!({ "schemas": [SCHEMA], "id": "urn:example:x", "attributes": [] })),
            ] {
                let answer = provider.send(method, path, body).await;
                answer.failed(405, None);
                let allowed = answer.headers["allow"].to_str().expect("text");
                assert!(allowed.contains("GET") && !allowed.contains(method), "{allowed}");
            }
        }
        assert_eq!(provider.get(path).await.ok(), before);
        let head = provider.send("HEAD", path, None).await;
        assert_eq!((head.status, head.body), (200, Value::Null));
    }
}

#[tokio::test]
async fn what_a_tenant_does_not_have_it_does_not_see() {
    // P-4-02, P-4-03, S-7-01
    let provider = Provider::strict().asked_by(
        RequestContext::new("small").hide_resource_type("Group").hide_resource_type("Device"),
    );
    assert_eq!(ids(&provider.get("/ResourceTypes").await.ok()), ["User"]);
    assert_eq!(
        ids(&provider.get("/Schemas").await.ok()),
        [USER, ENTERPRISE, CONFIG, RESOURCE_TYPE, SCHEMA]
    );
    for path in ["/ResourceTypes/Group", "/ResourceTypes/Device", "/Groups", "/Devices"] {
        provider.get(path).await.failed(404, None);
    }
    for uri in [GROUP, DEVICE, PLACE, LEASE] {
        provider.get(&format!("/Schemas/{uri}")).await.failed(404, None);
    }
    let elsewhere = Provider::strict()
        .asked_by(RequestContext::new("own").with_base_url("https://own.example/scim"));
    let list = elsewhere.raw("GET", "/scim/Schemas", &[], "").await.ok();
    assert_eq!(
        list["Resources"][0]["meta"]["location"],
        format!("https://own.example/scim/Schemas/{USER}")
    );
}

/// Lets everybody read what the service provider says of itself.
struct OpenDiscovery;

#[async_trait::async_trait]
impl Authenticate for OpenDiscovery {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        let discovery =
            ["/scim/v2/ServiceProviderConfig", "/scim/v2/ResourceTypes", "/scim/v2/Schemas"];
        match bearer_token(head) {
            Some("s3cret") => Ok(RequestContext::new("example")),
            Some(_) => Err(AuthError::invalid_token()),
            None if discovery.iter().any(|path| head.uri.path().starts_with(path)) => {
                Ok(RequestContext::new("anybody"))
            }
            None => Err(AuthError::missing_credentials()),
        }
    }
}

#[tokio::test]
async fn the_host_says_who_may_read_it() {
    // P-4-12, S-5-05
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let built = Dispatcher::builder(BASE)
        .store(MemoryStore::new(users))
        .authenticator(OpenDiscovery)
        .build();
    let dispatcher = built.expect("it goes together");
    let status = async |path: &str, token: Option<&str>| {
        let mut request = http::Request::get(format!("/scim/v2{path}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        dispatcher.dispatch(request.body("").expect("a request")).await.status().as_u16()
    };
    for path in PATHS {
        assert_eq!(
            (
                status(path, None).await,
                status(path, Some("s3cret")).await,
                status(path, Some("x")).await
            ),
            (200, 200, 401),
            "{path}"
        );
    }
    assert_eq!((status("/Users", None).await, status("/Users", Some("s3cret")).await), (401, 200));
}
