//! Users, groups and the enterprise extension (RFC 7643, Section 4).

use async_trait::async_trait;
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks, UpdateEvent};
use scimwire::resource::{EnterpriseUser, User, decode_certificate};
use scimwire::schema::{BuiltinSchema, ENTERPRISE_USER, ISO_3166_ALPHA2, ResourceType, Schema};
use scimwire::{Error, Resource, ScimType};
use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::{ENTERPRISE, GROUP, USER, user};

use std::sync::Arc;

/// A user with these attributes besides the name.
fn with(name: &str, mut attributes: Value) -> Value {
    attributes["schemas"] = json!([USER, ENTERPRISE]);
    attributes["userName"] = json!(name);
    attributes
}

async fn kept(attributes: Value) -> Value {
    let provider = Provider::strict();
    let made = provider.create("/Users", with("bjensen", attributes)).await;
    let read = provider.get(&format!("/Users/{}", id(&made))).await.ok();
    assert_eq!(made, read);
    read
}

#[tokio::test]
async fn names_are_as_the_client_has_them() {
    // S-4.1.1-03
    for name in [
        json!({ "formatted": "Ms. Barbara J Jensen III" }),
        json!({ "familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane", "honorificPrefix": "Ms.", "honorificSuffix": "III" }),
        json!({ "formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara" }),
    ] {
        assert_eq!(kept(json!({ "name": name })).await["name"], name);
    }
}

#[tokio::test]
async fn values_of_the_usual_forms_are_kept_and_others_too() {
    // S-4.1.1-05, S-4.1.1-06, S-4.1.1-07, S-4.1.2-02
    for (name, values) in [
        ("preferredLanguage", ["en-US", "da, en-gb;q=0.8, en;q=0.7", "English"]),
        ("locale", ["en-US", "en_US", "anything"]),
        ("timezone", ["America/Los_Angeles", "Europe/Berlin", "Pacific Standard Time"]),
    ] {
        for value in values {
            assert_eq!(kept(json!({ (name): value })).await[name], value);
        }
    }
    for value in
        ["tel:+1-201-555-0123", "tel:7042;phone-context=example.com", "555-555-8377", "call me"]
    {
        let phone = json!([{ "value": value, "type": "work" }]);
        assert_eq!(kept(json!({ "phoneNumbers": phone })).await["phoneNumbers"], phone);
    }
}

#[tokio::test]
async fn who_is_not_active_is_still_there() {
    // S-4.1.1-08
    let provider = Provider::strict();
    let made = provider.create("/Users", with("bjensen", json!({ "active": true }))).await;
    let way = format!("/Users/{}", id(&made));
    let off = provider
        .patch(&way, json!([{ "op": "replace", "path": "active", "value": false }]))
        .await
        .ok();
    assert_eq!((&off["active"], provider.get(&way).await.status), (&json!(false), 200));
    assert_eq!(provider.get("/Users").await.names(), ["bjensen"]);
    provider
        .finds(
            "/Users",
            &[("active eq false", &["bjensen"]), ("userName eq \"bjensen\"", &["bjensen"])],
        )
        .await;
    provider.post("/Users", user("BJensen")).await.failed(409, Some("uniqueness"));
    provider.post("/Users", with("a", json!({ "active": "false" }))).await.refused("invalidValue");
}

/// What a host does to values before they are kept.
struct House;

fn refuse(detail: &'static str) -> Error {
    Error::scim(ScimType::InvalidValue, detail)
}

impl House {
    fn check(resource: &mut Resource) -> Result<(), Error> {
        if let Some(password) = resource.take_password()
            && (password.expose().len() < 8 || format!("{password:?}").contains(password.expose()))
        {
            return Err(refuse("a password has 8 characters or more"));
        }
        let user: User = resource.deserialize().map_err(|_| refuse("not a user"))?;
        if user.photos.iter().any(|photo| photo.value.ends_with(".html")) {
            return Err(refuse("a photo is an image, not a page"));
        }
        if user.x509_certificates.iter().any(|value| decode_certificate(&value.value).is_none()) {
            return Err(refuse("a certificate is one of X.509 in DER"));
        }
        let emails = user.emails.iter().map(|email| match email.value.rsplit_once('@') {
            Some((local, domain)) => {
                json!({ "value": format!("{local}@{}", domain.to_lowercase()) })
            }
            None => json!({ "value": email.value }),
        });
        resource.set("emails", emails.collect::<Vec<_>>());
        let ims = user
            .ims
            .iter()
            .map(|address| json!({ "value": address.value.replace(' ', "").to_lowercase() }));
        resource.set("ims", ims.collect::<Vec<_>>());
        Ok(())
    }
}

