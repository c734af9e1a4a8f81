use serde_json::json;

use super::*;
use crate::attr::AttrPath;

#[track_caller]
fn path(text: &str) -> AttrPath {
    text.parse().expect("an attribute path")
}

#[test]
fn what_cannot_be_unique_is_not_said_to_be() {
    for kind in [AttributeType::Boolean, AttributeType::Binary, AttributeType::Complex] {
        let part = Attribute::builder("part", AttributeType::String);
        let attribute = Attribute::builder("a", kind).uniqueness(Uniqueness::Server);
        let attribute =
            if kind == AttributeType::Complex { attribute.sub_attribute(part) } else { attribute };
        let refused =
            Schema::builder("urn:example:a").attribute(attribute).build().expect_err(kind.as_str());
        assert_eq!(
            (refused.path(), refused.kind()),
            ("attributes[0].uniqueness", &SchemaErrorKind::Uniqueness)
        );
    }
}

#[test]
fn builtin_schemas_are_sound_and_state_every_characteristic() {
    // S-2.2-02, S-7-02, S-7-03
    for builtin in BuiltinSchema::ALL {
        let schema = builtin.schema();
        let document = schema.to_json();
        assert_eq!(document["id"], schema.uri().as_str());
        for attribute in document["attributes"].as_array().expect("a schema has attributes") {
            for characteristic in
                ["name", "type", "multiValued", "description", "required", "mutability", "returned"]
            {
                assert!(attribute.get(characteristic).is_some(), "{characteristic} of {attribute}");
            }
        }
        assert_eq!(Schema::try_from(document).as_ref(), Ok(schema.as_ref()));
    }
    assert!(
        Schema::common().attribute("externalId").is_some_and(|attribute| attribute.is_case_exact())
    );
}

#[test]
fn bad_definitions_are_refused_with_the_place() {
    // S-1.2-01, S-2.1-03, S-2.3.8-03, S-7-05, S-7-19
    let cases = [
        (
            json!([{ "name": "a", "type": "complex", "subAttributes": [{ "name": "b", "type": "complex" }] }]),
            "attributes[0].subAttributes[0].type",
            "complex",
        ),
        (
            json!([{ "name": "a", "type": "string", "subAttributes": [{ "name": "b" }] }]),
            "attributes[0].type",
            "only complex attributes",
        ),
        (json!([{ "name": "1a" }]), "attributes[0].name", "invalid name"),
        (json!([{ "name": "a" }, { "name": "A" }]), "attributes[1].name", "`A` is defined twice"),
        (
            json!([{ "name": "a", "referenceTypes": ["User"] }]),
            "attributes[0].referenceTypes",
            "only references",
        ),
        (
            json!([{ "name": "a", "type": "text" }]),
            "attributes[0].type",
            "one of `string`, `boolean`",
        ),
    ];
    for (attributes, place, message) in cases {
        let document = json!({ "id": "urn:example:T", "attributes": attributes });
        let error = Schema::try_from(document).expect_err("a bad definition");
        assert_eq!(error.path(), place);
        assert!(error.to_string().contains(message), "{error}");
    }
    assert!(Schema::try_from(json!({ "id": "no urn", "attributes": [] })).is_err());
}

#[test]
fn what_can_be_a_reference() {
    // S-2.3.7-01
    let good = "urn:a:b https://example.com/a?b=%20#c ../Users/1 Users/1 /a //example.com/a ?a #a mailto:a@example.com a./b:c";
    for text in
        good.split(' ').chain(["", "https://\u{e4}.example/\u{e4}", "data:image/png;base64,AAA="])
    {
        assert!(is_uri_reference(text), "{text}");
    }
    for text in [
        "my page", "a\tb", "a\nb", "<a>", "a\"b", "C:\\a", "a|b", "{a}", "a`b", "a^b", "100%",
        "%2", "%zz", ":a", "1a:b", "a b:c", "\0",
    ] {
        assert!(!is_uri_reference(text), "{text}");
    }
}

#[test]
fn left_out_characteristics_have_the_defaults_of_the_rfc() {
    // S-2.2-01
    let schema =
        Schema::try_from(json!({ "id": "urn:example:T", "attributes": [{ "name": "a" }] }))
            .expect("a schema");
    let attribute = schema.attribute("A").expect("the attribute");
    assert_eq!(
        (attribute.attribute_type(), attribute.mutability()),
        (AttributeType::String, Mutability::ReadWrite)
    );
    assert_eq!(
        (attribute.returned(), attribute.uniqueness()),
        (Returned::Default, Uniqueness::None)
    );
    assert!(!attribute.is_required() && !attribute.is_case_exact() && !attribute.is_multi_valued());
}

#[test]
fn types_have_the_case_rules_of_the_rfc() {
    // S-2.3.2-01, S-2.3.6-03, S-2.3.7-03, S-2.3.8-02
    let attributes = json!([
        { "name": "flag", "type": "boolean", "uniqueness": "server", "caseExact": true },
        { "name": "bytes", "type": "binary", "uniqueness": "server" },
        { "name": "link", "type": "reference" },
        { "name": "parts", "type": "complex", "uniqueness": "server", "caseExact": true, "subAttributes": [{ "name": "a" }] },
    ]);
    let schema = Schema::try_from(json!({ "id": "urn:example:T", "attributes": attributes }))
        .expect("a schema");
    let of = |name: &str| {
        let attribute = schema.attribute(name).expect("the attribute");
        (attribute.is_case_exact(), attribute.is_unique())
    };
    assert_eq!(
        [of("flag"), of("bytes"), of("link"), of("parts")],
        [(false, false), (true, false), (true, false), (false, false)]
    );
}

#[test]
fn names_are_found_without_regard_to_case() {
    // S-2.1-02, P-3.10-01, P-3.10-02
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let found = |text: &str| users.resolve(&path(text)).map(|path| path.to_string());
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(found("USERNAME").as_deref(), Some("userName"));
    assert_eq!(found("Name.GIVENname").as_deref(), Some("name.givenName"));
    assert_eq!(found("urn:ietf:params:scim:schemas:CORE:2.0:User:id").as_deref(), Some("id"));
    assert_eq!(found("META.created").as_deref(), Some("meta.created"));
    assert_eq!(
        found(&format!("{enterprise}:Manager.Value")),
        Some(format!("{enterprise}:manager.value"))
    );
    for unknown in ["nope", "name.nope", "userName.value", "manager", "urn:example:none:userName"] {
        assert_eq!(found(unknown), None, "{unknown}");
    }
    assert!(users.resolve_in_extensions(&path("manager.value")).is_some());
    assert!(users.resolve_in_extensions(&path("userName")).is_none());
}

#[test]
fn membership_is_read_off_the_schema() {
    let (user, group) = (ResourceType::user(), ResourceType::group());
    let names = |membership: Membership<'_>| {
        [membership.members(), membership.groups()].map(|it| it.map(|it| it.name().to_owned()))
    };
    assert_eq!(names(group.membership()), [Some("members".to_owned()), None]);
    assert_eq!(names(user.membership()), [None, Some("groups".to_owned())]);
    assert!(user.membership().members_only().is_empty());
    assert!(group.membership().only(|attribute| attribute.name() == "groups").is_empty());
    assert_eq!(group.membership().member_types(), ["User", "Group"]);
    assert_eq!(user.membership().group_types(), ["Group"]);
    assert!(group.membership().shows_types() && !user.membership().shows_types());
}

#[test]
fn paths_lead_into_a_membership_by_its_name() {
    let tours = Schema::builder("urn:example:tours")
        .attribute(Attribute::builder("members", AttributeType::String))
        .build()
        .expect("the schema is right");
    let (user, group) = (ResourceType::user(), ResourceType::group().with_extension(tours));
    for (resource_type, text, expected) in [
        (&group, "members", [true, false, false, false]),
        (&group, "members.value", [true, false, true, false]),
        (&group, "members.display", [true, false, false, false]),
        (&group, "displayName", [false; 4]),
        (&group, "urn:example:tours:members", [false; 4]),
        (&user, "groups", [false, true, false, false]),
        (&user, "groups.value", [false, true, false, true]),
        (&user, "emails.value", [false; 4]),
    ] {
        let path = resource_type.resolve(&path(text)).expect("the path is there");
        let of = resource_type.membership();
        let said = [
            of.is_members(&path),
            of.is_groups(&path),
            of.is_member_id(&path),
            of.is_group_id(&path),
        ];
        assert_eq!(said, expected, "{text}");
        assert_eq!(of.holds(&path), said.contains(&true), "{text}");
    }
}

#[test]
fn registry_refuses_two_of_one_kind() {
    // S-6-02
    let twice = SchemaRegistry::new([ResourceType::user().into(), ResourceType::user().into()]);
    assert!(twice.is_err());
    let other = ResourceType::new("Person", Schema::user()).with_endpoint("/Users");
    assert!(SchemaRegistry::new([ResourceType::user().into(), other.into()]).is_err());
    assert!(SchemaRegistry::new([ResourceType::user().with_unique("nope").into()]).is_err());
    assert!(SchemaRegistry::new([ResourceType::user().with_endpoint("Users").into()]).is_err());
}