#[async_trait]
impl Hooks for House {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        Self::check(resource)?;
        Ok(CreateDecision::Create)
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        let UpdateEvent { after, .. } = event;
        if after
            .extension::<EnterpriseUser>(ENTERPRISE)
            .is_ok_and(|user| user.is_some_and(|user| user.manager.is_some()))
        {
            return Err(refuse("there is no such manager"));
        }
        Self::check(after)
    }
}

fn housed() -> Provider {
    let mut setup = Setup { hooks: Some(Arc::new(House)), ..Setup::default() };
    setup.features.change_password = true;
    Provider::new(setup)
}

#[tokio::test]
async fn hosts_bring_values_into_their_form() {
    // S-4.1.2-01, S-4.1.2-03
    let addresses = json!({ "emails": [{ "value": "B.Jensen@Example.COM" }], "ims": [{ "value": "Some One" }] });
    let plain = kept(addresses.clone()).await;
    assert_eq!(
        (&plain["emails"], &plain["ims"]),
        (&addresses["emails"], &addresses["ims"]),
        "as it came, unless the host says"
    );
    let made = housed().create("/Users", with("bjensen", addresses)).await;
    assert_eq!(
        (&made["emails"][0]["value"], &made["ims"][0]["value"]),
        (&json!("B.Jensen@example.com"), &json!("someone"))
    );
}

#[tokio::test]
async fn photos_are_what_the_host_takes_for_images() {
    // S-4.1.2-04
    let photos = |url: &str| json!({ "photos": [{ "value": url, "type": "photo" }] });
    let provider = housed();
    provider
        .create(
            "/Users",
            with("a", photos("https://photos.example.com/profilephoto/72930000000Ccne/F")),
        )
        .await;
    provider
        .post("/Users", with("b", photos("https://photos.example.com/album.html")))
        .await
        .refused("invalidValue");
    Provider::strict().post("/Users", with("c", photos("no URI"))).await.refused("invalidValue");
    let shown = Provider::strict().get(&format!("/Schemas/{USER}")).await.ok();
    let photos = shown["attributes"]
        .as_array()
        .expect("attributes")
        .iter()
        .find(|known| known["name"] == "photos")
        .expect("photos");
    assert_eq!(photos["subAttributes"][0]["referenceTypes"], json!(["external"]));
}

#[tokio::test]
async fn countries_are_codes_where_the_host_says_so() {
    // S-4.1.2-05
    let address = |country: &str| with("bjensen", json!({ "addresses": [{ "country": country }] }));
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let coded = users
        .clone()
        .with_canonical_values("addresses.country", ISO_3166_ALPHA2)
        .enforce_canonical_values("addresses.country");
    let provider = Provider::serving([coded], Setup::default());
    for wrong in ["United States", "USA", "ZZ", "", "U"] {
        provider.post("/Users", address(wrong)).await.refused("invalidValue");
    }
    let made = provider.create("/Users", address("us")).await;
    assert_eq!(made["addresses"], json!([{ "country": "US" }]));
    let shown = provider.get(&format!("/Schemas/{USER}")).await.ok().to_string();
    assert!(
        shown.contains("\"LI\"") && ISO_3166_ALPHA2.len() == 249 && ISO_3166_ALPHA2.is_sorted()
    );
    let named = Provider::serving([users], Setup::default())
        .create("/Users", address("United States"))
        .await;
    assert_eq!(
        named["addresses"],
        json!([{ "country": "United States" }]),
        "off by default (A-72)"
    );
}