#[test]
fn instants_compare_whatever_their_form() {
    // S-2.3.5-01, S-2.3.5-02
    let same = [
        "2011-05-13T04:42:34Z",
        "2011-05-13T04:42:34.000000000000Z",
        "2011-05-13T06:42:34+02:00",
        "2011-05-13T04:42:34",
    ];
    for text in same {
        assert_eq!(parse_date_time(text), parse_date_time(same[0]), "{text}");
    }
    assert_eq!(
        parse_date_time("2011-12-31T24:00:00-01:00"),
        parse_date_time("2012-01-01T01:00:00Z"),
        "a day may end at 24:00:00"
    );
    for text in [
        "",
        "yesterday",
        "2011-05-13",
        "2011-02-30T00:00:00Z",
        "2011-05-13 04:42:34Z",
        "2011-05-13t04:42:34Z",
        "2011-05-13T04:42:34z",
        "2011-05-13T4:42:34",
        "2011-05-13T 4:42:34",
        "2011-05-13T04:42",
        "2011-05-13T04:42:34.",
        "2011-05-13T04:42:34,5Z",
        "2011-05-13T04:42:60Z",
        "2011-05-13T24:00:01Z",
        "2011-05-13T25:00:00Z",
        "2011-05-13T04:42:34+08",
        "2011-05-13T04:42:34+0800",
        "2011-05-13T04:42:34+14:01",
        "2011-05-13T04:42:34+08:60",
        "2011-05-13T04:42:34\u{2212}08:00",
        "2011-05-13T04:42:34Z ",
        "2011-05-13T04:42:34ZZ",
        "+201-05-13T04:42:34",
        "12011-05-13T04:42:34Z",
    ] {
        assert_eq!(parse_date_time(text), None, "{text}");
    }
}

#[test]
fn folding_is_that_of_unicode() {
    for (one, other) in
        [("BJensen", "bjENSEN"), ("Straße", "STRASSE"), ("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"), ("e\u{301}", "É")]
    {
        assert_eq!(case_fold(one), case_fold(other));
        assert!(folds_equal(one, &case_fold(other)));
    }
    assert_ne!(case_fold("ı"), case_fold("i"));
}

#[test]
fn what_is_longer_than_any_name_is_not_prepared() {
    for (times, is_prepared) in [(2_666, true), (2_667, false)] {
        let text = "Ｂ".repeat(times);
        assert_eq!(prepare_username(&text) == "b".repeat(times), is_prepared, "{times}");
        assert_eq!(prepare_username(&text) == case_fold(&text), !is_prepared, "{times}");
        let spaces = "\u{3000}".repeat(times);
        assert_eq!(prepare_password(&spaces) != spaces, is_prepared, "{times}");
    }
}

#[test]
fn identifiers_are_prepared_where_they_can_be() {
    // P-5-01, P-5-02, P-7.8-01, A-19
    assert_eq!(prepare_username("ＢＪensen"), "bjensen");
    assert_eq!(prepare_username("Σοφία"), prepare_username("ΣΟΦΊΑ"));
    assert_ne!(prepare_username("straße"), prepare_username("strasse"));
    assert_eq!(
        prepare_username("Straße 1"),
        prepare_username("STRASSE 1"),
        "a space cannot be prepared, and case is folded"
    );
    let user_name = Schema::user().attribute("userName").cloned().expect("users have names");
    assert!(
        user_name.is_identifier()
            && !Schema::common().attribute("id").is_some_and(|id| id.is_identifier())
    );
}

#[test]
fn binary_is_read_with_and_without_padding() {
    // S-2.3.6-01, S-2.3.6-02
    assert_eq!(bytes("AQI="), Some(vec![1, 2]));
    assert_eq!(bytes("AQI"), Some(vec![1, 2]));
    assert_eq!(bytes("A!"), None);
}

#[test]
fn locations_are_made_of_base_endpoint_and_id() {
    // S-2.4-08, S-3.1-16
    let registry = SchemaRegistry::new([ResourceType::user().into(), ResourceType::group().into()])
        .expect("two types");
    let locations = ResourceUrls::new("https://example.com/scim/v2/", &registry);
    let url = "https://example.com/scim/v2/Users/a%2Fb%20c";
    assert_eq!(locations.url_of("User", "a/b c").as_deref(), Some(url));
    assert_eq!(
        locations.with_base_url("https://other.example").url_of("Group", "1").as_deref(),
        Some("https://other.example/Groups/1")
    );
    assert!(
        locations.same("https://example.com/scim/v2/Users/1", "https://example.com/scim/Users/1")
    );
    assert!(locations.same("https://example.com/scim/v2/Users/1", "../Users/1"));
    assert!(
        !locations
            .same("https://example.com/scim/v2/Users/1", "https://example.com/scim/v2/Users/2")
    );
}

#[test]
fn urls_compare_in_normal_form() {
    // S-2.3.7-02, S-2.4-09
    let registry = SchemaRegistry::new([ResourceType::user().into()]).expect("a type");
    let locations = ResourceUrls::new("https://Example.com/scim/v2", &registry);
    let url = "https://example.com/scim/v2/Users/a%2Fb-1";
    for same in [
        "HTTPS://EXAMPLE.COM/scim/v2/Users/a%2fb-1",
        "https://example.com/scim/v2/%55sers/a%2Fb%2D%31",
        "Users/a%2Fb-1",
        "../Users/a%2fb-1",
        "/Users/a%2Fb-1",
    ] {
        assert!(locations.same(url, same), "{same}");
    }
    for other in [
        "https://example.com/scim/v2/users/a%2Fb-1",
        "https://example.com/scim/v2/Users/a/b-1",
        "Users/a%2Fb-2",
        "%",
        "Users/a%2",
    ] {
        assert!(!locations.same(url, other), "{other}");
    }
}