#[tokio::test]
async fn certificates_are_binary_and_one_each() {
    // S-4.1.2-10
    let certificates = |value: &str| json!({ "x509Certificates": [{ "value": value }] });
    Provider::strict()
        .post("/Users", with("a", certificates("no base64!")))
        .await
        .refused("invalidValue");
    let one = [&[0x30, 0x82, 0x01, 0x00][..], &[7; 256]].concat();
    let short = [&[0x30, 0x03][..], &[2, 1, 5]].concat();
    assert!(decode_certificate("MAMCAQU=").is_some_and(|der| der == short));
    let long = |bytes: &[u8]| kept_as(bytes);
    assert_eq!(decode_certificate(&long(&one)), Some(one.clone()));
    let twice = [one.clone(), one.clone()].concat();
    let cut = &one[..one.len() - 1];
    for wrong in [
        &twice[..],
        cut,
        &[],
        &[0x30],
        &[0x30, 0x80, 0, 0],
        &[0x31, 0x00],
        &[0x30, 0x81, 0x01, 0x05],
        b"-----BEGIN",
    ] {
        assert_eq!(decode_certificate(&long(wrong)), None, "{wrong:?}");
        housed()
            .post("/Users", with("b", certificates(&long(wrong))))
            .await
            .refused("invalidValue");
    }
    housed().create("/Users", with("c", certificates(&long(&one)))).await;
}

/// Base64, without a dependency on how the library does it.
fn kept_as(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        let letter =
            move |place: usize| char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]);
        (0..=chunk.len()).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(letters).collect()
}

#[tokio::test]
async fn passwords_reach_the_host_and_nobody_else() {
    // S-4.1.1-09, S-4.1.1-10, S-4.1.1-11, S-4.1.1-12, S-9.2-01
    let provider = housed();
    provider
        .post("/Users", with("a", json!({ "password": "short" })))
        .await
        .refused("invalidValue");
    let made = provider.post("/Users", with("b", json!({ "password": "t1meMa$heen" }))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let way = format!("/Users/{}", id(&made.body));
    let patched = provider
        .patch(&way, json!([{ "op": "replace", "path": "password", "value": "t1meMa$heen2" }]))
        .await;
    let refused = provider
        .patch(&way, json!([{ "op": "replace", "path": "password", "value": "t1me" }]))
        .await;
    assert_eq!((patched.status, refused.status), (200, 400));
    let asked = provider.get(&format!("{way}?attributes=password,userName")).await;
    for answer in [&made, &patched, &refused, &asked] {
        assert!(
            !answer.body.to_string().contains("t1me") && answer.body.get("password").is_none(),
            "{}",
            answer.body
        );
    }
    for filter in [
        "password eq \"t1meMa$heen\"",
        "password pr",
        "password sw \"t\"",
        "not (password eq \"x\")",
    ] {
        let answer = provider.filter("/Users", filter).await;
        assert!(!answer.refused("invalidFilter").contains("t1me"));
    }
    let mut resource = Resource::default();
    resource.set("password", "t1meMa$heen");
    assert!(!format!("{resource:?}").contains("t1me"));
    let secret = resource.take_password().expect("a password");
    assert!(!format!("{secret:?}").contains("t1me") && resource.get("password").is_none());
    // Prepared by OpaqueString (RFC 8265): spaces of all kinds are one, letters composed.
    resource.set("password", "pa\u{3000}ss e\u{301}");
    assert_eq!(
        resource.take_password().map(|secret| secret.expose().to_owned()).as_deref(),
        Some("pa ss \u{e9}")
    );
}

#[tokio::test]
async fn the_host_may_see_to_references() {
    // S-2.3.7-05
    let manager = json!([{ "op": "add", "path": format!("{ENTERPRISE}:manager"), "value": { "value": "no-such-id" } }]);
    for (provider, status) in [(Provider::strict(), 200), (housed(), 400)] {
        let made = provider.create("/Users", user("bjensen")).await;
        let answer = provider.patch(&format!("/Users/{}", id(&made)), manager.clone()).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    let members =
        json!({ "schemas": [GROUP], "displayName": "a", "members": [{ "value": "no-such-id" }] });
    let made = Provider::strict().create("/Groups", members).await;
    assert_eq!(made["members"][0]["value"], "no-such-id");
}

#[tokio::test]
async fn a_host_may_ask_for_unique_values() {
    // S-7-16, S-7-18
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let unique =
        users.with_unique("emails.value").with_unique(&format!("{ENTERPRISE}:employeeNumber"));
    let provider = Provider::serving([unique], Setup::default());
    let both =
        json!({ "emails": [{ "value": "b@example.com" }], ENTERPRISE: { "employeeNumber": "7a" } });
    provider.create("/Users", with("first", both)).await;
    for taken in [
        json!({ "emails": [{ "value": "x" }, { "value": "B@example.com" }] }),
        json!({ ENTERPRISE: { "employeeNumber": "7A" } }),
    ] {
        provider.post("/Users", with("second", taken)).await.failed(409, Some("uniqueness"));
    }
    let shown = provider.get(&format!("/Schemas/{ENTERPRISE}")).await.ok();
    assert_eq!(shown["attributes"][0]["uniqueness"], "server", "what holds is published");
}

#[tokio::test]
async fn groups_may_hold_groups() {
    // S-4.2-01, S-4.2-03, S-4.2-04
    let provider = Provider::strict();
    provider.post("/Groups", json!({ "schemas": [GROUP] })).await.refused("invalidValue");
    provider
        .post("/Groups", json!({ "schemas": [GROUP], "displayName": "" }))
        .await
        .refused("invalidValue");
    let inner =
        provider.create("/Groups", json!({ "schemas": [GROUP], "displayName": "inner" })).await;
    let outer = json!({ "schemas": [GROUP], "displayName": "outer", "members": [{ "value": id(&inner), "type": "Group" }] });
    let outer = provider.create("/Groups", outer).await;
    let member = json!({ "value": id(&inner), "type": "Group", "$ref": inner["meta"]["location"] });
    assert_eq!(outer["members"], json!([member]));
}

#[tokio::test]
async fn a_host_may_ask_more_of_members() {
    // S-4.2-05
    let mut document = BuiltinSchema::Group.schema().to_json();
    assert_eq!(document["attributes"][1]["subAttributes"][0]["name"], "value");
    document["attributes"][1]["subAttributes"][0]["required"] = json!(true);
    let groups = ResourceType::new("Group", Schema::try_from(document).expect("a schema"));
    let provider = Provider::serving([groups], Setup::default());
    provider
        .post(
            "/Groups",
            json!({ "schemas": [GROUP], "displayName": "a", "members": [{ "display": "x" }] }),
        )
        .await
        .refused("invalidValue");
    let made = provider
        .create(
            "/Groups",
            json!({ "schemas": [GROUP], "displayName": "a", "members": [{ "value": "1" }] }),
        )
        .await;
    assert_eq!(made["members"][0]["value"], "1");
    let shown = provider.get(&format!("/Schemas/{GROUP}")).await.ok();
    assert_eq!(shown["attributes"][1]["subAttributes"][0]["required"], true);
}

#[tokio::test]
async fn managers_are_named_by_their_id() {
    // S-4.3-01, S-4.3-02, S-4.3-03
    let provider = Provider::strict();
    let boss = provider.create("/Users", user("boss")).await;
    let enterprise = json!({
        "employeeNumber": "701984", "costCenter": "4130", "organization": "Universal Studios", "division": "Theme Park",
        "department": "Tour Operations",
        "manager": { "value": id(&boss), "$ref": "https://elsewhere.example/Users/1", "displayName": "John Smith" }
    });
    let made = provider.create("/Users", with("bjensen", json!({ ENTERPRISE: enterprise }))).await;
    let mut expected = enterprise;
    expected["manager"] = json!({ "value": id(&boss), "$ref": boss["meta"]["location"] });
    assert_eq!(
        made[ENTERPRISE], expected,
        "`$ref` is made from the id, and nobody but the provider sets `displayName`"
    );
    let way = format!("/Users/{}", id(&made));
    let other = json!([{ "op": "replace", "path": format!("{ENTERPRISE}:manager.value"), "value": "26118915" }]);
    let changed = provider.patch(&way, other).await.ok();
    assert_eq!(
        changed[ENTERPRISE]["manager"]["$ref"],
        "https://example.com/scim/v2/Users/26118915"
    );
    let name = json!([{ "op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "x" }]);
    provider.patch(&way, name).await.refused("mutability");
}
